"""The page of `seqforge compare` in a real browser: what it asks for, what it shows, and who can use it."""

import json

import pytest
from conftest import call

axe_api = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")

SCHEMES = ["light", "dark"]
WIDTHS = [390, 1280]
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202eevil"


@pytest.fixture(scope="session")
def page_file(tmp_path_factory):
    """The page of three groups, one of which has two seeds and another a name that would do harm."""
    folder = tmp_path_factory.mktemp("compared")
    short = ("training.steps=6", "training.evaluate_every=2", "samples.count=0", "model.lstm.hidden=16")
    runs = {
        "plain": (),
        "again": ("seed=2",),
        "other <b>": ("training.learning_rate=0.02", "windows.length=16", "training.batch_size=16"),
        "hostile": (f"recipe={json.dumps(HOSTILE)}", "training.learning_rate=0.03", "training.schedule='constant'"),
    }
    for name, changes in runs.items():
        values = [part for change in (*short, *changes) for part in ("--set", change)]
        outcome = call("run", "jazz", "--backend", "numpy", "--out", folder / "runs" / name, *values, "--quiet")
        assert outcome.status == 0, outcome.err
    outcome = call("compare", folder / "runs", "--html", folder)
    assert outcome.status == 0, outcome.err
    return folder / "compare.html"


def test_nothing_goes_wrong_and_nothing_is_asked_for(visit, page_file):
    opened = visit(page_file)
    for summary in opened.page.locator("summary").all():
        summary.click()
    assert opened.errors == []
    assert opened.requests == [page_file.resolve().as_uri()]
    assert opened.page.locator("h1").inner_text() == "3 groups of runs compared"
    assert opened.page.locator("#figures tbody tr").count() == 3
    assert opened.page.locator("#curves polyline").count() == 3
    assert opened.page.locator("#figures .interval").count() == 2
    assert "other <b>" in opened.page.locator("#runs").inner_text()
    assert HOSTILE.replace("\u202e", "\N{REPLACEMENT CHARACTER}") in opened.page.locator("#settings").inner_text()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overlaps_and_nothing_is_wider_than_the_window(visit, page_file, width, scheme):
    opened = visit(page_file, width, scheme)
    opened.ask("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    opened.assert_fits(width, scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_barrier(visit, page_file, width, scheme):
    opened = visit(page_file, width, scheme)
    opened.ask("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    results = axe_api.Axe().run(opened.page)
    assert results.violations_count == 0, results.generate_report()


def test_tables_and_details_are_reached_by_tab(visit, page_file):
    opened = visit(page_file)
    reached = set()
    for _ in range(40):
        opened.page.keyboard.press("Tab")
        reached.add(opened.ask("document.activeElement.tagName + ' ' + document.activeElement.className"))
    assert {"A ", "DIV scroll", "SUMMARY "} <= reached


def test_lines_of_a_drawing_can_be_told_apart_without_colour(visit, page_file):
    opened = visit(page_file)
    dashes = opened.ask(
        "[...document.querySelectorAll('#curves polyline')].map((line) => getComputedStyle(line).strokeDasharray)"
    )
    assert len(set(dashes)) == 3
