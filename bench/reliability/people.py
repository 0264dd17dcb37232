"""Planted people, and where they show: `python -m bench.reliability.people [PEOPLE] [SEED]`; nowhere but in landing.

What belongs here: people in every source's personal columns, in times and numbers that they slipped into, under no
header, in names of files; and the search. What does not: what masking does (tests/test_privacy.py).

In a column of ids or of free text that is read on purpose nobody can tell them: a national id is as long as an order's.
"""

from __future__ import annotations

import csv
import io
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
GIVEN = "芊蔚岚璟翊琤霏珩昀嫣煦骞祺曦筠瑄妤泓茜臻"
TYPED = ("timestamp", "date", "amount", "count", "number", "boolean")
ROADS = "梧桐苑枫丹里翠微坊碧波轩紫荆汇"


@dataclass(frozen=True)
class Person:
    name: str
    phone: str
    address: str
    national_id: str
    email: str

    @property
    def told(self) -> dict[str, str]:
        return vars(self)


def people(count: int, chance: random.Random) -> list[Person]:
    """Names and addresses of letters that stand together nowhere else."""
    made = []
    for number in range(count):
        name = chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN)
        road = "".join(chance.sample(ROADS, 3))
        made.append(
            Person(
                name=f"{name}",
                phone=f"1{chance.choice('3578')}{chance.randrange(10**9):09d}",
                address=f"{road}路{number % 300 + 1}号{chance.randrange(1, 30)}栋",
                national_id=f"110101{_birthday(chance)}{chance.randrange(10_000):04d}",
                email=f"{''.join(chance.choices('abcdefghij', k=9))}{number}@example.com",
            )
        )
    return made


def _birthday(chance: random.Random) -> str:
    return f"{chance.randrange(1960, 2005)}{chance.randrange(1, 13):02d}{chance.randrange(1, 28):02d}"


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    chance = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        planted = people(count, chance)
        written = plant(home / "landing", planted, chance)
        for arguments in (["run"], ["status"], ["quarantine", "--csv"], ["doctor"], ["verify"]):
            said = _siyu(home, *arguments)
            (home / f"said-{arguments[0]}.txt").write_text(said, encoding="utf-8")
        hits = Counter[str]()
        for where, text in everything(home):
            hits.update(f"{kind} in {where}" for kind in found(text, planted))
        print(
            f"{count} people in {written} files of every source; looked for name, phone, address, national id, e-mail"
        )
        print(f"{sum(hits.values())} places where one shows")
        print("\n".join(f"  {count} {place}" for place, count in hits.most_common(40)))
        return bool(hits)


def plant(landing: Path, planted: list[Person], chance: random.Random) -> int:
    from pipelines.ingest.sources import load_sources

    written = 0
    for source in load_sources().values():
        if "csv" not in source.formats or source.recognise.sheets:
            continue
        folder = (*source.recognise.folders, source.name)[0]
        for way in ("as it should be", "slipped", "without a header"):
            some = chance.sample(planted, min(40, len(planted)))
            text = _file(source, some, chance, way)
            name = f"{written}-{chance.choice(planted).phone}.csv" if way == "slipped" else f"{written}.csv"
            path = landing / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            written += 1
    return written


def _file(source: Any, some: list[Person], chance: random.Random, way: str) -> str:
    columns = list(source.columns.items())
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    if way != "without a header":
        personal = ["收件人", "收货地址", "身份证号", "邮箱"]
        out.writerow([*((column.names or (name,))[0] for name, column in columns), *personal])
    for number, one in enumerate(some):
        cells = [_cell(column.type, name, number, one, chance) for name, column in columns]
        if way == "slipped":
            typed = [place for place, (_, column) in enumerate(columns) if column.type in TYPED]
            for place in chance.sample(typed, min(2, len(typed))):
                cells[place] = chance.choice(list(one.told.values()))
        out.writerow([*cells, one.name, one.address, one.national_id, one.email])
    return text.getvalue()


def _cell(kind: str, name: str, number: int, one: Person, chance: random.Random) -> str:
    if kind == "personal":
        return chance.choice([one.name, one.address, one.phone])
    if kind == "phone":
        return one.phone
    usual = {"timestamp": "2025-01-02 10:00:00", "date": "2025-01-02", "amount": "12.50", "count": "3", "boolean": "是"}
    return usual.get(kind, f"{name}{number}" if kind == "id" else "")


def everything(home: Path) -> Iterator[tuple[str, str]]:
    """Every text outside landing: files as they are, tables by column."""
    import duckdb

    for path in home.rglob("*"):
        if not path.is_file() or "landing" in path.relative_to(home).parts or path.is_symlink():
            continue
        if path.suffix != ".duckdb":
            yield path.name, path.read_bytes().decode("utf-8", "replace") + path.name
            continue
        with duckdb.connect(str(path), read_only=True) as connection:
            columns = connection.execute(
                "select schema_name, table_name, column_name from duckdb_columns() "
                "where data_type = 'VARCHAR' and database_name = current_database()"
            ).fetchall()
            for schema, table, column in columns:
                where = f"{schema}.{table}.{column}"
                rows = connection.execute(f'select distinct "{column}" from {schema}."{table}"').fetchall()
                yield where, "\n".join(text for (text,) in rows if text)


def found(text: str, planted: list[Person]) -> Iterator[str]:
    for one in planted:
        yield from (kind for kind, value in one.told.items() if value in text)


def _siyu(home: Path, *arguments: str) -> str:
    code = "import sys; from pipelines.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "--home", str(home), *arguments]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return said.stdout + said.stderr


if __name__ == "__main__":
    sys.exit(main())
