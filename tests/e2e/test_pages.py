"""The README and the pages of docs/, followed to the letter: every block of code runs, and prints what stands below it.

Each page has a folder of its own, with the files that the pages take for granted. The tutorial is followed as a
newcomer does; on the other pages runs are shortened to two steps, since what counts there is that the commands are
right.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pages
import pytest
import workshop

from seqforge.plugins import KINDS, Registry

TUTORIAL = pages.DOCS / "first-solo.md"
RUNNABLE = [
    page
    for page in pages.pages()
    if page != TUTORIAL and any(block.language in pages.RUN and not block.not_run for block in pages.blocks(page))
]


def follow(page: Path, folder: Path, *, short: bool) -> None:
    """Run the blocks of a page one after the other."""
    environment = folder.parent / "environment"
    workshop.make_environment(environment)
    for block in pages.blocks(page):
        if block.language in pages.RUN and not block.not_run:
            if block.language == "toml" and not block.file:
                continue  # it is read by tests/test_documentation.py
            workshop.compare(block, workshop.run_block(block, folder, environment, short=short))


@pytest.fixture(scope="session")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the tutorial was followed."""
    folder = tmp_path_factory.mktemp("tutorial") / "here"
    folder.mkdir()
    follow(TUTORIAL, folder, short=False)
    return folder


def test_the_tutorial_leads_to_a_solo(tutorial: Path) -> None:
    assert list(tutorial.glob("takes/*/take-01.mid"))
    assert (tutorial / "runs" / "jazz-001" / "report.html").is_file()


@pytest.mark.parametrize("page", RUNNABLE, ids=[str(page.relative_to(pages.ROOT)) for page in RUNNABLE])
def test_a_page_does_what_it_says(page: Path, tutorial: Path, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    shutil.copytree(tutorial / "runs" / "jazz-001", folder / "runs" / "jazz-001")
    workshop.furnish(folder)
    follow(page, folder, short=True)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_packages_register_is_in_the_reference(kind: str) -> None:
    text = (pages.DOCS / "reference" / "parts.md").read_text(encoding="utf-8")
    for part in Registry.installed().parts(kind):
        if (pages.ROOT / "plugins" / part.distribution).is_dir() or part.distribution == "seqforge-core":
            assert f"### {part.spec.name}" in text
            for option in (*getattr(part.spec, "options", ()), *getattr(part.spec, "prompt_options", ())):
                key = option.shown("--") if kind == "formats" else f".{option.name}"
                assert f"{key}` |" in text, f"{part.spec.name}: {option.name}"
            for measure in getattr(part.spec, "measures", ()):
                assert f"| `{measure.name}` |" in text
