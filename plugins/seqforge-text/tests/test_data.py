"""What is read of text files, and what is not, in one line each."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seqforge.testing.material import find_material


def inspected(seqforge: Callable[..., Any], *arguments: object) -> dict[str, Any]:
    outcome = seqforge("inspect", *arguments, "--json")
    assert outcome.status == 0, outcome.err
    found: dict[str, Any] = json.loads(outcome.out)
    return found


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + "Käse\r\nund\rBrot\n".encode(),
        "Ka\u0308se\nund\nBrot\n".encode(),
        "Käse\nund\nBrot\n".encode(),
    ],
)
def test_equal_texts_are_read_alike_however_they_are_written(
    registry: Any, seqforge: Callable[..., Any], content: bytes
) -> None:
    Path("one.txt").write_bytes(content)
    material = find_material(registry, "characters", "one.txt", {}, {})
    (piece,) = material.pieces
    assert material.codec.decode(piece.tokens.tolist(), piece.prompt).text == "Käse\nund\nBrot\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("café".encode("latin-1"), "byte 4 is 0xe9; type --set data.encoding=latin-1"),
        ("café".encode("utf-16"), "it is UTF-16, not UTF-8; type --set data.encoding=utf-16"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "byte 1 is 0x89, and there are bytes of zero"),
        (b"PK\x03\x04 and so on", "its character 3 is the control character 0x03"),
        (b"a\0b", "its character 2 is the control character 0x00"),
        (b"\x1b[31mred", "its character 1 is the control character 0x1b"),
        (b" \n\t\n", "there is nothing in it but blanks"),
        (b"a" * 64_000_001, "it has 64,000,001 bytes; allowed: 64,000,000"),
    ],
    ids=["latin-1", "utf-16", "png", "zip", "zero", "escape", "blank", "huge"],
)
def test_what_is_no_text_is_dropped_with_the_reason(seqforge: Callable[..., Any], content: bytes, words: str) -> None:
    Path("bad.txt").write_bytes(content)
    Path("good.md").write_text("# Good\n", encoding="utf-8")
    found = inspected(seqforge, ".")
    assert found["kept"] == ["good.md"]
    (dropped,) = found["dropped"]
    assert dropped["name"] == "bad.txt"
    assert words in dropped["reason"]
    alone = seqforge("run", "text", "--data", "bad.txt")
    assert (alone.status, alone.err.count("\n")) == (2, 1)
    assert words in alone.err


def test_an_encoding_can_be_named(seqforge: Callable[..., Any]) -> None:
    Path("old.txt").write_bytes("café".encode("latin-1"))
    assert inspected(seqforge, "old.txt", "--set", "data.encoding=latin-1")["character"] == 4


def test_an_empty_file_is_named(seqforge: Callable[..., Any]) -> None:
    Path("empty.txt").touch()
    outcome = seqforge("run", "text", "--data", "empty.txt")
    assert (outcome.status, outcome.err) == (2, "error: the file empty.txt is empty; give one that holds something\n")


def test_a_folder_is_split_by_file(seqforge: Callable[..., Any]) -> None:
    for number in range(12):
        Path(f"{number:02}.txt").write_text(f"Chapter {number}. " * 20, encoding="utf-8")
    outcome = seqforge(
        "run", "text", "--data", ".", "--backend", "numpy", "--set", "training.steps=2", "--set", "samples.count=0",
        "--set", "training.evaluate_every=1", "--set", "model.lstm.hidden=8", "--out", "run",
    )  # fmt: skip
    assert outcome.status == 0, outcome.err
    parts = json.loads(Path("run/evaluation.json").read_text(encoding="utf-8"))
    assert parts["split"] == "groups"
    assert {name: part["pieces"] for name, part in parts["parts"].items()} == {
        "training": 10, "validation": 1, "test": 1
    }  # fmt: skip


def test_shakespeare_asks_for_a_text(seqforge: Callable[..., Any]) -> None:
    outcome = seqforge("run", "shakespeare")
    assert outcome.status == 2
    assert "--data" in outcome.err


def test_characters_that_a_model_lacks_are_unknown_and_said_to_be(
    book: Path, book_run: tuple[Path, dict[str, Any]], seqforge: Callable[..., Any]
) -> None:
    folder, _ = book_run
    Path("other.txt").write_text(f"{book.read_text(encoding='utf-8')[:2000]}Aber schön!?\n", encoding="utf-8")
    outcome = seqforge("evaluate", folder, "--reference", "other.txt", "-n", 2, "--json")
    assert outcome.status == 0, outcome.err
    found = json.loads(outcome.out)
    assert "3 of 2,013 tokens are not in the model's vocabulary, and count as unknown" in found["notes"]
    assert found["likelihood"]["reference"]["nats"]["character"]["value"] > 0
    more = seqforge(
        "run", "text", "--from", folder, "--data", "other.txt", "--set", "training.steps=2", "--out", "more",
        "--set", "samples.count=0",
    )  # fmt: skip
    assert more.status == 0, more.err
    assert "3 tokens stand as unknown, since they are not in the vocabulary of the model: ö, !, ?" in more.out
