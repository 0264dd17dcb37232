"""assets/reports/pages.yaml: of which things a report has pages, and what stands on them.

What belongs here: the models, and what must fit together. What does not: any page (the YAML), its rows (pages.py).
"""

from __future__ import annotations

import functools
import re
from typing import Any

from pydantic import Field, model_validator

from pipelines.report.charts import definition
from pipelines.report.layout import Block, layout, takes_all
from pipelines.report.named import among, tables
from pipelines.report.words import REPORTS
from pipelines.spec.reading import Strict, read

FILE = REPORTS / "pages.yaml"


class Kind(Strict):
    """One kind of thing.

    `key`: the columns that tell one from another; `of`: the block of the report that has a row for each, or `about` one
    of its own, and then `back`: the block that leads here. `also`: by another kind, the columns of a row that are its
    key, for a link to that page.
    """

    key: tuple[str, ...]
    of: str = ""
    about: Block | None = None
    back: str = ""
    most: int = Field(ge=1)
    also: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    blocks: tuple[Block, ...]

    @model_validator(mode="after")
    def _has_a_row_for_each(self) -> Kind:
        if bool(self.of) == bool(self.about) or bool(self.about) != bool(self.back):
            raise ValueError("a kind of page is 'of' a block of the report, or has an 'about' and the block 'back'")
        return self


class Pages(Strict):
    """The whole file. `orders`: the table of orders behind a page's numbers; kinds fill in `where` and `keys`."""

    orders: dict[str, Any]
    kinds: dict[str, Kind]

    @model_validator(mode="before")
    @classmethod
    def _fills_in_the_orders(cls, given: Any) -> Any:
        """Blocks `{orders: {where, keys}}` as the tables that they stand for."""
        if not isinstance(given, dict) or not isinstance(given.get("orders"), dict):
            return given
        template = given["orders"]
        kinds = {
            name: {**kind, "blocks": [_filled(template, block) for block in kind.get("blocks", ())]}
            for name, kind in given.get("kinds", {}).items()
        }
        return {**given, "kinds": kinds}

    @model_validator(mode="after")
    def _fits_together(self) -> Pages:
        standing = {
            block["id"]: block for section in layout()["sections"] for block in section["blocks"] if "id" in block
        }
        charts = [block["chart"] for section in layout()["sections"] for block in section["blocks"] if "chart" in block]
        linking = [*standing.values(), *map(definition, charts)]
        for block in linking:
            links = block.get("links", {})
            for kind in [links] if isinstance(links, str) else links.values():
                among(kind, self.kinds, "kind of page")
        for name, kind in self.kinds.items():
            if kind.of:
                among(kind.of, standing, f"block of the report (of {name})")
                if name not in standing[kind.of].get("links", {}).values():
                    raise ValueError(f"{name}: '{kind.of}' has no column with 'links' to it")
            if kind.back:
                among(kind.back, [*standing, *charts], f"block of the report (of {name})")
            for other, columns in kind.also.items():
                among(other, self.kinds, f"kind of page (of {name})")
                if len(columns) != len(self.kinds[other].key):
                    raise ValueError(f"{name}: a page of {other} is told by {len(self.kinds[other].key)} columns")
            for block in kind.blocks:
                self._tells_whose(name, kind, block)
        return self

    def _tells_whose(self, name: str, kind: Kind, block: Block) -> None:
        """Nothing, where the rows of a block say of which page they are. Raises ValueError."""
        for other in block.links.values():
            among(other, self.kinds, f"kind of page (of {name}, {block.id})")
        words = set(re.findall(r"\w+", block.sql or ""))
        words |= tables()[str(block.table)] if takes_all(block.sql or "") else frozenset()
        lacking = [column for column in kind.key if column not in block.keys and column not in words]
        if lacking:
            raise ValueError(
                f"{name}: '{block.id or block.chart}' has no '{lacking[0]}', by which its rows find a page"
            )


def _filled(template: dict[str, Any], block: dict[str, Any]) -> dict[str, Any]:
    if "orders" not in block:
        return block
    keys = block["orders"]["keys"]
    sql = template["sql"].format(
        keys=", ".join(f"{made} as {name}" for name, made in keys.items()),
        names=", ".join(keys),
        where=block["orders"]["where"],
        joined=block["orders"].get("joined", ""),
    )
    return {**template, "sql": sql}


@functools.cache
def page_kinds() -> dict[str, dict[str, Any]]:
    """The kinds of pages by name. Raises SpecError naming file and key."""
    kinds: dict[str, dict[str, Any]] = read(FILE, Pages).model_dump(exclude_unset=True)["kinds"]
    return kinds
