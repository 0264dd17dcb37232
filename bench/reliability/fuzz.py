"""Generated files through ingest: `python -m bench.reliability.fuzz [FILES] [SEED]`; every row is accounted for.

What belongs here: files of every format, from nearly right to nonsense, whose rows meet each other. What does not: what
their rows should become (tests/ingest).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

PORTION = 250  # files that lie in landing together
KINDS = ("orders", "events", "refunds", "identities", "doudian_orders", "order_lines", "memberships_list", "anywhere")
FORMATS = ("csv", "csv", "csv", "tsv", "gbk", "utf16", "gz", "jsonl", "json", "xlsx", "html", "parquet", "zip")
PEOPLE = [f"u{n}" for n in range(40)]
PHONES = [f"139{n:08d}" for n in range(10_000_000, 10_000_040)]
VALUES: dict[str, list[str]] = {
    "id": [*(f"o{n}" for n in range(200)), *PEOPLE, "", "NULL", "6.92E+18", "o1 o2", "'690001", "a" * 300, "合计"],
    "time": [
        "2025-01-02 10:00:00",
        "2025/1/2 9:05",
        "20250102",
        "45678",
        "昨天",
        "2025-13-01",
        "1735783200",
        "3月5日",
        "",
    ],
    "amount": ["10", "12.50", "¥1,234.00", "1万", "-5", "abc", "=1+2", "1e400", "#REF!", "１２", "12,5", "", "0.001"],
    "word": ["paid", "已完成", "待付款", "group_join", "入群", "follow", "退款成功", "什么", "douyin", "抖音", ""],
    "phone": [*PHONES, "138****1234", "13800138000", "+86 139 1234 5678", "电话", ""],
    "text": ["栖木", 'a "quoted" word', "a,b", "两\n行", "<b>x</b>", "\u0000", "🙂", "x" * 5000, ""],
}
GOOD = {
    "id": [f"o{n}" for n in range(300)],
    "time": ["2025-01-02 10:00:00", "2025-01-05 11:30:00", "2025-02-01 09:00:00"],
    "amount": ["10", "12.50", "100"],
    "word": [""],
    "phone": PHONES,
}
DIRT = (0.0, 0.0, 0.0, 0.02, 0.2, 0.8)  # share of cells that are anything
USUAL = {"timestamp": "time", "date": "time", "count": "amount"} | {kind: kind for kind in VALUES}
BROKEN = ("cut", "bytes", "doubled", "empty", "quotes", "commas")


def main() -> int:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        return Fuzz(Path(folder), random.Random(seed)).all(files)


class Fuzz:
    """One warehouse, into which portions of files come."""

    def __init__(self, place: Path, chance: random.Random) -> None:
        from pipelines.database import connect
        from pipelines.ingest.sources import load_sources
        from pipelines.settings import Settings

        self.place, self.chance = place, chance
        self.settings = Settings(home=place)
        self.connection = connect(place / "warehouse.duckdb")
        self.sources = load_sources()
        self.cells, self.made = 0, Counter[str]()
        self.wrong: list[str] = []

    def all(self, files: int) -> int:
        from pipelines.ingest import ingest

        begun, became, rows = time.monotonic(), Counter[str](), Counter[str]()
        for first in range(0, files, PORTION):
            shutil.rmtree(self.settings.landing, ignore_errors=True)
            for number in range(first, min(first + PORTION, files)):
                self.write(number)
            try:
                result = ingest(self.connection, self.settings)
            except Exception:
                self.wrong.append(f"files {first} to {first + PORTION}: {traceback.format_exc()[-1500:]}")
                print(self.wrong[-1], flush=True)
                continue
            for file in result.files:
                became[file.status] += 1
                rows.update(read=file.rows_read, loaded=file.rows_loaded, superseded=file.rows_superseded)
                rows.update(refused=file.rows_quarantined)
                if file.rows_read != file.rows_loaded + file.rows_superseded + file.rows_quarantined:
                    self.wrong.append(f"{file.path}: {file}")
            if first // PORTION % 2 == 1:
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
                since = time.monotonic() - begun
                told = f"{first + PORTION} files, {self.cells:,} cells, {len(self.wrong)} wrong"
                print(f"  {told}, {since:.0f} s, {peak:.1f} GiB", flush=True)
        self.check_ledger()
        since = (time.monotonic() - begun) / 60
        print(f"{sum(self.made.values()):,} files of {self.cells:,} cells in {since:.0f} minutes")
        print(f"made: {dict(self.made.most_common())}")
        print(f"became: {dict(became)}; rows: {dict(rows)}")
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")
        print(f"{len(self.wrong)} wrong")
        print("\n".join(self.wrong[:10]))
        return bool(self.wrong)

    def check_ledger(self) -> None:
        """What stands in staging and in quarantine is what the ledger says."""
        wrong = self.connection.execute(
            "select f.path, f.rows_quarantined, q.n from ops.files f left join (select file_id, sum(rows) n from "
            "ops.quarantine group by 1) q using (file_id) where f.rows_quarantined <> coalesce(q.n, 0) "
            "or rows_read <> rows_loaded + rows_superseded + rows_quarantined"
        ).fetchall()
        self.wrong += [f"ledger: {row}" for row in wrong]

    def write(self, number: int) -> None:
        kind, form = self.chance.choice(KINDS), self.chance.choice(FORMATS)
        header, rows = self.table(kind)
        content, suffix = written(header, rows, form)
        if self.chance.random() < 0.15:
            content = broken(content, self.chance.choice(BROKEN), self.chance)
            form += ", broken"
        self.made[form] += 1
        self.cells += sum(map(len, rows))
        folder = self.settings.landing / ("" if kind == "anywhere" else kind)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"f{number}{suffix}").write_bytes(content)

    def table(self, kind: str) -> tuple[list[str], list[list[str]]]:
        """A header that a mapping knows, nearly, and rows under it."""
        name = f"canonical_{kind}" if f"canonical_{kind}" in self.sources else kind
        source = self.sources.get(name) or self.chance.choice(list(self.sources.values()))
        columns = list(source.columns.items())
        keep = [one for one in columns if self.chance.random() < 0.9] or columns
        if self.chance.random() < 0.3:
            self.chance.shuffle(keep)
        header = [self.chance.choice(column.names or (own,)) for own, column in keep]
        dirt = self.chance.choice(DIRT)
        length = self.chance.choice((0, 1, 3, 8, 20))
        rows = [[self.cell(own, column, dirt) for own, column in keep] for _ in range(length)]
        if self.chance.random() < 0.1 and rows:
            rows.append(list(header))
        if self.chance.random() < 0.1 and rows:
            rows[-1] = rows[-1][:-1] if self.chance.random() < 0.5 else [*rows[-1], "", "x"]
        return header, rows

    def cell(self, name: str, column: Any, dirt: float) -> str:
        """What the column takes; now and then anything else."""
        if self.chance.random() < dirt:
            return self.chance.choice(VALUES[self.chance.choice(list(VALUES))])
        if column.map or column.values:
            return self.chance.choice(list(column.map or column.values))
        known = {"platform": "douyin", "event": "group_join", "id_type": "user_id", "linked_type": "user_id"}
        if name in known or "currency" in name:
            return known.get(name, "CNY")
        if column.holds == "phone":
            return self.chance.choice(PHONES)
        if "buyer" in name or "user" in name:
            return self.chance.choice(PEOPLE)
        return self.chance.choice(GOOD.get(USUAL.get(column.type, "text"), ["栖木"]))


def written(header: list[str], rows: list[list[str]], form: str) -> tuple[bytes, str]:
    """A file's bytes and its suffix."""
    if form in ("csv", "tsv", "gbk", "utf16", "gz", "zip"):
        text = io.StringIO()
        out = csv.writer(text, delimiter="\t" if form == "tsv" else ",", lineterminator="\n")
        out.writerows([header, *rows])
        encoding = {"gbk": "gb18030", "utf16": "utf-16"}.get(form, "utf-8")
        content = text.getvalue().encode(encoding, "replace")
        if form == "zip":
            return _zipped(content), ".zip"
        return (gzip.compress(content), ".csv.gz") if form == "gz" else (content, ".csv")
    records = [dict(zip(header, row, strict=False)) for row in rows]
    if form in ("json", "jsonl"):
        told = [json.dumps(record, ensure_ascii=False) for record in records]
        text = (
            "\n".join(told) + "\n" if form == "jsonl" else json.dumps({"data": {"list": records}}, ensure_ascii=False)
        )
        return text.encode(), f".{form}"
    if form == "html":
        lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in (header, *rows))
        return f"<html><table>{lines}</table></html>".encode(), ".xls"
    return (_parquet(header, rows), ".parquet") if form == "parquet" else (_workbook(header, rows), ".xlsx")


def _zipped(content: bytes) -> bytes:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export.csv", content)
    return out.getvalue()


def _parquet(header: list[str], rows: list[list[str]]) -> bytes:
    import pyarrow
    import pyarrow.parquet

    width = len(header)
    cells = [[(row[n] if n < len(row) else None) for row in rows] for n in range(width)]
    columns = {name: pyarrow.array(cells[n], pyarrow.string()) for n, name in enumerate(dict.fromkeys(header))}
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), out)
    return out.getvalue()


def _workbook(header: list[str], rows: list[list[str]]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    for number, row in enumerate([header, *rows]):
        sheet.write_row(number, 0, [cell.replace("\0", "") for cell in row])
    book.close()
    return out.getvalue()


def broken(content: bytes, how: str, chance: random.Random) -> bytes:
    """What happens to files on their way."""
    place = chance.randrange(len(content) + 1)
    changed: dict[str, Any] = {
        "cut": lambda: content[:place],
        "bytes": lambda: content[:place] + chance.randbytes(20) + content[place:],
        "doubled": lambda: content + content,
        "empty": lambda: b"",
        "quotes": lambda: content[:place] + b'"' + content[place:],
        "commas": lambda: content.replace(b"\n", b",\n"),
    }
    return changed[how]()


if __name__ == "__main__":
    sys.exit(main())
