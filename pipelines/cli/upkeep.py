"""`siyu verify`, `siyu doctor`, `siyu backup` and `siyu restore`: what was found, said in lines.

What belongs here: the words. What does not: looking and copying (upkeep/, doctor/).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from pipelines.cli.mistakes import USER
from pipelines.cli.words import say
from pipelines.settings import load_settings

MARKS = {"well": "✓", "doubt": "!", "ill": "✗"}


def show_verified(home: Path | None, as_json: bool) -> int:
    """Each part and whether it is whole; 1 where one is not."""
    from pipelines.upkeep.verify import Found, verify

    settings = load_settings(home)

    def tell(found: Found) -> None:
        if not as_json:
            print(f"{'✓' if found.is_whole else '✗'} {found.part}: {found.whole or found.broken}", flush=True)
            if found.remedy:
                print(f"    {found.remedy}", flush=True)

    found = verify(settings, tell)
    broken = [one for one in found if not one.is_whole]
    if as_json:
        print(json.dumps({"whole": not broken, "parts": [asdict(one) for one in found]}, ensure_ascii=False, indent=1))
    else:
        counted = say("{broken} of {parts} parts are broken.", broken=len(broken), parts=len(found))
        print(counted if broken else say("Everything is whole."))
    return USER if broken else 0


def show_examined(home: Path | None, as_json: bool, everything: bool) -> int:
    """What the doctor found; 1 where something is ill."""
    from pipelines.doctor import examine

    found = list(examine(load_settings(home)))
    ill = [one for one in found if one.state == "ill"]
    if as_json:
        told = {"well": not ill, "checks": [asdict(one) for one in found]}
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return USER if ill else 0
    for one in found:
        if everything or one.state != "well":
            print(f"{MARKS[one.state]} {one.name}: {one.found}")
            if one.why:
                print(say("    why: {why}", why=one.why) + "\n" + say("    do:  {fix}", fix=one.fix))
    doubts = sum(one.state == "doubt" for one in found)
    well = len(found) - len(ill) - doubts
    counted = "{checks} checks: {ill} to mend, {doubts} to know of, {well} well."
    print(say(counted, checks=len(found), ill=len(ill), doubts=doubts, well=well))
    return USER if ill else 0


def make_backup(home: Path | None, target: Path, with_landing: bool) -> int:
    """Copies a home into one file and says what to keep in mind."""
    from pipelines.upkeep.backup import backup

    settings = load_settings(home)
    copied = backup(settings, target.expanduser(), with_landing)
    made = "{file}: {count:,} files, {size:,.1f} MB. It holds the key: keep it to yourself."
    print(say(made, file=target, count=copied.files, size=copied.bytes / 1e6))
    if not with_landing:
        print(say("Without landing: `siyu run --full` needs the files in it, so keep a copy of them, too."))
    return 0


def take_backup(home: Path | None, source: Path) -> int:
    """A home out of a backup, looked over at once."""
    from pipelines.upkeep.backup import restore

    settings = load_settings(home)
    copied = restore(source.expanduser(), settings)
    taken = "{home}: {count:,} files, {size:,.1f} MB, as they were copied."
    print(say(taken, home=settings.home, count=copied.files, size=copied.bytes / 1e6))
    return show_verified(settings.home, as_json=False)
