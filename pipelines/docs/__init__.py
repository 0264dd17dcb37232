"""The pages of docs/ that are made from the headers: tables, sources, glossary, decisions, error
codes, the picture.

What belongs here: turning headers, mappings and examples into Markdown and one SVG. What does not: a word about any
table (assets/), and the pages that people write. `make docs` writes them; a test compares them with what is committed.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs"
# Folders that hold generated files only: what is no longer made is removed from them.
GENERATED = ("tables", "sources")


def build() -> dict[str, str]:
    """Every generated file: path relative to docs/ → text."""
    from pipelines.docs.decisions import decisions_page
    from pipelines.docs.errors import errors_page
    from pipelines.docs.glossary import glossary_page
    from pipelines.docs.headers import headers_page
    from pipelines.docs.picture import picture
    from pipelines.docs.sources import source_pages
    from pipelines.docs.tables import table_pages

    single = {"glossary.md": glossary_page(), "adr/README.md": decisions_page(), "architecture.svg": picture()}
    single |= {"headers.md": headers_page(), "errors.md": errors_page()}
    return {**table_pages(), **source_pages(), **single}


def write(folder: Path = FOLDER) -> list[Path]:
    """Writes the generated files and removes those of tables and sources that are gone; returns what changed."""
    pages = build()
    changed = []
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    for old in outdated(folder, pages):
        old.unlink()
        changed.append(old)
    return changed


def outdated(folder: Path, pages: dict[str, str]) -> list[Path]:
    """Files in the generated folders that no table or source stands behind any more."""
    found = [path for name in GENERATED for path in (folder / name).glob("*.md")]
    return sorted(path for path in found if path.relative_to(folder).as_posix() not in pages)
