"""From a text file to a model, and from the model to texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqforge.files.model_file import read_model
from seqforge.session.models import numpy_model

BookRun = tuple[Path, dict[str, Any]]


def test_the_end_of_a_book_is_held_out_to_the_character(book: Path, book_run: BookRun, registry: Any) -> None:
    """The score is that of the last tenth, all of it, by one pass with its state carried."""
    folder, result = book_run
    text = book.read_text(encoding="utf-8")
    tail = text[int(len(text) * 0.9) :]
    model = read_model(folder / "model.safetensors")
    numbers = {symbol: number for number, symbol in enumerate(model.vocabulary.symbols)}
    tokens = np.array([[numbers[letter] for letter in tail]], np.int32)
    inputs = np.concatenate([[[-1]], tokens[:, :-1]], axis=1).astype(np.int32)
    net = numpy_model(registry, model)
    logits, _ = net.forward(inputs, np.zeros((*inputs.shape, 0), np.int32), net.initial_state(1))
    chances = np.exp(logits - logits.max(-1, keepdims=True))
    chances /= chances.sum(-1, keepdims=True)
    nats = -np.log(np.take_along_axis(chances, tokens[..., None], -1)).mean()
    assert result["likelihood"]["test"]["unit"] == "character"
    assert result["scores"]["test"]["character"] == pytest.approx(nats, rel=1e-5)
    assert result["data"]["character"] == len(text)


def test_it_says_nats_a_character_everywhere(book_run: BookRun) -> None:
    folder, _ = book_run
    assert "nats per character" in (folder / "report.html").read_text(encoding="utf-8")
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "nats per character" in card
    assert "The end of the data is held out, in order" in card
    for name in ("report.html", "README.md"):
        for word in ("event", "nats per token"):
            assert word not in (folder / name).read_text(encoding="utf-8").replace("eventListener", ""), name


def test_takes_are_texts_that_go_on_and_end_as_asked(book_run: BookRun, seqforge: Callable[..., Any]) -> None:
    folder, _ = book_run
    asked = ("--prompt", r"Monday,\n", "--length", 80, "-n", 3, "--seed", 1, "--out", "takes", "--json")
    outcome = seqforge("generate", folder, *asked)
    assert outcome.status == 0, outcome.err
    files = json.loads(outcome.out)["takes"]
    assert len(files) == 3
    for (name,) in files:
        text = Path(name).read_text(encoding="utf-8")
        assert text.startswith("Monday,\n")
        assert len(text.removesuffix("\n")) in (8 + 80, 8 + 79)
    page = Path("takes/takes.html").read_text(encoding="utf-8")
    assert "<pre>Monday,\n" in page


def test_a_take_ends_with_the_text_that_stops_it(book_run: BookRun, seqforge: Callable[..., Any]) -> None:
    folder, _ = book_run
    outcome = seqforge("generate", folder, "--stop", "e", "--prompt", "The ", "--seed", 2, "--out", "takes")
    assert outcome.status == 0, outcome.err
    text = Path("takes/take-01.txt").read_text(encoding="utf-8").removesuffix("\n")
    assert text.startswith("The ")
    assert text.endswith("e")
    assert "e" not in text[4:-1]


def test_the_first_take_of_many_is_the_only_one(book_run: BookRun, seqforge: Callable[..., Any]) -> None:
    folder, _ = book_run
    for count in (1, 3):
        assert seqforge("generate", folder, "-n", count, "--seed", 7, "--out", f"takes{count}").status == 0
    assert Path("takes1/take-01.txt").read_bytes() == Path("takes3/take-01.txt").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--prompt", "naïve"), ["--prompt has 'ï'", "allowed: ,-."]),
        (("--stop", "€"), ["--stop has '€'"]),
        (("--prompt", r"\\"), [r"--prompt has '\\'"]),
        (("--length", "0"), ["--length is 0", "from 1 to 1000000"]),
        (("--length", "many"), ["--length is 'many'"]),
        (("--format", "mid"), ["'mid'", "txt"]),
        (("--no-copy", "2"), ["--no-copy is 2", "characters for this model"]),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    book_run: BookRun, seqforge: Callable[..., Any], arguments: tuple[str, ...], words: list[str]
) -> None:
    folder, _ = book_run
    outcome = seqforge("generate", folder, *arguments)
    assert outcome.status == 2
    assert outcome.err.count("\n") == 1
    for word in words:
        assert word in outcome.err


def test_no_copy_counts_characters(book: Path, seqforge: Callable[..., Any]) -> None:
    """A model that recites is kept from it."""
    text = book.read_text(encoding="utf-8")
    Path("short.txt").write_text(text[:600], encoding="utf-8")
    asked = ("--set", "data.validation=0", "--set", "data.test=0", "--set", "training.steps=250", "--set")
    small = ("--set", "windows.length=100", "--set", "training.batch_size=6", "--set", "samples.count=0")
    run = seqforge(
        "run", "text", "--data", "short.txt", "--backend", "numpy", *asked, "model.lstm.hidden=64", *small, "--out", "r"
    )
    assert run.status == 0, run.err
    longest = {}
    for limit in (None, 20):
        limits = () if limit is None else ("--no-copy", limit)
        done = seqforge("generate", "r", "--seed", 3, "--temperature", 0.3, "--out", f"t{limit}", *limits)
        assert done.status == 0, done.err
        take = Path(f"t{limit}/take-01.txt").read_text(encoding="utf-8")
        longest[limit] = _longest_run(take, text[:600])
    assert longest[None] > 60
    assert longest[20] <= 20


@pytest.mark.parametrize("is_built_in", [False, True])
def test_a_prompt_that_the_data_cannot_have_ends_a_run_before_it_begins(
    book: Path, seqforge: Callable[..., Any], is_built_in: bool
) -> None:
    source = () if is_built_in else ("--data", book)
    outcome = seqforge("run", "text", *source, "--set", "samples.prompt.prompt='naïve'", "--out", "run")
    assert (outcome.status, outcome.err.count("\n")) == (2, 1)
    assert "'ï'" in outcome.err
    assert not Path("run").exists()


def _longest_run(text: str, source: str) -> int:
    return max(
        length
        for start in range(len(text))
        for length in range(len(text) - start + 1)
        if text[start : start + length] in source
    )


def test_what_is_judged_is_what_somebody_would_ask_for(book_run: BookRun, seqforge: Callable[..., Any]) -> None:
    """The prompts of held-out excerpts would allow unknown characters, and begin as no take does."""
    folder, _ = book_run
    outcome = seqforge("evaluate", folder, "-n", 3, "--json")
    assert outcome.status == 0, outcome.err
    assert json.loads(outcome.out)["takes"]["prompts"] == "of the run's samples"


@pytest.mark.parametrize("split", ["order", "groups"])
def test_shares_that_leave_nothing_for_training_are_refused(
    book: Path, seqforge: Callable[..., Any], split: str
) -> None:
    shares = ("--set", "data.validation=0.6", "--set", "data.test=0.6", "--set", f"data.split={split}")
    outcome = seqforge("run", "text", "--data", book, *shares)
    assert (outcome.status, outcome.out) == (2, "")
    assert "data.validation is 0.6 and data.test 0.6; allowed: less than 1 together" in outcome.err
