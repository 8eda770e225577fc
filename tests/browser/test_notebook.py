"""A notebook that Jupyter's kernel has run: what its cells show is heard and seen in the browser."""

import pytest

nbclient = pytest.importorskip("nbclient", reason="needs nbclient and ipykernel")
nbformat = pytest.importorskip("nbformat")

CELLS = (
    "from seqforge.notebook import Run, generate, run",
    "trained = run('jazz', backend='numpy', settings={'training.steps': 5})\ntrained",
    "generate('jazz-solos', chords='Dm7 | G7 | Cmaj7 | %', choruses=2, seed=3)",
)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """What each cell came to, by its kinds of output."""
    folder = tmp_path_factory.mktemp("notebook")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return [cell["outputs"] for cell in notebook.cells]


def test_a_training_prints_plain_lines(outputs):
    printed = [each for each in outputs[1] if each["output_type"] == "stream"]
    assert {each["name"] for each in printed} == {"stdout"}
    text = "".join(each["text"] for each in printed)
    assert "step     5  training" in text
    assert "\x1b" not in text


def test_what_can_show_no_page_shows_text_with_the_piano_roll(outputs):
    [shown] = [each["data"] for each in outputs[2] if each["output_type"] == "execute_result"]
    assert "take 1: Changes in C: 8 bars" in shown["text/plain"]
    assert "  1 Dm7      G7       Cmaj7" in shown["text/plain"]


@pytest.mark.parametrize("cell", [1, 2], ids=["run", "takes"])
def test_the_output_plays_and_reaches_nothing_outside_of_its_frame(outputs, visit, tmp_path, cell):
    [shown] = [each["data"] for each in outputs[cell] if each["output_type"] == "execute_result"]
    file = tmp_path / "output.html"
    head = "<!doctype html><meta charset='utf-8'><title>output</title><body>"
    file.write_text(head + shown["text/html"], encoding="utf-8")
    opened = visit(file)
    frame = opened.page.frames[1]
    frame.click("#player-play")
    opened.page.wait_for_timeout(2500)
    ask = "() => { const p = window.seqforgePlayer.player; return [p.context.state, p.position]; }"
    state, position = frame.evaluate(ask)
    assert state == "running"
    assert position > 1
    assert frame.evaluate("() => window.soloStarts.length") > 0
    assert frame.locator("#player-roll, .roll, canvas, svg").count() > 0
    with pytest.raises(Exception, match=r"cross-origin|sandbox|SecurityError"):
        frame.evaluate("() => window.parent.document.title")
    assert opened.errors == []
    assert [url for url in opened.requests if not url.startswith(("file:", "about:"))] == []
