"""`siyu uplift`: an analyst's own table, and what is said of one that cannot be asked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from tests.cli.conftest import Siyu

ASKED = ("--treatment", "joined", "--outcome", "spent", "--covariates")
PLANTED = 20.0


def members(people: int = 600) -> dict[str, list[object]]:
    """Who ordered more before joins more often and spends more anyway; joining adds PLANTED."""
    dice = np.random.default_rng(2)
    before, city = dice.integers(0, 4, people), dice.choice(["杭州", "成都"], people)
    joined = dice.random(people) < 0.15 + 0.15 * before
    spent = 50 + 30 * before + PLANTED * joined + dice.normal(0, 20, people)
    told = {"before": before.tolist(), "city": city.tolist(), "joined": joined.astype(int).tolist()}
    return told | {"spent": np.round(spent, 2).tolist(), "shop": ["x"] * people}


def as_csv(path: Path, columns: dict[str, list[object]], encoding: str = "utf-8") -> str:
    rows = [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    path.write_text("\n".join([",".join(columns), *rows]) + "\n", encoding=encoding)
    return str(path)


def test_what_was_planted_is_said_with_overlap_and_balance(siyu: Siyu, tmp_path: Path) -> None:
    columns = members()
    columns["spent"][3], columns["city"][5] = "", ""
    file = as_csv(tmp_path / "会员.csv", columns, "gb18030")
    said = siyu("uplift", file, *ASKED, "before,city,shop", "--json")
    told = json.loads(said.out)
    assert (said.code, said.err, told["verdict"]) == (0, "", "caused")
    assert told["effect_low"] < PLANTED < told["effect_high"] < told["naive_difference"]
    assert told["notes"] == [
        "1 rows without joined or spent are left out",
        "1 rows have no city; they stand as a group of their own in it",
        "shop is the same in every row and tells nothing",
    ]
    assert {row["name"] for row in told["balance"]} >= {"before", "city = 杭州"}
    assert abs(max((row["after"] for row in told["balance"]), key=abs)) < 0.1
    pyarrow.parquet.write_table(pyarrow.table(members()), tmp_path / "m.parquet")
    text = siyu("uplift", str(tmp_path / "m.parquet"), *ASKED, "before,city").out
    assert "The mean of spent was " in text
    assert "joined 为 1 的行，spent 平均比其余高 " in text
    assert "treated_left_out" in text
    assert "This holds as far as the covariates" in text


def test_without_overlap_it_is_refused_and_why(siyu: Siyu, tmp_path: Path) -> None:
    columns = members(300)
    columns["joined"] = [int(n >= 2) for n in columns["before"]]
    said = siyu("uplift", as_csv(tmp_path / "a.csv", columns), *ASKED, "before")
    assert said.code == 3
    assert "Nothing is estimated: the groups cannot be compared" in said.out
    few = siyu("uplift", as_csv(tmp_path / "b.csv", members(60)), *ASKED, "before")
    assert (few.code, "rows with 1, 50 needed." in few.out) == (3, True)


@pytest.mark.parametrize(
    ("column", "cell", "covariates", "said"),
    [
        (
            "joined",
            "yes",
            "before",
            "line 3, column joined: found 'yes'; expected 1 (treated) or 0 (not): the treatment",
        ),
        ("spent", "many", "before", "line 3, column spent: found '*'; expected a number: the outcome"),
        ("spent", "1_000", "before", "line 3, column spent: found '1_000'; expected a number: the outcome"),
        ("before", "李雷", "before", "line 3, column before: found '*'; expected a number, as in most rows"),
        ("joined", "1", "befor", "there is no column 'befor'; did you mean 'before'?"),
        ("joined", "1", "before,spent", "the column 'spent' is named twice"),
        ("joined", "1", "before,before", "the column 'before' is named twice"),
        ("joined", "1", ",", "--covariates names no column"),
        ("joined", "1,2", "before", "line 3: 6 cells; expected 5 as in the header"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(siyu: Siyu, tmp_path: Path, column, cell, covariates, said) -> None:
    columns = members(10)
    columns[column][1] = cell
    told = siyu("uplift", as_csv(tmp_path / "a.csv", columns), *ASKED, covariates)
    assert told.code == 1
    assert said in told.err


def test_what_is_no_table_is_said(siyu: Siyu, tmp_path: Path) -> None:
    assert "there is no such file" in siyu("uplift", str(tmp_path / "no.csv"), *ASKED, "a").err
    (tmp_path / "empty.csv").write_text("")
    assert "the file is empty" in siyu("uplift", str(tmp_path / "empty.csv"), *ASKED, "a").err
    (tmp_path / "twice.csv").write_text("joined,spent,a,a\n1,2,3,4\n")
    assert "the column 'a' stands twice" in siyu("uplift", str(tmp_path / "twice.csv"), *ASKED, "a").err
    (tmp_path / "no.parquet").write_text("joined")
    assert "not a Parquet file" in siyu("uplift", str(tmp_path / "no.parquet"), *ASKED, "a").err
