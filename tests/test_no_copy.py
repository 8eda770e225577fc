"""`--no-copy N`: no run of more than N tokens of the training data, whatever model, sampler and batch."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge.files.model_file import read_model
from seqforge.files.ngram_filter import NgramFilter, run_codes
from seqforge.files.sealed import read_sealed, write_sealed
from seqforge.generation.no_copy import NoCopyGuides

PAIRS = 80


@pytest.fixture(scope="module")
def corpus():
    """Two texts of random pairs."""
    generator = np.random.default_rng(3)
    return ["".join("abcde"[generator.integers(5)] + ".-="[generator.integers(3)] for _ in range(PAIRS)) for _ in "12"]


@pytest.fixture(scope="module")
def run(tmp_path_factory, toy_path, corpus):
    """A run whose model has memorised the corpus."""
    from conftest import call

    folder = tmp_path_factory.mktemp("memorised")
    (folder / "texts.letters").write_text("".join(f"g{number} {text}\n" for number, text in enumerate(corpus)))
    outcome = call(
        "run", "toy", "--data", folder / "texts.letters", "--set", "codec.name=pairs", "--set", "data.validation=0",
        "--set", "data.test=0", "--set", "model.lstm.hidden=64", "--set", "training.steps=300",
        "--set", "training.learning_rate=0.02", "--set", "samples.count=0", "--out", folder / "run",
    )  # fmt: skip
    assert outcome.status == 0, outcome.err
    return folder / "run"


@pytest.fixture
def generate(seqforge, tmp_path, run):
    """`generate("-n", 4)`: the texts of the takes, and what the command printed as JSON."""
    numbers = iter(range(100))

    def start(*arguments, model=run):
        out = tmp_path / f"takes {next(numbers)}"
        outcome = seqforge("generate", model, "--seed", 7, "--length", 120, "--out", out, "--json", *arguments)
        assert outcome.status == 0, outcome.err
        return [path.read_text().strip() for path in sorted(out.glob("*.txt"))], json.loads(outcome.out), out

    return start


def longest_quotation(text, corpus):
    """In pairs: the longest run of them that stands in a text of the corpus, from pair to pair."""
    pairs = [text[place : place + 2] for place in range(0, len(text), 2)]
    sources = [[source[place : place + 2] for place in range(0, len(source), 2)] for source in corpus]
    known = {tuple(s[a:b]) for s in sources for a in range(len(s)) for b in range(a + 1, len(s) + 1)}
    runs = ((a, b) for a in range(len(pairs)) for b in range(a + 1, len(pairs) + 1))
    return max(b - a for a, b in runs if tuple(pairs[a:b]) in known)


@pytest.mark.parametrize("most", [4, 6, 10])
@pytest.mark.parametrize("sampling", [(), ("--sampler", "greedy"), ("--temperature", "0.3", "--top-k", "3")], ids=str)
def test_no_run_is_longer_than_was_asked_for(generate, corpus, most, sampling):
    free, _, _ = generate("-n", 3, *sampling)
    assert max(longest_quotation(text, corpus) for text in free) > 20, "the model recites"
    bound, printed, out = generate("-n", 3, *sampling, "--no-copy", most)
    longest = [longest_quotation(text, corpus) for text in bound]
    assert max(longest) <= most
    assert max(longest) >= most - 1, "and it forbids no more than it must"
    assert printed["no_copy"] == most
    assert all(real <= said <= most for real, said in zip(longest, printed["longest_quotations"], strict=True) if said)
    assert json.loads((out / "settings.json").read_text())["no_copy"] == most


def test_takes_do_not_depend_on_the_batch(generate):
    arguments = ("--temperature", "2", "--no-copy", 5)
    twenty, _, _ = generate("-n", 20, *arguments)
    assert generate("-n", 1, *arguments)[0] == twenty[:1]
    assert generate("-n", 7, *arguments)[0] == twenty[:7]


def test_without_the_option_nothing_changes(generate):
    plain, printed, out = generate("-n", 3)
    assert (printed["no_copy"], printed["longest_quotations"]) == (None, None)
    assert generate("-n", 3, "--no-copy", 1000)[0] == plain
    assert json.loads((out / "settings.json").read_text())["no_copy"] is None


def test_a_quotation_shorter_than_the_digests_can_tell_is_refused(seqforge, tmp_path, run):
    outcome = seqforge("generate", run, "--no-copy", 1)
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "--no-copy is 1; allowed: at least 3 tokens" in outcome.err
    assert not (tmp_path / "takes").exists()


def older_file(path, run):
    """The model in a file of version 1, which had no digests."""
    sealed = read_sealed(run / "model.safetensors", what="model", version=2)
    description = {name: value for name, value in sealed.description.items() if name != "quotations"}
    tensors = {name: tensor for name, tensor in sealed.tensors.items() if not name.startswith("quotations.")}
    write_sealed(path, description, tensors, what="model", version=1)
    return path


def test_an_older_file_generates_as_before_and_says_what_it_lacks(seqforge, generate, tmp_path, run):
    path = older_file(tmp_path / "older.safetensors", run)
    assert generate("-n", 2, model=path)[0] == generate("-n", 2)[0]
    outcome = seqforge("generate", path, "--no-copy", 6, "--out", "takes")
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "train it again" in outcome.err
    assert "no digests of the training data" in seqforge("inspect", path).out
    assert json.loads(seqforge("inspect", path, "--json").out)["no_copy"] is None
    assert not (tmp_path / "takes").exists()


def test_a_model_that_started_from_another_quotes_neither(seqforge, generate, tmp_path, run, corpus):
    generator = np.random.default_rng(9)
    second = "".join("abcde"[generator.integers(5)] + ".-="[generator.integers(3)] for _ in range(PAIRS))
    (tmp_path / "second.letters").write_text(f"g {second}\n")
    arguments = (
        "--data", "second.letters", "--set", "training.steps=2", "--set", "data.validation=0", "--set", "data.test=0",
        "--set", "samples.count=0",
    )  # fmt: skip
    assert seqforge("run", "toy", "--from", run, *arguments, "--out", "tuned").status == 0
    assert len(read_model(tmp_path / "tuned" / "model.safetensors").quotations) == 2
    bound, _, _ = generate("-n", 2, "--no-copy", 6, model=tmp_path / "tuned")
    assert max(longest_quotation(text, [*corpus, second]) for text in bound) <= 6
    older = older_file(tmp_path / "older.safetensors", run)
    assert seqforge("run", "toy", "--from", older, *arguments, "--out", "unknown").status == 0
    outcome = seqforge("generate", "unknown", "--no-copy", 6)
    assert outcome.status == 2
    assert "digests" in outcome.err, "a promise for a part of the data would be none"


def test_where_nothing_else_is_allowed_it_is_said(seqforge, tmp_path):
    (tmp_path / "one.letters").write_text("g a.a.a.a.a.a.a.a.a.a.a.b-\n")
    arguments = ("--data", "one.letters", "--set", "data.validation=0", "--set", "data.test=0")
    assert seqforge("run", "toy", *arguments, "--set", "training.steps=2", "--out", "run").status == 0
    shortest = read_model(tmp_path / "run" / "model.safetensors").quotations[0].length - 1
    only_a = ("--avoid", "bcde", "--length", 9, "--sampler", "greedy", "--set", "top_k=1")
    outcome = seqforge("generate", "run", *only_a, "--no-copy", shortest, "--out", "takes")
    assert outcome.status == 0, outcome.err
    text = (tmp_path / "takes" / "take-01.txt").read_text().strip()
    assert len(text) == 18
    assert set(text[::2]) == {"a"}


values = st.lists(st.integers(0, 3), max_size=60)


@given(st.lists(values, min_size=1, max_size=3), st.integers(1, 8))
def test_a_filter_finds_every_run_that_it_was_made_of(sequences, length):
    arrays = [np.array(each, np.int64) for each in sequences]
    known = NgramFilter.of("tokens", arrays, length)
    for each in arrays:
        assert known.contains(run_codes(each, length)).all()


def test_a_filter_takes_few_runs_for_known():
    generator = np.random.default_rng(2)
    known = NgramFilter.of("tokens", [generator.integers(0, 60, 100_000)], 7)
    assert 9.9 < 8 * len(known.bits) / 100_000 < 10.1
    assert known.contains(run_codes(generator.integers(0, 60, 200_000), 7)).mean() == pytest.approx(0.0082, abs=0.001)


class Four:
    """A codec of four symbols, and guides that allow what they are told to."""

    context_fields = ()
    vocabulary = range(4)


class Told:
    def __init__(self, allowed, rows):
        self.told, self.rows = allowed, rows
        self.done = np.zeros(rows, bool)

    def context(self):
        return np.zeros((self.rows, 0), np.int32)

    def allowed(self):
        return None if self.told is None else np.tile(np.array(self.told), (self.rows, 1))

    def accept(self, tokens):
        pass

    def select(self, rows):
        return Told(self.told, len(rows))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (None, [True, True, True, False]),
        ([True, False, True, True], [True, False, True, False]),
        ([False, False, False, True], [False, False, False, True]),
        (np.array([0.5, 2, 0, 1], np.float32), [0.5, 2, 0, 0]),
        (np.array([0, 0, 0, 3], np.float32), [0, 0, 0, 3]),
    ],
    ids=["everything", "a mask", "nothing else", "factors", "nothing else by factors"],
)
def test_it_forbids_what_would_go_on_with_the_quotation(told, expected):
    known = NgramFilter.of("tokens", [np.array([0, 1, 2, 3, 0, 0])], 3)
    guides = NoCopyGuides(Told(told, 2), Four(), [known], 3)
    for tokens in ([0, 3], [1, 3], [2, 3]):
        assert np.array_equal(guides.allowed(), Told(told, 2).allowed()) or told is None
        guides.accept(np.array(tokens, np.int32))
    free = [True] * 4 if told is None else told
    assert guides.allowed().tolist() == [expected, list(free)]
    chosen = guides.select(np.array([1, 0, 0]))
    guides.accept(np.array([0, 0], np.int32))
    assert chosen.allowed().tolist() == [list(free), expected, expected], "a copy"
    assert guides.allowed() is None if told is None else (guides.allowed() > 0).any()


def test_a_sequence_that_is_done_takes_no_more():
    inner = Told(None, 2)
    known = NgramFilter.of("tokens", [np.array([0, 1, 2, 3])], 3)
    guides = NoCopyGuides(inner, Four(), [known], 3)
    for token in (0, 1):
        guides.accept(np.array([token, token], np.int32))
    inner.done = np.array([False, True])
    guides.accept(np.array([2, -1], np.int32))
    guides.done = inner.done
    assert guides.allowed().tolist() == [[True, True, True, False], [True] * 4]
