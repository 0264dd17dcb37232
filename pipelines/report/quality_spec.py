"""assets/reports/quality.yaml: what a rule may say. A mistake there is told with file, key and the nearest known word.

What belongs here: the models. What does not: any rule (the YAML), asking one (quality.py), its words (wording).
"""

from __future__ import annotations

import re
from typing import Literal

from pydantic import field_validator, model_validator

from pipelines.report.named import PartName, among
from pipelines.spec.reading import Strict

# What a query may name as `$name`.
VALUES = ("order_sources", "folders", "folder_sources", "gone", "global_platforms", "hub_limit")


class Part(Strict):
    """One query of the measure."""

    needs: tuple[PartName, ...]
    sql: str

    @field_validator("sql")
    @classmethod
    def _asks_for_known_values(cls, sql: str) -> str:
        for name in re.findall(r"\$([a-z_]+)", sql):
            among(name, VALUES, "value")
        return sql


class Rule(Part):
    """One rule: a row of its query is one thing to tell."""

    code: str
    severity: Literal["refused", "aside", "told"]
    doubt: bool = False
    alarm: bool = False


class Rules(Strict):
    """The whole file."""

    tables: dict[str, str]
    measure: dict[Literal["files", "orders", "amount"], Part]
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _has_each_rule_once(self) -> Rules:
        codes = [rule.code for rule in self.rules]
        if twice := {code for code in codes if codes.count(code) > 1}:
            raise ValueError(f"'{min(twice)}' stands twice")
        return self
