"""`--no-copy N` with melodies: what is quoted is heard in the notes, in whatever key, and is counted there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest

from seqforge import Quotable
from seqforge_jazz.etudes import EtudeDataset
from seqforge_jazz.grammar import GrammarCodec
from seqforge_jazz.leadsheet import LeadSheet
from seqforge_jazz.melody import MelodyCodec
from seqforge_jazz.readers.midi import MidiReader

MOST = 6
CHANGES = "Dm7 | G7 | Cmaj7 | % | Gm7 | C7 | Fmaj7 | %"


def seqforge(*arguments: object, cwd: Path) -> str:
    command = [sys.executable, "-m", "seqforge", *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tune(path: Path, pitches: Sequence[int]) -> Path:
    """Eighths over eight bars, a rest in every bar's end."""
    file = mido.MidiFile(ticks_per_beat=96)
    track = file.add_track("Sax")
    rest = 0
    for number, pitch in enumerate(pitches):
        track.append(mido.Message("note_on", note=pitch, velocity=90, time=rest))
        track.append(mido.Message("note_off", note=pitch, time=48))
        rest = 48 if number % 7 == 6 else 0
    file.save(path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of two tunes, and a run whose model has memorised it."""
    folder = tmp_path_factory.mktemp("memorised")
    (folder / "tunes").mkdir()
    generator = np.random.default_rng(4)
    for name in ("one", "two"):
        tune(folder / "tunes" / f"{name}.mid", generator.integers(52, 72, 56).tolist())
    seqforge(
        "run", "jazz", "--data", "tunes", "--set", f"data.chords={CHANGES}", "--set", "data.validation=0",
        "--set", "data.test=0", "--set", "data.augment=false", "--set", "samples.count=0",
        "--set", "windows.starts=random", "--set", "windows.count=60", "--set", "windows.carry_state=false",
        "--set", "training.steps=150", "--set", "training.batch_size=30", "--backend", "numpy", "--out", "run",
        cwd=folder,
    )  # fmt: skip
    return folder


def lines(paths: Sequence[Path]) -> list[list[int]]:
    """The pitches of each file, in their order."""
    reader = MidiReader(chords=CHANGES, melody_track="0")
    sheets = [work for path in paths for work in reader.read(path) if isinstance(work, LeadSheet)]
    assert len(sheets) == len(paths)
    return [[note.pitch for note in sheet.notes] for sheet in sheets]


def longest_shared(line: Sequence[int], corpus: Sequence[Sequence[int]]) -> int:
    """Intervals of the longest run that a line of the corpus has, too: counted pair by pair of places."""
    steps = np.diff(line)
    longest = 0
    for other in corpus:
        others = np.diff(other)
        shared = np.zeros(len(others) + 1, int)
        for step in steps:
            shared[1:] = np.where(others == step, shared[:-1] + 1, 0)
            longest = max(longest, int(shared.max()))
    return longest


def generated(folder: Path, out: Path, *arguments: object) -> tuple[list[list[int]], dict[str, Any]]:
    printed = seqforge(
        "generate", folder / "run", "--chords", CHANGES, "--choruses", "3", "--temperature", "0.5", "-n", "4",
        "--seed", "3", "--swing", "0.5", "--format", "mid", "--out", "takes", "--json", *arguments, cwd=out,
    )  # fmt: skip
    return lines(sorted((out / "takes").glob("*.mid"))), json.loads(printed)


@pytest.mark.parametrize("key", [0, 5])
def test_no_take_shares_a_longer_run_of_intervals_in_any_key(folder: Path, tmp_path: Path, key: int) -> None:
    corpus = lines(sorted((folder / "tunes").glob("*.mid")))
    for name in ("free", "bound"):
        (tmp_path / name).mkdir()
    free, _ = generated(folder, tmp_path / "free", "--transpose", key)
    bound, printed = generated(folder, tmp_path / "bound", "--transpose", key, "--no-copy", MOST)
    if not key:
        assert max(longest_shared(line, corpus) for line in free) > 20, "the model recites"
    assert all(len(line) > 50 for line in bound)
    longest = [longest_shared(line, corpus) for line in bound]
    assert max(longest) <= MOST
    assert max(printed["longest_quotations"]) <= MOST


def test_the_digests_hold_what_is_played_and_take_little_room(folder: Path) -> None:
    plain = seqforge("inspect", folder / "run", "--json", cwd=folder)
    assert json.loads(plain)["data"]["source"] == "files"
    assert (folder / "run" / "model.safetensors").stat().st_size < 1_000_000


def test_alphabets_say_what_is_heard() -> None:
    codec = MelodyCodec()
    assert isinstance(codec, Quotable)
    dataset = EtudeDataset(codec=codec)
    for piece in list(dataset.pieces())[:20]:
        notes = codec.decode(piece.tokens.tolist(), piece.prompt).notes
        found = codec.alphabets(piece)
        pitches, places = found["pitches"]
        assert (pitches + 21).tolist() == [note.pitch for note in notes]
        moves, ends = found["intervals and rhythm"]
        expected = [(29 + b.pitch - a.pitch) * 48 + min(b.duration, 48) - 1 for a, b in pairwise(notes)]
        assert moves.tolist() == expected
        assert len(ends) == len(expected)
        bar = codec.decode(piece.tokens.tolist(), piece.prompt).chart.ticks_per_bar
        for note, place in zip(notes, places.tolist(), strict=True):
            assert codec.place(piece, place) == f"bar {note.start // bar + 1}"


def test_values_of_the_grammar_lie_in_the_bars_that_they_fill() -> None:
    codec = GrammarCodec(rests=True)
    for piece in list(EtudeDataset(codec=codec).pieces())[:3]:
        last = codec.place(piece, len(piece.tokens) - 1)
        assert codec.place(piece, 0) == "bar 1"
        sheet = codec.decode(piece.tokens.tolist(), piece.prompt)
        assert last == f"bar {sheet.chart.bars}"
