"""Whatever stands behind the names of a header: each figure is read right, or its column is told and in no number."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest.cells.reading import LARGEST_COUNT
from tests.examples import examples
from tests.ingest.conftest import Landing

# Factors to what the table keeps, written down independently of assets/units.yaml.
SCALES = {"百": "100", "千": "1000", "万": "10000", "百万": "1000000", "亿": "100000000", "w": "10000", "k": "1000"}
SCALES |= {"W": "10000", "K": "1000", "单位：万": "10000"}
MONEY = {
    "元": "1",
    "分": "1/100",
    "角": "1/10",
    "千元": "1000",
    "万元": "10000",
    "单位：分": "1/100",
    "cny": "1",
} | SCALES
PEOPLE = {"人": "1", "万人": "10000", "人次": "1", "千人": "1000"} | SCALES
TIME = {
    "毫秒": "1/1000",
    "ms": "1/1000",
    "秒": "1",
    "s": "1",
    "分": "60",
    "单位：分": "60",
    "分钟": "60",
    "小时": "3600",
    "min": "60",
}
FOREIGN = [
    "美元",
    "USD",
    "HKD",
    "日元",
    "€",
    "退款后",
    "新客",
    "平台承担",
    "预估",
    "积分",
    "含税",
    "剔除退款",
    "老客",
    "T+1",
]
COLUMNS = {
    "成交金额": ("paid_amount", MONEY), "退款金额": ("refund_amount", MONEY), "观看人数": ("viewers", PEOPLE),
    "成交人数": ("buyers", PEOPLE), "评论次数": ("comments", PEOPLE), "人均停留时长": ("average_watch_seconds", TIME),
}  # fmt: skip
BRACKETS = ["({})", "（{}）", "【{}】", "[{}]", " ( {} )"]
EVERY_WORD = sorted({*MONEY, *PEOPLE, *TIME, *FOREIGN})


@st.composite
def headers(draw: st.DrawFn) -> list[tuple[str, str, str]]:
    """Some of our columns, each with something behind its name or nothing: name, word, header."""
    names = draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=5, unique=True))
    said = []
    for name in names:
        word = draw(st.one_of(st.just(""), st.sampled_from(sorted(COLUMNS[name][1])), st.sampled_from(EVERY_WORD)))
        said.append((name, word, name + (draw(st.sampled_from(BRACKETS)).format(word) if word else "")))
    return said


LARGEST = 10**10  # yuan of one live session
AMOUNTS = {COLUMNS[name][0] for name in ("成交金额", "退款金额")}


@settings(max_examples=examples(5, 20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=headers(), figure=st.integers(1, 900).map(lambda n: n * 100))
def test_read_right_or_told(landing: Landing, said: list[tuple[str, str, str]], figure: int) -> None:
    header = ",".join(["开播时间", "关播时间", "主播", *(text for _, _, text in said)])
    host = f"h{landing.minute}"  # each file is another session
    row = ",".join(["2026-03-01 19:00:00", "2026-03-01 23:00:00", host, *[str(figure)] * len(said)])
    file = landing.one(f"live_sessions_csv/{host}.csv", f"{header}\n{row}\n")
    assert (file.status, file.rows_loaded) == ("loaded", 1)
    told = {notice.subject for notice in file.notices}
    for name, word, text in said:
        column, units = COLUMNS[name]
        ((value,),) = landing.rows("live_sessions", column, f"file_id = {file.file_id}")
        most = LARGEST if column in AMOUNTS else LARGEST_COUNT - 1 if "人" in units else None
        if most is not None and figure * Fraction(units.get(word, "1")) > most:
            # more than any session took, or than there are people: the cell is set aside by name
            aside = landing.sql(f"select column_name from ops.quarantine where file_id = {file.file_id} and is_cell")
            assert value is None
            assert {"column_name": text} in aside, text
        elif word in units or not word:
            assert _is(value, figure * Fraction(units.get(word, "1"))), (text, value)
        else:
            assert (value, text in told) == (None, True), text


def _is(value: Any, expected: Fraction) -> bool:
    return value is not None and abs(Fraction(str(value)) - expected) < Fraction(1, 1000)
