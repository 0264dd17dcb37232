"""Reads a YAML or CSV file of assets into its model; what the model does not know is refused in words of the file.

What belongs here: the reading, and the words of a mistake. What does not: any model (each stands beside what it
describes).
"""

from __future__ import annotations

import csv
import types
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from pipelines.kept import kept
from pipelines.spec.nearest import hint

Shape = TypeVar("Shape")

ASSETS = Path(__file__).resolve().parents[2] / "assets"

# The C loader reads the same language ten times faster; not every platform's wheel has it.
_Yaml: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class SpecError(ValueError):
    """A file of assets says something that Siyu does not understand; the message names file and key."""


class Strict(BaseModel):
    """A part of a file: it has these keys and no others. A field with `exclude` is ours, never the file's."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Loader(_Yaml):  # type: ignore[misc]
    """YAML in which a key that stands twice is a mistake and not the last of the two."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(problem=f"'{key}' stands twice", problem_mark=node.start_mark)
        return dict(super().construct_mapping(node, deep))


def parse(text: str, where: Path, error: type[ValueError] = SpecError) -> Any:
    """The text of a YAML file as it stands, its shape not yet known. Raises `error` naming the file."""
    try:
        return _kept(text) if where.is_relative_to(ASSETS) else _loaded(text)
    except yaml.YAMLError as fault:
        raise error(f"{where}: not YAML: {fault}") from fault


def _loaded(text: str) -> Any:
    return yaml.load(text, Loader=_Loader)


_kept = kept(_loaded)  # of the project's own files; what a merchant writes stands where the merchant put it only


def read(path: Path, shape: type[Shape], error: type[ValueError] = SpecError, **ours: Any) -> Shape:
    """A YAML file of this shape. `ours`: what we know and no file says, such as its name."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        raise error(f"{path}: not UTF-8 text: {fault.reason} at byte {fault.start}") from fault
    data = parse(text, path, error)
    return checked({**data, **ours} if ours and isinstance(data, dict) else data, shape, path, error)


def read_lines(path: Path, shape: type[Shape], error: type[ValueError] = SpecError) -> tuple[Shape, ...]:
    """The lines of a CSV file below its header, each of this shape; an empty cell is nothing."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file, restkey="more cells than columns")
        return tuple(
            checked({name: cell or None for name, cell in line.items()}, shape, f"{path}: line {lines.line_num}", error)
            for line in lines
        )


def checked(data: Any, shape: type[Shape], where: Path | str, error: type[ValueError] = SpecError) -> Shape:
    """The data as its model. Raises `error` with the first mistake, in words of the file."""
    try:
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            return shape.model_validate(data)
        return TypeAdapter(shape).validate_python(data)
    except ValidationError as fault:
        raise error(f"{where}: {told(fault, shape)}") from fault


def told(error: ValidationError, shape: Any) -> str:
    """The first mistake with its key. An unknown key goes first: what is then missing was only misspelt."""
    faults = error.errors()
    first = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
    place, kind, found = list(first["loc"]), first["type"], first["input"]
    if kind == "missing":
        return f"{_key(place[:-1])}lacks '{place[-1]}'"
    if kind == "extra_forbidden":
        comma = " (a text that holds a comma is quoted)" if found is None else ""
        return f"{_key(place)}there is no such key; {hint(str(place[-1]), _keys_at(shape, place[:-1]))}{comma}"
    if kind == "literal_error":
        words = [str(word) for word in get_args(_inner(_at(shape, place))) if word]
        said = f"; {hint(str(found), words)}" if isinstance(found, str) else ""
        return f"{_key(place)}expected one of {', '.join(words)}, found {_shown(found)}{said}"
    expected = next((words for start, words in _EXPECTED.items() if kind.startswith(start)), None)
    if expected:
        return f"{_key(place)}expected {expected}, found {_shown(found)}"
    return _key(place) + first["msg"].removeprefix("Value error, ")


_EXPECTED = {
    "string": "a text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "tuple": "a list",
    "list": "a list",
    "too_": "another number of entries",
    "dict": "keys with values",
    "mapping": "keys with values",
    "model": "keys with values",
}


def _key(place: list[Any]) -> str:
    """The way to a place, as `checks[1].unique: `; entries of a list are counted from 0."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in place if part != "[key]")
    return f"{way}: " if (way := "".join(parts).removeprefix(".")) else ""


def _shown(found: Any) -> str:
    """What stands there, short."""
    text = "nothing" if found is None else repr(found)
    return text if len(text) <= 60 else text[:59] + "…"


def _keys_at(shape: Any, place: list[Any]) -> list[str]:
    """The keys that a file may have at a place."""
    model = _inner(_at(shape, place))
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [str(f.validation_alias or name) for name, f in model.model_fields.items() if not f.exclude]


def _at(shape: Any, place: list[Any]) -> Any:
    """The annotation of a place, step by step: a field of a model, or an entry of a list or of a mapping."""
    for part in place:
        inner = _inner(shape)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            fields = {str(f.validation_alias or name): f for name, f in inner.model_fields.items()}
            fields |= inner.model_fields
            shape = fields[str(part)].annotation if str(part) in fields else None
        else:
            entries = [entry for entry in get_args(inner) if entry is not Ellipsis]
            shape = entries[-1] if entries else None
    return shape


def _inner(shape: Any) -> Any:
    """Of `X | None`, and of an X with validators, the X."""
    if get_origin(shape) in (Union, types.UnionType):
        return _inner(next(part for part in get_args(shape) if part is not type(None)))
    return _inner(get_args(shape)[0]) if get_origin(shape) is Annotated else shape


def texts(given: Any) -> Any:
    """One text is a list of one."""
    return [given] if isinstance(given, str) else given
