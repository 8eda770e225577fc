"""Write the reference from the code: `python docs/_reference [FOLDER]`; without FOLDER, into docs/reference.

The pages are committed, so that they can be read without a build, and a test compares them with what this writes. They
do not depend on the terminal or on what else is installed: plugins are those of `plugins/`, read from the sources.
"""

from __future__ import annotations

import sys
from pathlib import Path

import sources

HEAD = "<!-- Written by `python docs/_reference` from the code: change the code, then write it again. -->\n\n"


def main() -> None:
    """Write every page, and remove those that are no longer written."""
    root = Path(__file__).resolve().parents[2]
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else root / "docs" / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    with sources.first_party(root):
        import commands
        import configuration
        import hooks
        import names
        import parts

        pages = {module.__name__: module.page() for module in (commands, configuration, hooks, names, parts)}
    for path in folder.glob("*.md"):
        if path.stem not in pages:
            path.unlink()
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(HEAD + text.rstrip() + "\n", encoding="utf-8", newline="\n")
    print(f"{len(pages)} pages in {folder}")


main()
