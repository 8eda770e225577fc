"""The model that comes along: what it is, and what its solos are like beside human ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from seqforge_jazz.composer.human_solos import read_human_solos
from seqforge_jazz.leadsheet import LeadSheet
from seqforge_jazz.readers.midi import MidiReader
from seqforge_jazz.statistics import HUMAN_RANGES, intervals, measures

ROOT = Path(__file__).resolve().parents[3]
SOLOS = Path(os.environ.get("SEQFORGE_TEST_DATA", ROOT.parent / "shared" / "data")) / "wjazzd" / "wjazzd_456.json.xz"
FORM, TAKES = "rhythm-changes", 30
NGRAM = 8


def seqforge(*arguments: str, cwd: Path) -> str:
    command = [sys.executable, "-m", "seqforge", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def solos(tmp_path_factory: pytest.TempPathFactory) -> list[LeadSheet]:
    """Solos of 32 bars, read from their MIDI files."""
    folder = tmp_path_factory.mktemp("solos")
    options = ("--swing", "0.5", "-n", str(TAKES), "--seed", "5", "--format", "mid", "--out", "takes")
    seqforge("generate", "jazz-solos", "--chords", FORM, *options, cwd=folder)
    reader = MidiReader(chords=FORM, melody_track="0")
    return [
        work
        for path in sorted((folder / "takes").glob("*.mid"))
        for work in reader.read(path)
        if isinstance(work, LeadSheet)
    ]


def ngrams(pitches: Sequence[int]) -> list[tuple[int, ...]]:
    steps = intervals(pitches)
    return [tuple(steps[start : start + NGRAM]) for start in range(len(steps) - NGRAM + 1)]


def test_it_plays_over_any_changes(tmp_path: Path) -> None:
    seqforge("generate", "jazz-solos", "--chords", "Dm7 | G7 | Cmaj7 | %", "-n", "4", "--out", "takes", cwd=tmp_path)
    assert len(list((tmp_path / "takes").glob("*.mid"))) == 4


def test_it_names_its_data_and_their_licence(tmp_path: Path) -> None:
    shown = json.loads(seqforge("inspect", "jazz-solos", "--json", cwd=tmp_path))
    assert "ODbL" in shown["data"]["licence"]
    assert "Weimar Jazz Database" in shown["data"]["citation"]
    assert shown["provenance"]["recipe"] == "solos"
    assert shown["data"]["source"] == "files"


@pytest.mark.parametrize("measure", [name for name in HUMAN_RANGES if name != "interval_nats"])
def test_most_of_its_solos_are_inside_the_human_ranges(solos: list[LeadSheet], measure: str) -> None:
    inside = [HUMAN_RANGES[measure].contains(measures(solo)[measure]) for solo in solos]
    assert len(inside) == TAKES
    assert sum(inside) >= 0.75 * TAKES  # 80 of 100; of 30 it may be a few less


@pytest.mark.skipif(not SOLOS.exists(), reason=f"no human solos at {SOLOS}")
def test_it_copies_no_more_than_humans_do(solos: list[LeadSheet]) -> None:
    known = {ngram for solo in read_human_solos(SOLOS) for ngram in ngrams(solo.pitches)}
    played = [ngram for solo in solos for ngram in ngrams([note.pitch for note in solo.notes])]
    assert sum(ngram in known for ngram in played) <= 0.069 * len(played)
