"""`siyu uplift`: what a treatment caused in an analyst's own table.

What belongs here: the text, the JSON, the exit code. What does not: reading the table (own_table.py), the estimate
(models/uplift.py), its sentences (uplift_words.py).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.cli.mistakes import UserError
from pipelines.cli.words import say

if TYPE_CHECKING:
    from pipelines.models.uplift import Weighed
    from pipelines.own_table import OwnTable

FINE, REFUSED = 0, 3
LEAST = 50  # rows of either group
PROVISO = "This holds as far as the covariates were known before and tell all that decides both treatment and outcome."


def estimate(file: Path, treatment: str, outcome: str, covariates: Sequence[str], person: str, as_json: bool) -> int:
    """Prints what is caused, or why nothing is told; 3 in that case."""
    from pipelines.own_table import read_own

    file = file.expanduser()
    if not file.is_file():
        raise UserError(f"{file}: there is no such file. Expected a CSV or Parquet file with a row per person.")
    if not covariates:
        raise UserError("--covariates names no column; expected those known before the treatment, such as a,b,c.")
    table = read_own(file, treatment, outcome, covariates, person)
    told = _estimated(table, treatment, outcome)
    print(json.dumps(told, ensure_ascii=False, indent=1) if as_json else _text(told))
    return REFUSED if told["verdict"] == "refused" else FINE


def _estimated(table: OwnTable, treatment: str, outcome: str) -> dict[str, Any]:
    """Everything that is told, as one object."""
    from pipelines.models.uplift import effect, naive, weigh
    from pipelines.models.uplift_panel import Comparison, refusal_of, verdict
    from pipelines.uplift_words import load_uplift_words, refused, told

    compared = Comparison(table.treated, table.outcome)
    found: dict[str, Any] = {"treated": int(table.treated.sum()), "controls": compared.controls}
    notes, refusal = list(table.notes), compared.too_few(LEAST, outcomes=0)
    if refusal is None:
        weighed = weigh(table.treated, table.covariates, table.people)
        notes += [
            say("{name} is the same in every row and tells nothing", name=name) for name in weighed.design.constant
        ]
        found |= _of_weighing(weighed)
        refusal = refusal_of(weighed)
    if refusal is not None:
        said = refused(f"own_{refusal.reason}", refusal.found, refusal.needed)
        return {"verdict": "refused", "reason": refusal.reason, "said": said, "notes": notes, **found}
    estimated, means = effect(weighed, table.outcome), naive(table.treated, table.outcome)
    numbers = {"difference": means[0] - means[1], "effect": estimated.value, "low": estimated.low}
    chosen = verdict(numbers["difference"], estimated, None, weighed.furthest_after)
    words, numbers = load_uplift_words().outcomes["own"], numbers | {"high": estimated.high}
    apart = f"{weighed.furthest_after:.2f}"
    said = told(words, chosen, numbers, treatment=treatment, outcome=outcome, apart=apart)
    kind = chosen.partition("_")[0]
    return {
        "verdict": kind if kind in ("doubtful", "chance") else "caused",
        "said": said,
        "notes": notes,
        "treated_mean": means[0],
        "control_mean": means[1],
        "naive_difference": numbers["difference"],
        "effect": estimated.value,
        "effect_low": estimated.low,
        "effect_high": estimated.high,
        "standard_error": estimated.standard_error,
        **found,
    }


def _of_weighing(weighed: Weighed) -> dict[str, Any]:
    """Overlap and balance."""
    import numpy as np

    mine = weighed.propensity[weighed.treated]
    quantiles = dict(zip(("5 %", "50 %", "95 %"), map(float, np.quantile(mine, (0.05, 0.5, 0.95))), strict=True))
    return {
        "treated_left_out": weighed.treated_left_out,
        "controls_left_out": weighed.controls_left_out,
        "effective_controls": weighed.effective_controls,
        "propensity_of_treated": quantiles,
        "balance": [vars(one) for one in weighed.differences],
    }


def _text(told: dict[str, Any]) -> str:
    from pipelines.cli.show import cell, pad, visible

    lines = [told["said"]["zh"], told["said"]["en"], ""]
    lines += [say("Note: {note}.", note=note) for note in told["notes"]]
    numbers = {name: value for name, value in told.items() if isinstance(value, int | float)}
    width = max(map(len, numbers))
    lines += [f"  {pad(name, width)}  {cell(value)}" for name, value in numbers.items()]
    if "propensity_of_treated" in told:
        of_treated = ", ".join(f"{name}: {value:.3f}" for name, value in told["propensity_of_treated"].items())
        lines += [say("  propensity of the treated, quantiles: {quantiles}", quantiles=of_treated)]
    if told.get("balance"):
        lines += ["", say("Differences in what was known before, in standard deviations (above 0.1 is not alike):")]
        lines += _balance(told["balance"])
    if told["verdict"] != "refused":
        lines += ["", say(PROVISO)]
    return "\n".join(visible(line) for line in lines)


def _balance(rows: list[dict[str, Any]]) -> list[str]:
    import io

    from pipelines.cli.show import Rows, write

    out = io.StringIO()
    write(Rows(list(rows[0]), [list(row.values()) for row in rows]), "table", out=out)
    return [f"  {line}" for line in out.getvalue().splitlines()]
