"""The Python door for notebooks: what it gives shows itself, and is what the commands make."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from seqforge.errors import OutOfRange, RequestError, UnknownName
from seqforge.notebook import Run, generate, run

SHORT = {"training.steps": 40, "training.evaluate_every": 20}


class Frames(HTMLParser):
    """The attributes of every element."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))


def framed_page(shown):
    [(tag, attributes)] = Frames(shown._repr_html_()).elements
    assert tag == "iframe"
    assert "allow-same-origin" not in attributes["sandbox"], "the page must not reach the notebook"
    return attributes["srcdoc"]


def test_a_finished_run_shows_its_page(toy_run):
    opened = Run(toy_run)
    assert framed_page(opened) == (toy_run / "report.html").read_text(encoding="utf-8")
    assert "finished" in repr(opened)


def test_a_run_gives_what_its_files_say(toy_run):
    opened = Run(toy_run)
    assert opened.config["recipe"] == "toy"
    lines = (toy_run / "metrics.jsonl").read_text().splitlines()
    assert [each["step"] for each in opened.evaluations] == [json.loads(line)["step"] for line in lines]
    assert opened.results == json.loads((toy_run / "evaluation.json").read_text())


def test_a_run_is_the_run_of_the_command(seqforge, tmp_path, capsys):
    trained = run("toy", settings=SHORT, seed=5)
    assert trained.path == Path("runs/toy-001")
    assert "step    40" in capsys.readouterr().out
    command = seqforge("run", "toy", "--seed", 5, *(f"--set={key}={value}" for key, value in SHORT.items()))
    assert command.status == 0, command.err
    assert (tmp_path / "runs/toy-001/model.safetensors").read_bytes() == (
        tmp_path / "runs/toy-002/model.safetensors"
    ).read_bytes()
    assert run(str(trained.path), quiet=True).path == Path("runs/toy-003")
    assert "step" not in capsys.readouterr().out


def test_takes_are_those_of_the_command_and_show_their_page(seqforge, toy_run, tmp_path):
    takes = generate(toy_run, count=2, seed=7, length=12, sampling={"temperature": 0.5})
    command = seqforge(
        "generate", toy_run, "-n", 2, "--seed", 7, "--length", 12, "--temperature", 0.5, "--out", "other"
    )
    assert command.status == 0, command.err
    assert [str(work) for work in takes] == [(tmp_path / f"other/take-0{n}.txt").read_text().strip() for n in (1, 2)]
    assert takes.files[1][0].read_bytes() == (tmp_path / "other/take-02.txt").read_bytes()
    assert len(takes) == 2
    assert takes.seed == 7
    assert framed_page(takes) == (takes.folder / "takes.html").read_text(encoding="utf-8")
    letters = str(takes[0])[::2]
    assert repr(takes).splitlines()[2:4] == [" ".join(letters), ""], "the codec's picture"
    again = generate(Run(toy_run), count=2, seed=7, length=12, avoid=None, sampling={"temperature": 0.5})
    assert [str(work) for work in again] == [str(work) for work in takes]


def test_formats_that_are_named_have_the_page_beside_them(seqforge, toy_run):
    takes = generate(toy_run, formats=["html"], seed=1)
    assert takes.files == ((),)
    assert takes.page.is_file()
    assert generate(toy_run, formats=[], seed=1).page.is_file()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda model: generate(model, lenght=3), UnknownName, "length"),
        (lambda model: generate(model, length=0), OutOfRange, "length"),
        (lambda model: generate(model, count=0), OutOfRange, "count"),
        (lambda model: generate(model, sampling={"temprature": 1}), UnknownName, "temperature"),
        (lambda model: generate(model, temperature=0.9), RequestError, r"write sampling=\{'temperature': 0.9\}"),
        (lambda model: generate(model, n=2), RequestError, "write count=2"),
        (lambda model: generate(model, count="2"), OutOfRange, "count is '2'; allowed: a whole number"),
        (lambda model: generate(model, seed=-1), OutOfRange, "seed"),
        (lambda model: generate(model, sampling=["temperature"]), OutOfRange, "sampling"),
        (lambda model: generate(model, formats="marks,nothing"), UnknownName, "nothing"),
        (lambda model: generate(3), OutOfRange, "model is 3; allowed: text or a path or Run"),
        (lambda model: run(3), OutOfRange, "request"),
        (lambda model: run("toy", settings=[1]), OutOfRange, "settings"),
        (lambda model: generate("no-such-model"), RequestError, "no-such-model"),
        (lambda model: run("toy", settings={"training.step": 1}), UnknownName, "training.steps"),
        (lambda model: run("toy", out=model), RequestError, "not empty"),
        (lambda model: Run(model.parent), RequestError, "holds no run"),
    ],
)
def test_a_wrong_request_is_an_error_that_says_so_and_leaves_nothing(seqforge, toy_run, tmp_path, call, error, words):
    with pytest.raises(error, match=words):
        call(toy_run)
    assert not list(tmp_path.glob("*/*"))


def test_a_page_with_quotes_stays_whole(seqforge, toy_run, tmp_path):
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "config.toml").write_text('recipe = "toy"\n')
    text = """<p title='a "b" &amp; c'>it's &lt;here&gt; </iframe> ä 🎷</p>"""
    (folder / "report.html").write_text(text, encoding="utf-8")
    assert framed_page(Run(folder)) == text


def test_a_run_without_a_page_is_text(tmp_path):
    (tmp_path / "config.toml").write_text('recipe = "toy"\n')
    assert Run(tmp_path)._repr_html_() is None
    assert "not finished" in repr(Run(tmp_path))
    assert Run(tmp_path).results == {}


def test_importing_the_package_does_not_load_the_notebook_door(python):
    code = "import sys, seqforge; assert 'seqforge.notebook' not in sys.modules; assert 'numpy' not in sys.modules"
    assert python("-c", code).status == 0
