"""`siyu map`: a mapping proposed for a file that nobody knows, and what to decide about it.

What belongs here: the words, and writing the file. What does not: the proposal (mapping/).
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli.mistakes import UserError
from pipelines.cli.words import say
from pipelines.modes import private_files
from pipelines.privacy import mask_text
from pipelines.settings import Settings, load_settings

if TYPE_CHECKING:
    from pipelines.ingest.checking import FileCheck
    from pipelines.mapping import Proposal
    from pipelines.mapping.fitted import Question
    from pipelines.mapping.preview import Preview

FINE, OPEN = 0, 3


def map_file(
    home: Path | None, file: Path, name: str, table: str, platform: str, columns: list[str], is_trial: bool
) -> int:
    """Proposes, shows and writes; 3 where something is left to decide, or rows would be refused."""
    settings, file = load_settings(home), file.expanduser()
    if not file.is_file():
        said = "{file}: there is no such file. Expected one to propose a mapping for; see `siyu map --help`."
        raise UserError(say(said, file=file))
    known = _known(file, settings)
    if known is not None and not (name or table or columns):
        print(_is_known(file, known))
        return OPEN if known.result.rows_quarantined else FINE
    proposal = _proposed(file, settings, name, table, platform, columns)
    if is_trial:
        print(proposal.text, end="")
    else:
        _write(proposal)
    return _tell(file, settings, proposal, is_trial)


def _known(file: Path, settings: Settings) -> FileCheck | None:
    """What a mapping that is there makes of it, where one does."""
    from pipelines.ingest.checking import check_file

    checked = check_file(file, settings)
    return checked if checked.source is not None and checked.result.status == "loaded" else None


def _is_known(file: Path, known: FileCheck) -> str:
    refused = known.result.rows_quarantined
    of = " Of its {rows:,} rows {refused:,} would be refused."
    return say(
        "{file} is known already: {title} (mapping {source}), because {why}.{rows} Nothing was written; `siyu check "
        "{path}` says what becomes of it. To map it otherwise, give --name, --as or --column.",
        file=file.name,
        title=f"{known.title['zh']} · {known.title['en']}",
        source=known.source,
        why=known.why,
        rows=say(of, rows=known.result.rows_read, refused=refused) if refused else "",
        path=shlex.quote(str(file)),
    )


def _proposed(file: Path, settings: Settings, name: str, table: str, platform: str, columns: list[str]) -> Proposal:
    from pipelines.ingest.text import UnreadableError
    from pipelines.mapping import propose
    from pipelines.spec.reading import SpecError

    try:
        said = dict(_column(one) for one in columns)
        return propose(file, settings, name, table, platform, said)
    except UnreadableError as error:
        raise UserError(f"{file}: {error.reason}: expected {error.expected}.") from error
    except SpecError:
        raise
    except ValueError as error:
        raise UserError(f"{file}: {error}.") from error


def _column(said: str) -> tuple[str, str]:
    name, mark, header = said.partition("=")
    if not mark:
        raise ValueError(f"--column {said}: expected NAME=HEADER, such as paid_amount=实收")
    return name.strip(), header.strip()


def _write(proposal: Proposal) -> None:
    path = proposal.file.path
    if path.exists():
        there = say(
            "{path}: there is a mapping already, and nothing is written over it. Change it by hand, delete it, or "
            "give another --name.",
            path=path,
        )
        raise UserError(there)
    with private_files():
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "xb") as out:
            out.write(proposal.file.content)


def _tell(file: Path, settings: Settings, proposal: Proposal, is_trial: bool) -> int:
    """What was taken for what, what is to decide, and how the first rows would land."""
    from pipelines.cli.show import visible

    seen, fitted = proposal.table, proposal.fitted
    where = say("line {line}", line=seen.line)
    if seen.sheet:
        where = say("sheet {sheet}, row {row}", sheet=seen.sheet, row=seen.line)
    title = f"{fitted.table.title['zh']} · {fitted.table.title['en']} (staging.{fitted.table.name})"
    taken = "{file}: taken as {title}; its header is in {where}"
    lines = [say(taken, file=file.name, title=title, where=where), ""]
    lines += _columns(proposal)
    if seen.others:
        lines += ["", say("Other sheets with a table were not looked at: {names}", names=", ".join(seen.others))]
    code = OPEN if fitted.undecided else FINE
    if not fitted.undecided:
        shown, code = _previewed(file, settings, proposal)
        lines += ["", *shown]
    if fitted.unsure:
        lines += ["", say("Not sure of this; look at it:"), *(f"  {said}" for said in fitted.unsure)]
    if fitted.undecided:
        decide = "To decide, since it decides numbers; until then the mapping is refused, and its files are:"
        lines += ["", say(decide)]
        lines += [f"  {one.column}: {one.said}" for one in fitted.undecided]
    lines += ["", *_next(file, settings, proposal, is_trial)]
    print("\n".join(visible(line) for line in lines), file=sys.stderr if is_trial else sys.stdout, flush=True)
    return code


def _columns(proposal: Proposal) -> list[str]:
    """Every header and what it becomes."""
    from pipelines.cli.show import pad, text_width

    fitted, header = proposal.fitted, proposal.table.header
    said = {choice.place: choice.name for choice in fitted.choices.values()}
    said |= {place: say("the date of {name}", name=name) for name, place in fitted.dates.items()}
    said |= {
        one.place: say("{column}? to be decided", column=one.column)
        for one in fitted.undecided
        if one.place is not None
    }
    said |= dict.fromkeys(fitted.personal, say("personal: never read"))
    said |= dict.fromkeys(fitted.ignored, say("left alone"))
    width = max(text_width(text) for text in header)
    names = [mask_text(text) for text in header]
    return [f"  {pad(text, width)}  → {said.get(place, say('not used'))}" for place, text in enumerate(names) if text]


def _previewed(file: Path, settings: Settings, proposal: Proposal) -> tuple[list[str], int]:
    from pipelines.mapping.preview import preview

    seen = preview(file, settings, proposal)
    result = seen.checked.result
    if result.status != "loaded":
        row = (
            seen.checked.refused[0] if seen.checked.refused else {"reason": result.reason, "expected": "", "found": ""}
        )
        refused = "The file would be refused: {reason}: expected {expected}"
        said = say(refused, reason=row["reason"], expected=row["expected"])
        if str(row["reason"]).startswith("unit_"):
            said += say(". Or say the unit here, behind the header: --column NAME=HEADER:万")
        return [said], OPEN
    fine = result.rows_read - result.rows_quarantined
    counted = "{rows:,} rows: {fine:,} would be loaded, {refused:,} refused."
    lines = [say(counted, rows=result.rows_read, fine=fine, refused=result.rows_quarantined)]
    if result.rows_quarantined:
        which = "  `siyu check {file} --as {name}` says which and why"
        lines.append(say(which, file=shlex.quote(str(file)), name=proposal.name))
    return [*lines, *_landed(seen)], OPEN if result.rows_quarantined else FINE


def _landed(seen: Preview) -> list[str]:
    import io

    from pipelines.cli.show import Rows, write

    out = io.StringIO()
    for landed in seen.landed:
        if landed.rows:
            out.write(say("The first rows in {table}:", table=landed.table) + "\n")
            write(Rows(landed.columns, landed.rows), "table", out=out)
    return [f"  {line}" for line in out.getvalue().splitlines() if not line.startswith("(")]


def _next(file: Path, settings: Settings, proposal: Proposal, is_trial: bool) -> list[str]:
    if is_trial:
        trial = "Nothing was written. Without --print it goes into {path}."
        return [say(trial, path=proposal.file.path)]
    lines = [say("Written: {path}", path=proposal.file.path)]
    asked = [one for one in proposal.fitted.undecided if one.place is not None]
    if proposal.fitted.undecided:
        lines.append(say("Decide in that file (its `undecided` says how), or delete it and say it here:"))
        said = " ".join(f"--column {one.column}={_answer(one, proposal)}" for one in asked)
        lines += [f"  siyu map {shlex.quote(str(file))} {said}"] if asked else []
    lines.append(say("{where}; then `siyu run` loads it.", where=_where(file, settings, proposal.name)))
    return lines


def _answer(question: Question, proposal: Proposal) -> str:
    """The header to type, where there is only one that it may be."""
    text = proposal.table.header[question.place or 0]
    return "…" if question.others else text if text.isalnum() else shlex.quote(text)


def _where(file: Path, settings: Settings, name: str) -> str:
    place = file.resolve()
    if place.is_relative_to(settings.landing.resolve()):
        folders = place.relative_to(settings.landing.resolve()).parts[:-1]
        if name in folders:
            return say("It lies where it belongs")
        from pipelines.ingest.recognise import named_by

        if not named_by(folders):
            return say("It may lie where it is")
    return say("Put such files into {folder}/", folder=settings.landing / name)
