"""Importing a part of a library whose packages import all of it.

What belongs here: a package without what its `__init__` imports, and modules that count as missing. What does not:
which packages, and why (expectations.py).
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from importlib import metadata
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any


@contextlib.contextmanager
def absent(*names: str) -> Iterator[None]:
    """Modules that an import inside the block finds missing, unless they are loaded already."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def hollow(*names: str) -> None:
    """Packages, the outer ones first, that import what their `__init__` names only when it is asked for.

    Their submodules can be imported at once. A package that is loaded already stays as it is.
    """
    for name in names:
        if name not in sys.modules and (spec := importlib.util.find_spec(name)):
            sys.modules[name] = package = _Hollow(spec)
            outer, _, inner = name.rpartition(".")
            if outer:
                setattr(sys.modules[outer], inner, package)


class _Hollow(ModuleType):
    """A package whose `__init__` was read and not run."""

    def __init__(self, spec: ModuleSpec) -> None:
        super().__init__(spec.name)
        assert spec.origin is not None, f"{spec.name} is no package"
        self.__spec__, self.__file__, self.__path__ = spec, spec.origin, list(spec.submodule_search_locations or [])
        self.__loader__, self.__package__ = spec.loader, spec.name
        self._names = _imported_names(spec.name, Path(spec.origin))

    def __getattr__(self, name: str) -> Any:
        """What the `__init__` would have imported under this name; for anything else that it defines, it is run."""
        if name == "__version__":
            return metadata.version(self.__name__)
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if name in self.__dict__["_names"]:
            module, original = self._names[name]
            return getattr(importlib.import_module(module), original)
        if importlib.util.find_spec(f"{self.__name__}.{name}"):
            return importlib.import_module(f"{self.__name__}.{name}")
        return self._by_running(name)

    def _by_running(self, name: str) -> Any:
        if "_has_run" in self.__dict__:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        self._has_run = True
        assert self.__spec__ is not None
        assert self.__spec__.loader is not None
        self.__spec__.loader.exec_module(self)
        return getattr(self, name)


def _imported_names(package: str, file: Path) -> dict[str, tuple[str, str]]:
    """The names that an `__init__` imports: module and name there."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name: (_absolute(package, node), alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if _absolute(package, node) != package  # a submodule, which is found without being told
    }


def _absolute(package: str, node: ast.ImportFrom) -> str:
    return (
        importlib.util.resolve_name("." * node.level + (node.module or ""), package)
        if node.level
        else node.module or ""
    )
