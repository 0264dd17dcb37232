"""`siyu run`, `siyu demo` and `siyu report`: start the work, say how it ended and what to do next.

What belongs here: the words. What does not: the work (run.py, simulate, report).
"""

from __future__ import annotations

import contextlib
import shlex
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli.mistakes import USER, WARNING, UserError
from pipelines.settings import Settings, load_settings

if TYPE_CHECKING:
    from pipelines.quality import Quality
    from pipelines.run import RunResult

DEMO = Path("demo")
# A demo home is known by the truth that the simulator leaves beside the landing folder.
TRUTH = "truth.json"
# What the terminal speaks, and how many of the things to know a run ends with.
LANGUAGE, TOLD = "en", 6
MARKS = {"refused": "✗", "aside": "–", "told": "!"}


def run_all(home: Path | None, as_of: date | None, full: bool, select: list[str]) -> int:
    """Runs what is out of date and tells the outcome; 1: checks held the new numbers back, 3: a source is missing."""
    settings = load_settings(home)
    _need_landing(settings)
    try:
        result = _run(settings, as_of, full, select)
    except _nothing_loaded():
        _tell_what_was_refused(settings)
        raise
    print(outcome(settings, result), flush=True)
    if result.status != "unchanged":
        _tell_who_asked(settings)
    if as_of is not None and result.snapshot:
        _tell_if_beyond_data(settings, as_of)
    return _code(result)


def _tell_who_asked(settings: Settings) -> None:
    from pipelines.upkeep.requested import waiting

    if asked := waiting(settings).count:
        print(f"To be deleted: {to_be_deleted(asked)}")


def to_be_deleted(asked: int) -> str:
    """How many people's deletion files ask for, and what to do; never who."""
    who = "1 person's deletion is" if asked == 1 else f"{asked} people's deletion is"
    return f"{who} asked for by a loaded file; `siyu forget --requested` makes it"


def start_with_new_key(home: Path | None) -> int:
    """Makes another key, says where the old one is, and runs over all of landing."""
    from pipelines.steps.new_key import change_key

    settings = load_settings(home)
    _need_landing(settings)
    aside, forgotten = change_key(settings)
    was = f"; the old one is {aside.name}" if aside else ""
    print(f"{settings.key_path}: a new key{was}. Keep a copy of it elsewhere.", flush=True)
    if forgotten:
        print(
            f"{forgotten} marks of people who were forgotten went with the old key: forget them again (`siyu forget`) "
            "before a file that still has them is exported anew.",
            file=sys.stderr,
        )
    return run_all(home, None, False, [])


def rotate_key(home: Path | None, lose_forgotten: bool) -> int:
    """Takes another key and reads everything again; then nothing here can tell whose phone an old hash was."""
    from pipelines.steps.new_key import change_key, marks_lost

    settings = load_settings(home)
    _need_landing(settings)
    if not settings.key_path.exists():
        raise UserError(f"{settings.key_path}: there is no key to be replaced; put it back, or `siyu key new`")
    if (lost := marks_lost(settings)) and not lose_forgotten:
        raise UserError(
            f"{lost} marks keep forgotten people out of files that are read again, and go with the key. "
            "`siyu key rotate --lose-forgotten` goes on; then forget these people once more (`siyu forget`)."
        )
    aside, _ = change_key(settings)
    code = run_all(home, None, False, [])
    if code not in (0, WARNING):
        print(f"The old key stays until a run is through: {aside}", file=sys.stderr)
        return code
    if aside is not None:
        aside.unlink()
    print(
        "There is a new key and the old one is deleted. Backups, copies of the home and snapshots that were passed on "
        "still go with the old one: delete them, too, and keep a copy of the new one elsewhere."
    )
    return code


def _nothing_loaded() -> type[Exception]:
    from pipelines.core import NoData

    return NoData


def _tell_what_was_refused(settings: Settings) -> None:
    """Nothing could be published, as nothing dated was loaded: says what became of the files."""
    from pipelines.quality import quality
    from pipelines.state import look

    with look(settings) as state:
        known = quality(state.connection, settings) if state else None
    if known and known.findings:
        print("\n".join(_to_know(known)), file=sys.stderr)


def _code(result: RunResult) -> int:
    if result.status == "held":
        return USER
    return WARNING if result.quality.alarms else 0


def _tell_if_beyond_data(settings: Settings, as_of: date) -> None:
    from pipelines.core import beyond_data
    from pipelines.warehouse import open_warehouse

    with open_warehouse(settings.home) as snapshot:
        if note := beyond_data(snapshot.connection, settings, as_of):
            print(f"note: {note}", file=sys.stderr)


def _run(
    settings: Settings, as_of: date | None = None, full: bool = False, select: list[str] | None = None
) -> RunResult:
    from pipelines.cli.progress import showing
    from pipelines.run import run

    with showing() as telling:
        try:
            return run(settings, as_of, full, select or None, telling)
        finally:
            telling.close()


def _need_landing(settings: Settings) -> None:
    if not settings.landing.is_dir():
        raise UserError(
            f"{settings.landing}: there is no such folder. Expected a home directory with your files in `landing`; "
            "`siyu init` makes one, --home DIR names another, `siyu demo` shows one."
        )


def outcome(settings: Settings, result: RunResult) -> str:
    """How a run ended, in a few lines."""
    if result.status == "unchanged":
        lines = [
            f"Nothing new: no file, setting or definition changed since the last run ({result.seconds:.1f} s).",
            f"Numbers up to {result.as_of}: {_newest(result)}",
        ]
        return "\n".join([*lines, *_to_know(result.quality)])
    lines = _loaded(result)
    if result.status == "held":
        return "\n".join([*lines, *_held(settings, result), *_to_know(result.quality)])
    lines.append(f"Published up to {result.as_of} in {result.seconds:.1f} s")
    return "\n".join([*lines, *_places(settings, result), *_to_know(result.quality)])


def _to_know(known: Quality) -> list[str]:
    """The most harmful of what to know of the data, by name, the rest by number."""
    from pipelines.cli.show import visible

    found = known.findings
    if not found:
        return []
    more = len(found) - TOLD
    lines = [f"  {MARKS[one.severity]} {visible(one.text[LANGUAGE])}" for one in found[:TOLD]]
    return [
        "To know before believing the numbers:",
        *lines,
        *([f"  siyu status shows {more} more"] if more > 0 else []),
    ]


def _loaded(result: RunResult) -> list[str]:
    loaded = result.loaded
    if not loaded.files:
        return ["No new files"]
    files = f"{loaded.files} new file{'' if loaded.files == 1 else 's'}"
    rows = (
        f"{loaded.rows_read:,} rows read = {loaded.rows_loaded:,} loaded + {loaded.rows_superseded:,} superseded "
        f"+ {loaded.rows_quarantined:,} quarantined"
    )
    lines = [f"{files}: {rows}"]
    if loaded.files_refused:
        were = "1 file was" if loaded.files_refused == 1 else f"{loaded.files_refused} files were"
        lines.append(f"  {were} refused whole; siyu status says which and why")
    if loaded.rows_quarantined:
        lines.append("  siyu quarantine shows which rows were refused, and why")
    return lines


def _newest(result: RunResult) -> str:
    return str(result.reports[0]) if result.reports else str(result.snapshot)


def _held(settings: Settings, result: RunResult) -> list[str]:
    lines = [f"NOT published: {len(result.failures)} blocking check{'' if len(result.failures) == 1 else 's'} failed:"]
    lines += [f"  {f.table}: expected {f.expected}; found {f.observed}" for f in result.failures]
    kept = "Readers keep the last good snapshot, and its report says so." if settings.snapshot_path.exists() else ""
    return [
        *lines,
        *filter(None, [kept]),
        "Mend the data (siyu explain TABLE tells what the check is about) and run again.",
    ]


def _places(settings: Settings, result: RunResult) -> list[str]:
    names = {".html": "report", ".xlsx": "workbook"}
    lines = [f"  {names.get(path.suffix, path.suffix):<10}{path}" for path in result.reports]
    return [*lines, f"  {'warehouse':<10}{settings.snapshot_path} (read-only)"]


def run_demo(home: Path | None) -> int:
    """Makes the demo merchant's files unless they are there, runs everything, says what to look at."""
    from pipelines.cli.terminal import console

    place = (home or DEMO).expanduser()
    settings = load_settings(place)
    if not (settings.home / TRUTH).exists():
        _refuse_a_home_in_use(settings)
        out = console(to_errors=True)
        with out.status("making a demo merchant …") if out.is_terminal else contextlib.nullcontext():
            from pipelines.simulate import simulate

            simulate(settings.home)
        out.print(f"Made a demo merchant in {settings.landing}", soft_wrap=True)
        # the merchant's own siyu.toml, with its name, is there only now
        settings = load_settings(place)
    result = _run(settings)
    print(outcome(settings, result))
    if result.status != "held":
        print(_next(settings, place))
    return _code(result)


def _refuse_a_home_in_use(settings: Settings) -> None:
    """A real merchant's files and the demo's must not meet."""
    if settings.landing.is_dir() and any(settings.landing.iterdir()):
        raise UserError(
            f"{settings.landing} holds files that the demo did not make; mixing them would give numbers of nobody. "
            "Name another directory, e.g. siyu demo --home demo2."
        )


def _next(settings: Settings, place: Path) -> str:
    siyu = command()
    at_home = f"{siyu} --home {shlex.quote(str(place))}"
    return (
        "\nWhat to do next\n"
        "  open the report in a browser; every number's definition is one tap away\n"
        f"  {at_home} status\n"
        f"  {at_home} metric retention --param start=group_join --param back=order --param segments=all\n"
        f"  {at_home} query \"select * from metrics.repurchase where segment_by = 'all'\"\n"
        f"  {siyu} explain repurchase\n"
        f"  your own data: `{siyu} init`, put files into data/landing/, `{siyu} run` (docs/your-own-data.md)"
    )


def command() -> str:
    """`siyu` as it can be typed here: `make demo` puts it into an environment that no shell has on its PATH."""
    own = Path(sys.executable).with_name("siyu")
    if shutil.which("siyu") or not own.exists():
        return "siyu"
    here = Path.cwd()
    return shlex.quote(str(own.relative_to(here) if own.is_relative_to(here) else own))


def write_report(home: Path | None, kind: str, day: date | None) -> None:
    """Writes one report from the published snapshot and prints where it is."""
    from pipelines.steps.reporting import write_report as write

    settings = load_settings(home)
    try:
        files = write(settings, kind, day)
    except ValueError as error:
        raise UserError(str(error)) from error
    for path in files:
        print(path)
