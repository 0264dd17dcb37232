"""`siyu run`, `siyu demo` and `siyu report`: start the work, say how it ended and what to do next.

What belongs here: the words. What does not: the work (run.py, simulate, report).
"""

from __future__ import annotations

import contextlib
import shlex
import shutil
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli.mistakes import USER, WARNING, UserError
from pipelines.cli.words import say, say_of, spoken
from pipelines.settings import Settings, load_settings

if TYPE_CHECKING:
    from pipelines.quality import Quality
    from pipelines.run import RunResult

DEMO = Path("demo")
DEMO_DAYS = 365  # to yesterday, so that its data is as fresh as a merchant's own
# A demo home is known by the truth that the simulator leaves beside the landing folder.
TRUTH = "truth.json"
TOLD = 6  # how many of the things to know a run ends with
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
        print(say("To be deleted: {who}", who=to_be_deleted(asked)))


def to_be_deleted(asked: int) -> str:
    """How many people's deletion files ask for, and what to do; never who."""
    return say_of(
        asked,
        "1 person's deletion is asked for by a loaded file; `siyu forget --requested` makes it",
        "{count} people's deletion is asked for by a loaded file; `siyu forget --requested` makes it",
    )


def start_with_new_key(home: Path | None) -> int:
    """Makes another key, says where the old one is, and runs over all of landing."""
    from pipelines.steps.new_key import change_key

    settings = load_settings(home)
    _need_landing(settings)
    aside, forgotten = change_key(settings)
    was = say("; the old one is {name}", name=aside.name) if aside else ""
    print(say("{path}: a new key{was}. Keep a copy of it elsewhere.", path=settings.key_path, was=was), flush=True)
    if forgotten:
        lost = say(
            "{count} marks of people who were forgotten went with the old key: forget them again (`siyu forget`) "
            "before a file that still has them is exported anew.",
            count=forgotten,
        )
        print(lost, file=sys.stderr)
    return run_all(home, None, False, [])


def rotate_key(home: Path | None, lose_forgotten: bool) -> int:
    """Takes another key and reads everything again; then nothing here can tell whose phone an old hash was."""
    from pipelines.steps.new_key import change_key, marks_lost

    settings = load_settings(home)
    _need_landing(settings)
    if not settings.key_path.exists():
        said = say("{path}: there is no key to be replaced; put it back, or `siyu key new`", path=settings.key_path)
        raise UserError(said)
    if (lost := marks_lost(settings)) and not lose_forgotten:
        said = say(
            "{count} marks keep forgotten people out of files that are read again, and go with the key. `siyu key "
            "rotate --lose-forgotten` goes on; then forget these people once more (`siyu forget`).",
            count=lost,
        )
        raise UserError(said)
    aside, _ = change_key(settings)
    code = run_all(home, None, False, [])
    if code not in (0, WARNING):
        print(say("The old key stays until a run is through: {path}", path=aside), file=sys.stderr)
        return code
    if aside is not None:
        aside.unlink()
    rotated = say(
        "There is a new key and the old one is deleted. Backups, copies of the home and snapshots that were passed on "
        "still go with the old one: delete them, too, and keep a copy of the new one elsewhere."
    )
    print(rotated)
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
            print(say("note: {text}", text=note), file=sys.stderr)


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
        said = say(
            "{folder}: there is no such folder. Expected a home directory with your files in `landing`; `siyu init` "
            "makes one, --home DIR names another, `siyu demo` shows one.",
            folder=settings.landing,
        )
        raise UserError(said)


def outcome(settings: Settings, result: RunResult) -> str:
    """How a run ended, in a few lines."""
    if result.status == "unchanged":
        nothing = "Nothing new: no file, setting or definition changed since the last run ({seconds:.1f} s)."
        lines = [
            say(nothing, seconds=result.seconds),
            say("Numbers up to {day}: {where}", day=result.as_of, where=_newest(result)),
        ]
        return "\n".join([*lines, *_messages(result), *_to_know(result.quality)])
    lines = _loaded(result)
    if result.status == "held":
        return "\n".join([*lines, *_held(settings, result), *_messages(result), *_to_know(result.quality)])
    lines.append(say("Published up to {day} in {seconds:.1f} s", day=result.as_of, seconds=result.seconds))
    return "\n".join([*lines, *_places(settings, result), *_messages(result), *_to_know(result.quality)])


def _messages(result: RunResult) -> list[str]:
    """What came of the report's messages; not those who had it before."""
    from pipelines.cli.sending import delivery_lines
    from pipelines.cli.show import pad

    return [
        f"  {pad(say('message'), 10)}{line}" for line in delivery_lines(result.deliveries) if not line.startswith("–")
    ]


def _to_know(known: Quality) -> list[str]:
    """The most harmful of what to know of the data, by name, the rest by number."""
    from pipelines.cli.show import visible

    found = known.findings
    if not found:
        return []
    more = len(found) - TOLD
    lines = [f"  {MARKS[one.severity]} {visible(one.text[spoken()])}" for one in found[:TOLD]]
    return [
        say("To know before believing the numbers:"),
        *lines,
        *([say("  siyu status shows {count} more", count=more)] if more > 0 else []),
    ]


def _loaded(result: RunResult) -> list[str]:
    loaded = result.loaded
    if not loaded.files:
        return [say("No new files")]
    files = say_of(loaded.files, "1 new file", "{count} new files")
    rows = say(
        "{read:,} rows read = {loaded:,} loaded + {superseded:,} superseded + {quarantined:,} quarantined",
        read=loaded.rows_read,
        loaded=loaded.rows_loaded,
        superseded=loaded.rows_superseded,
        quarantined=loaded.rows_quarantined,
    )
    lines = [f"{files}: {rows}"]
    if loaded.files_refused:
        refused = "  1 file was refused whole; siyu status says which and why"
        lines.append(
            say_of(loaded.files_refused, refused, "  {count} files were refused whole; siyu status says which and why")
        )
    if loaded.rows_quarantined:
        lines.append(say("  siyu quarantine shows which rows were refused, and why"))
    return lines


def _newest(result: RunResult) -> str:
    return str(result.reports[0]) if result.reports else str(result.snapshot)


def _held(settings: Settings, result: RunResult) -> list[str]:
    failed = "NOT published: {count} blocking checks failed:"
    lines = [say_of(len(result.failures), "NOT published: 1 blocking check failed:", failed)]
    lines += [
        say("  {table}: expected {expected}; found {found}", table=f.table, expected=f.expected, found=f.observed)
        for f in result.failures
    ]
    kept = say("Readers keep the last good snapshot, and its report says so.")
    return [
        *lines,
        *([kept] if settings.snapshot_path.exists() else []),
        say("Mend the data (siyu explain TABLE tells what the check is about) and run again."),
    ]


def _places(settings: Settings, result: RunResult) -> list[str]:
    from pipelines.cli.show import pad

    names = {".html": say("report"), ".xlsx": say("workbook")}
    lines = [f"  {pad(names.get(path.suffix, path.suffix), 10)}{path}" for path in result.reports]
    return [*lines, f"  {pad(say('warehouse'), 10)}{settings.snapshot_path} {say('(read-only)')}"]


def run_demo(home: Path | None) -> int:
    """Makes the demo merchant's files unless they are there, runs everything, says what to look at."""
    from pipelines.cli.terminal import console

    place = (home or DEMO).expanduser()
    settings = load_settings(place)
    if not (settings.home / TRUTH).exists():
        _refuse_a_home_in_use(settings)
        out = console(to_errors=True)
        with out.status(say("making a demo merchant …")) if out.is_terminal else contextlib.nullcontext():
            from pipelines.simulate import simulate

            last = settings.today().date() - timedelta(days=1)
            simulate(settings.home, first_day=last - timedelta(days=DEMO_DAYS - 1), last_day=last)
        out.print(say("Made a demo merchant in {folder}", folder=settings.landing), soft_wrap=True)
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
        said = say(
            "{folder} holds files that the demo did not make; mixing them would give numbers of nobody. Name another "
            "directory, e.g. siyu demo --home demo2.",
            folder=settings.landing,
        )
        raise UserError(said)


def _next(settings: Settings, place: Path) -> str:
    siyu = command()
    at_home = f"{siyu} --home {shlex.quote(str(place))}"
    lines = [
        "\n" + say("What to do next"),
        say("  open the report in a browser; every number's definition is one tap away"),
        f"  {at_home} status",
        f"  {at_home} metric retention --param start=group_join --param back=order --param segments=all",
        f"  {at_home} query \"select * from metrics.repurchase where segment_by = 'all'\"",
        f"  {siyu} explain repurchase",
        say(
            "  your own data: `{siyu} init`, put files into data/landing/, `{siyu} run` (docs/your-own-data.md)",
            siyu=siyu,
        ),
    ]
    return "\n".join(lines)


def command() -> str:
    """`siyu` as it can be typed here: `make demo` puts it into an environment that no shell has on its PATH."""
    own = Path(sys.executable).with_name("siyu")
    if shutil.which("siyu") or not own.exists():
        return "siyu"
    here = Path.cwd()
    return shlex.quote(str(own.relative_to(here) if own.is_relative_to(here) else own))


def write_report(home: Path | None, kind: str, day: date | None, so_far: bool, as_pdf: bool) -> None:
    """Writes one report from the published snapshot and prints where it is."""
    from pipelines.report.browser import NoBrowser
    from pipelines.steps.reporting import write_report as write

    settings = load_settings(home)
    try:
        files = write(settings, kind, day, so_far, as_pdf)
    except (ValueError, NoBrowser) as error:
        raise UserError(str(error)) from error
    for path in files:
        print(path)
