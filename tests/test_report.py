"""report.html of a run, and the page of takes: what stands in them, and what can't."""

import base64
import hashlib
import json
import re
import shutil
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge.abilities import View
from seqforge.evaluation.scoring import piece_nats, surprises
from seqforge.report.contents import Contents, Curve, Download, ShownTake
from seqforge.report.markup import element, script_json
from seqforge.report.page import MOST_BYTES, page
from seqforge.session.models import find_model, numpy_model

HOSTILE = "</script><script>alert(1)</script> \"quoted\" 'it' & <b> \u202egnp.exe \x00\x1b[2J \ud800"
SECTIONS = ["takes", "training", "evaluation", "novelty", "settings", "origin"]
ASKING = {"src", "srcset", "href", "action", "formaction", "poster", "data", "background", "ping", "xlink:href"}


class Read(HTMLParser):
    """What a parser makes of a page: tags with their attributes, and the text inside of each kind of tag."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.texts, self.open = [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)

    @property
    def text(self):
        return " ".join(
            piece for tag, pieces in self.texts.items() if tag not in ("script", "style") for piece in pieces
        )


def read(path):
    return Read(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def report(toy_run):
    return read(toy_run / "report.html")


def test_a_run_ends_with_a_page_that_has_every_section(report):
    assert [attributes["id"] for tag, attributes in report.tags if tag == "section"] == SECTIONS
    assert not report.open, "a tag is left open"
    for heading in ("Takes", "How the loss fell", "How good it is", "How much it copies", "Settings"):
        assert heading in report.texts["h2"]


def test_takes_of_a_codec_without_a_view_are_texts(report, toy_run):
    for number in (1, 2):
        text = (toy_run / "samples" / f"take-{number:02d}.txt").read_text().strip()
        assert f"{text}." in report.text
    assert not any(tag == "script" for tag, _ in report.tags)


def test_the_page_says_what_was_found_and_how_to_make_it_again(report, toy_run):
    found = json.loads((toy_run / "evaluation.json").read_text())
    for part, scores in found["likelihood"].items():
        assert f"{scores['nats']['event']['value']:.3f}" in report.text, part
        assert f"{scores['pieces']} held-out pieces" in report.text
    for measure in found["measures"]:
        assert measure["title"] in report.texts["th"]
    assert found["novelty"]["verdict"].capitalize() in report.text
    assert any("-n 2 --seed 1 --length 6" in line for line in report.texts["code"])
    assert "seqforge run config.toml" in report.texts["code"]


def test_the_command_on_the_page_makes_the_takes_again(seqforge, report, toy_run, tmp_path):
    command = next(line for line in report.texts["code"] if "--seed" in line).split()
    model = toy_run / "model.safetensors"
    words = [str(model) if word == "model.safetensors" else word for word in command[1:]]
    assert seqforge(*words, "--out", "again").status == 0
    for take in ("take-01.txt", "take-02.txt"):
        assert (tmp_path / "again" / take).read_bytes() == (toy_run / "samples" / take).read_bytes()


def test_equal_runs_give_equal_pages_without_a_path(seqforge, toy_run, tmp_path):
    assert seqforge("run", "toy", "--out", "elsewhere").status == 0
    page = (tmp_path / "elsewhere" / "report.html").read_bytes()
    assert page == (toy_run / "report.html").read_bytes()
    assert str(tmp_path).encode() not in page
    assert len(page) < MOST_BYTES


def test_the_page_asks_nothing_of_anybody(report):
    assert asked(report) == set()
    policy = next(tag["content"] for _, tag in report.tags if tag.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "script-src 'none'" in policy


def asked(page):
    """What attributes of a page name that is neither in it nor beside it."""
    values = [value or "" for _, tag in page.tags for name, value in tag.items() if name in ASKING]
    return {value for value in values if ":" in value.partition(",")[0] and not value.startswith("data:")}


def test_files_are_inside(report, toy_run):
    links = {tag["download"]: tag["href"] for _, tag in report.tags if "download" in tag}
    assert list(links) == ["take-01.txt", "take-02.txt"]
    for name, link in links.items():
        kind, _, content = link.partition(",")
        assert kind == "data:application/octet-stream;base64"
        assert base64.b64decode(content) == (toy_run / "samples" / name).read_bytes()


def test_the_loss_curve_has_the_evaluations_and_the_baselines(report, toy_run):
    lines = [json.loads(line) for line in (toy_run / "metrics.jsonl").read_text().splitlines()]
    drawn = [tag for name, tag in report.tags if name == "circle" and tag["class"] == "validation"]
    assert len(drawn) == len(lines)
    heights = [float(tag["cy"]) for tag in drawn]
    nats = [line["validation"]["token"] for line in lines]
    assert np.corrcoef(heights, nats)[0, 1] == pytest.approx(-1, abs=1e-3)
    assert sum("uniform" in text for text in report.texts["text"]) == 1
    assert f"{nats[-1]:.3f}" in report.text


def test_evaluating_a_run_renews_its_table_and_nothing_else(seqforge, toy_run, tmp_path):
    shutil.copytree(toy_run, tmp_path / "copy")
    path = tmp_path / "copy" / "report.html"
    before = path.read_text()
    assert seqforge("evaluate", "copy", "-n", 7, "--seed", 5).status == 0
    after = path.read_text()
    assert "2 takes beside" in before
    assert "7 takes beside" in after
    assert without_evaluation(before) == without_evaluation(after)


def without_evaluation(text):
    return re.sub(r'<section id="evaluation".*?</section>', "", text, flags=re.DOTALL)


def test_generate_writes_one_page_for_all_takes(seqforge, toy_run, tmp_path):
    outcome = seqforge("generate", toy_run, "-n", 3, "--seed", 4, "--format", "html,txt", "--out", "takes", "--json")
    values = json.loads(outcome.out)
    assert values["files"] == ["takes/takes.html"]
    assert [len(files) for files in values["takes"]] == [1, 1, 1]
    page = read(tmp_path / "takes" / "takes.html")
    for number in (1, 2, 3):
        assert (tmp_path / "takes" / f"take-{number:02d}.txt").read_text().strip() in page.text
    assert "training" in [tag.get("id") for _, tag in page.tags], "what the run knows of the model is on the page"


def test_a_page_of_a_model_without_its_run_has_the_takes_alone(seqforge, toy_run, tmp_path):
    shutil.copy(toy_run / "model.safetensors", tmp_path / "alone.safetensors")
    assert seqforge("generate", "alone.safetensors", "--format", "html", "--out", "takes").status == 0
    assert sorted(path.name for path in (tmp_path / "takes").iterdir()) == ["settings.json", "takes.html"]
    page = read(tmp_path / "takes" / "takes.html")
    assert [tag["id"] for name, tag in page.tags if name == "section"] == ["takes", "settings", "origin"]


def test_of_many_takes_the_first_are_shown(seqforge, toy_run, tmp_path):
    assert seqforge("generate", toy_run, "-n", 40, "--format", "txt,html", "--out", "takes").status == 0
    page = read(tmp_path / "takes" / "takes.html")
    assert sum(tag.get("class") == "title" for _, tag in page.tags) == 12
    assert "28 more takes are not shown here." in page.text
    assert "40 takes" in page.text


def test_open_gives_the_page_to_the_browser(process, toy_run, tmp_path):
    script = tmp_path / "browser.py"
    script.write_text("import pathlib, sys\npathlib.Path('opened').write_text(sys.argv[1])\n")
    browser = f"{sys.executable} {script} %s"
    outcome = process("generate", toy_run, "--out", "takes", "--open", BROWSER=browser)
    assert outcome.status == 0, outcome.err
    assert (tmp_path / "opened").read_text() == (tmp_path / "takes" / "takes.html").as_uri()


def test_open_without_a_page_is_an_error_before_anything_is_generated(seqforge, toy_run, tmp_path):
    outcome = seqforge("generate", toy_run, "--format", "txt", "--open", "--out", "takes")
    assert outcome.status == 2
    assert "add html to --format" in outcome.err
    assert not (tmp_path / "takes").exists()


def contents(**changes):
    return Contents(**{"title": "takes", "summary": "", "takes": (), **changes})


def test_a_text_is_a_text_wherever_it_stands():
    curve = Curve(training=((1, 2.0), (2, 1.0)), validation=(), baselines={HOSTILE: 1.5}, best_step=2)
    view = View(html="<p id=view></p>", style="", script="run()", data=({"title": HOSTILE},))
    take = ShownTake(title=HOSTILE, text=HOSTILE, files=(Download(name=HOSTILE, size=1, content=b"x", place=HOSTILE),))
    every = contents(
        title=HOSTILE, summary=HOSTILE, takes=(take,), view=view, curve=curve, notes=(HOSTILE,),
        settings={HOSTILE: ((HOSTILE, HOSTILE),)}, provenance=((HOSTILE, HOSTILE),), commands=((HOSTILE, HOSTILE),),
    )  # fmt: skip
    text = page(every)
    text.encode("utf-8")
    found = Read(text)
    assert [tag for tag, _ in found.tags if tag in ("b", "script")] == ["script", "script"]
    assert not any(name.startswith("on") for _, tag in found.tags for name in tag)
    shown = HOSTILE.translate(dict.fromkeys(map(ord, "\u202e\x00\x1b\ud800"), "\ufffd"))
    assert found.texts["h1"] == [shown]
    assert json.loads(found.texts["script"][0]) == [{"title": shown}]
    for hidden in "\u202e\x00\x1b":
        assert hidden not in text


@given(st.text())
def test_texts_come_back_as_they_were_but_for_what_can_not_be_seen(text):
    found = Read(element("p", text, title=text))
    shown = "".join(found.texts.get("p", []))
    (_, attributes), *others = found.tags
    assert not others
    assert attributes["title"] == shown
    assert len(shown) == len(text)
    assert all(a == b or (b == "\ufffd" and not a.isprintable()) for a, b in zip(text, shown, strict=True))


LEAVES = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.text(alphabet="</>!-scriptSCRIPT&")


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))
def test_data_in_a_script_never_ends_it(values):
    text = script_json(values)
    assert not set("<>&") & set(text)
    assert len(Read(f"<script>{text}</script>").tags) == 1
    json.loads(text)


def test_what_does_not_fit_is_named_by_its_place():
    files = [
        Download(name=f"{n}.wav", size=900_000, content=bytes(900_000), place=f"samples/{n}.wav") for n in range(3)
    ]
    files.append(Download(name="huge.wav", size=9_000_000, content=None, place="samples/huge file.wav"))
    text = page(contents(takes=(ShownTake(title="take 1", text="long", files=tuple(files)),)))
    assert len(text.encode()) < MOST_BYTES
    links = {tag["download"]: tag["href"] for _, tag in Read(text).tags if "download" in tag}
    assert [links[f"{n}.wav"].startswith("data:") for n in range(3)] == [True, False, False]
    assert links["2.wav"] == "samples/2.wav"
    assert links["huge.wav"] == "samples/huge%20file.wav"


def test_the_policy_lets_just_this_script_run():
    script = "run()"
    text = page(contents(takes=(ShownTake(title="1", text="t"),), view=View(html="", style="", script=script, data=())))
    digest = re.search(r"sha256-([\w+/=]+)", text)[1]
    assert base64.b64decode(digest) == hashlib.sha256(script.encode()).digest()


def test_surprises_of_tokens_add_up_to_the_nats_of_the_piece(registry, toy_run, toy_pieces):
    found = find_model(registry, str(toy_run))
    model = numpy_model(registry, found.model)
    for piece, each, whole in zip(toy_pieces, surprises(model, toy_pieces), piece_nats(model, toy_pieces), strict=True):
        assert each.shape == piece.tokens.shape
        assert each.sum() == pytest.approx(whole, rel=1e-5)


def test_a_view_that_fails_leaves_the_takes_as_texts(process, plant, toy_run, tmp_path):
    """A third-party codec whose view raises costs the page its player, and nothing else."""
    code = """
from seqforge import CodecSpec, DatasetSpec, hookimpl
from seqforge_toy.letters import LettersCodec
from seqforge_toy.plugin import seqforge_register_codecs as known_codecs, seqforge_register_datasets as known_data
class Failing(LettersCodec):
    def show(self, shown):
        raise ZeroDivisionError("no <view>")
@hookimpl
def seqforge_register_codecs():
    known = known_codecs()[0]
    given = {"options": known.options, "prompt_options": known.prompt_options}
    return [CodecSpec(name="failing", target="failing:Failing", summary="fails", **given)]
@hookimpl
def seqforge_register_datasets():
    known = known_data()[0]
    return [DatasetSpec(name="own", target=known.target, summary="", codecs=("failing",), options=known.options)]
"""
    site = plant(tmp_path / "site", "seqforge-failing", {"failing": "failing"}, {"failing.py": code})
    settings = ("--set", "codec.name=failing", "--set", "data.source=own", "--set", "samples.formats=[]")
    outcome = process("run", "toy", *settings, "--set", "training.steps=2", "--out", "run", path=[site])
    assert outcome.status == 0, outcome.err
    page = read(tmp_path / "run" / "report.html")
    assert "their player failed (ZeroDivisionError: no <view>)" in page.text
    assert "Takes" in page.texts["h2"]
