"""`siyu purge` and `siyu privacy-scan`: what went or was found, in words.

What belongs here: the words. What does not: the work (upkeep/purge.py, upkeep/privacy_scan.py).
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from pipelines.cli.mistakes import USER, UserError
from pipelines.cli.words import say
from pipelines.settings import load_settings

SHOWN = 10


def purge_landing(home: Path | None, older_than: str, is_trial: bool) -> int:
    """Purges, and says what went and why the rest stays."""
    from pipelines.upkeep.purge import purge

    settings = load_settings(home)
    days = re.fullmatch(r"([1-9][0-9]*)d?", older_than.strip())
    if not days:
        said = say("--landing-older-than {given}: expected days, such as 90d", given=older_than)
        raise UserError(said)
    if not settings.warehouse_path.exists():
        raise UserError(say("{home}: nothing was loaded yet, so nothing may go", home=settings.home))
    done = purge(settings, timedelta(days=int(days[1])), is_trial)
    went = "{count} files went ({size:,.1f} MB); {young} are younger."
    would = "{count} files would go ({size:,.1f} MB); {young} are younger."
    print(say(would if is_trial else went, count=len(done.gone), size=done.bytes / 1e6, young=done.young))
    for path in done.gone[: SHOWN if is_trial else 0]:
        print(f"  {path}")
    for why, count in Counter(done.kept.values()).most_common(SHOWN):
        named = [path for path, said in done.kept.items() if said == why]
        print(say("{count} stay, {why}: {names}", count=count, why=why, names=_some(named)))
    if done.gone and not is_trial:
        print(say("They cannot be read again: `siyu run --full` is refused from now on. Keep backups of the home."))
    return 0


def scan_home(home: Path | None, canaries: Path | None, also: list[Path]) -> int:
    """Looks, and names every place; 1 where there is one."""
    from pipelines.upkeep.privacy_scan import scan

    settings = load_settings(home)
    planted = canaries.read_text(encoding="utf-8").split("\n") if canaries else []
    if told := os.environ.get("DAGSTER_HOME"):
        also = [*also, Path(told)]
    if missing := [folder for folder in also if not folder.is_dir()]:
        raise UserError(say("{folder}: this is no folder to look through", folder=missing[0]))
    done = scan(settings, [text.strip() for text in planted if text.strip()], also)
    places = "".join(f", {folder}" for folder in also)
    looked = "{files} files of {home} outside landing{places}, every column of their tables."
    print(say(looked, files=done.files, home=settings.home, places=places))
    if done.unseen:
        unseen = "{count} of them hold what cannot be searched (pictures of text, or what is broken or locked): {names}"
        print(say(unseen, count=len(done.unseen), names=_some(done.unseen)))
    for hit in done.hits[:SHOWN]:
        times = "  {where}: {what}, {count} times"
        print(say(times, where=hit.where, what=hit.what, count=hit.count), file=sys.stderr)
    if len(done.hits) > SHOWN:
        print(say("  and {count} more places", count=len(done.hits) - SHOWN), file=sys.stderr)
    if done.hits:
        nobody = "Nobody should stand there: tell us where (not who), and keep the home to yourself."
        print(say(nobody), file=sys.stderr)
        return USER
    print(say("Nobody shows in all else.") if done.unseen else say("Nobody shows."))
    return 0


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
