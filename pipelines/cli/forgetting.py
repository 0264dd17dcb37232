"""`siyu forget`: who is meant, what went, and what is left to do by hand.

What belongs here: the words, and reading a value where no process list shows it. What does not: forgetting
(upkeep/forget.py), who waits (upkeep/requested.py).
"""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.cli.mistakes import USER, UserError
from pipelines.cli.words import say
from pipelines.settings import Settings, load_settings

if TYPE_CHECKING:
    from pipelines.upkeep.forget import Forgotten, Who

SHOWN = 5


def forget_person(home: Path | None, phone: str, id_: str, is_requested: bool = False) -> int:
    """Forgets, makes everything anew from what is left, and tells; 1 where something is left to do by hand."""
    from pipelines.ingest.sources import sources_of
    from pipelines.run import run
    from pipelines.steps.reporting import write_report
    from pipelines.upkeep.forget import forget_old_snapshots
    from pipelines.upkeep.forget import forget_person as forget

    settings = load_settings(home)
    if not settings.warehouse_path.exists():
        said = say("{home}: nothing was loaded yet, so there is nobody to forget", home=settings.home)
        raise UserError(said)
    if is_requested and (phone or id_):
        raise UserError(say("who? --requested names everybody who waits; give it alone"))
    with sources_of(settings):
        done = _forget_requested(settings) if is_requested else forget(settings, _who(phone, id_), _said)
    if done is None:
        return 0
    is_published = run(settings, select=["*"]).status == "published"
    if is_published:
        write_report(settings, "daily")
        forget_old_snapshots(settings)
    _tell(done)
    if not is_published:
        failed = "Not published: checks failed, and readers still have the old snapshot. See `siyu status`."
        print(say(failed), file=sys.stderr)
    return 0 if is_published and not done.landing.left else USER


def _said(text: str) -> None:
    print(text, flush=True)


def _forget_requested(settings: Settings) -> Forgotten | None:
    """Everybody who waits; says who is not forgotten with them, and how they are."""
    from pipelines.upkeep.forget import forget_people
    from pipelines.upkeep.requested import waiting

    asked = waiting(settings)
    if not asked.people:
        _said(say("Nobody waits whom this can forget: no loaded file asks for a deletion that was not made."))
    if asked.phones:
        known = "{count} known by a phone, of which only a hash is kept: `siyu forget --phone -`, one after the other."
        _said(say(known, count=asked.phones))
    if asked.owners:
        owning = say(
            "{count} owning a group, so it may be an account of yours: if it is somebody to be forgotten, `siyu forget "
            "--id -`.",
            count=asked.owners,
        )
        _said(owning)
    return forget_people(settings, asked.people, _said) if asked.people else None


def _who(phone: str, id_: str) -> Who:
    from pipelines.upkeep.forget import NobodyNamed, Who

    if bool(phone) == bool(id_):
        who = "who? Give --phone NUMBER or --id PLATFORM:TYPE:VALUE; with - it is read from input, unseen"
        raise UserError(say(who))
    try:
        return Who.of_phone(_value(phone)) if phone else Who.of_id(_value(id_))
    except NobodyNamed as error:
        raise UserError(str(error)) from error


def _value(given: str) -> str:
    if given != "-":
        return given
    return getpass.getpass(say("Value (not shown): ")) if sys.stdin.isatty() else sys.stdin.readline()


def _tell(done: Forgotten) -> None:
    landing = done.landing
    went = "Forgotten: {rows} rows of the warehouse, {lines} lines in {files} files of landing."
    print(say(went, rows=done.total, lines=landing.lines, files=landing.rewritten))
    print(say("Receipt: {file}", file=done.receipt))
    copies = "Copies of this home made before (backups, files sent on) still hold the person: they are yours to delete."
    print(say(copies))
    if landing.left:
        named = ", ".join(landing.left[:SHOWN]) + (" …" if len(landing.left) > SHOWN else "")
        left = say(
            "{count} files cannot be rewritten and still hold the person ({named}). Export them again without, or "
            "delete their lines in the program that wrote them; then run `siyu run`. Their rows are left out until "
            "then.",
            count=len(landing.left),
            named=named,
        )
        print(left, file=sys.stderr)
