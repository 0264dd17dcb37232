"""`python -m pipelines.docs`: writes the generated pages and says which ones changed."""

from __future__ import annotations

from pipelines.docs import FOLDER, write

if __name__ == "__main__":
    changed = write()
    for path in changed:
        print(path.relative_to(FOLDER.parent))
    print(f"{len(changed)} file{'' if len(changed) == 1 else 's'} changed")
