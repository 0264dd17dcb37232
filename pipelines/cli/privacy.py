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
from pipelines.settings import load_settings

SHOWN = 10


def purge_landing(home: Path | None, older_than: str, is_trial: bool) -> int:
    """Purges, and says what went and why the rest stays."""
    from pipelines.upkeep.purge import purge

    settings = load_settings(home)
    days = re.fullmatch(r"([1-9][0-9]*)d?", older_than.strip())
    if not days:
        raise UserError(f"--landing-older-than {older_than}: expected days, such as 90d")
    if not settings.warehouse_path.exists():
        raise UserError(f"{settings.home}: nothing was loaded yet, so nothing may go")
    done = purge(settings, timedelta(days=int(days[1])), is_trial)
    would = "would go" if is_trial else "went"
    print(f"{len(done.gone)} files {would} ({done.bytes / 1e6:,.1f} MB); {done.young} are younger.")
    for path in done.gone[: SHOWN if is_trial else 0]:
        print(f"  {path}")
    for why, count in Counter(done.kept.values()).most_common(SHOWN):
        named = [path for path, said in done.kept.items() if said == why]
        print(f"{count} stay, {why}: {', '.join(named[:3])}{', …' if count > 3 else ''}")
    if done.gone and not is_trial:
        print("They cannot be read again: `siyu run --full` is refused from now on. Keep backups of the home.")
    return 0


def scan_home(home: Path | None, canaries: Path | None, also: list[Path]) -> int:
    """Looks, and names every place; 1 where there is one."""
    from pipelines.upkeep.privacy_scan import scan

    settings = load_settings(home)
    planted = canaries.read_text(encoding="utf-8").split("\n") if canaries else []
    if told := os.environ.get("DAGSTER_HOME"):
        also = [*also, Path(told)]
    if missing := [folder for folder in also if not folder.is_dir()]:
        raise UserError(f"{missing[0]}: this is no folder to look through")
    done = scan(settings, [text.strip() for text in planted if text.strip()], also)
    places = "".join(f", {folder}" for folder in also)
    print(f"{done.files} files of {settings.home} outside landing{places}, every column of their tables.")
    if done.unseen:
        what = "pictures of text, or what is broken or locked"
        print(f"{len(done.unseen)} of them hold what cannot be searched ({what}): {_some(done.unseen)}")
    for hit in done.hits[:SHOWN]:
        print(f"  {hit.where}: {hit.what}, {hit.count} times", file=sys.stderr)
    if len(done.hits) > SHOWN:
        print(f"  and {len(done.hits) - SHOWN} more places", file=sys.stderr)
    if done.hits:
        print("Nobody should stand there: tell us where (not who), and keep the home to yourself.", file=sys.stderr)
        return USER
    print("Nobody shows in all else." if done.unseen else "Nobody shows.")
    return 0


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
