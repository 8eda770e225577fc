"""The conformance suite for formats; what is special to yours is tested below it."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest
from seqforge.testing import FormatSuite

from my_plugin.codec import Rhythm
from my_plugin.format import ClickSound


class TestConformance(FormatSuite):
    name = "my-plugin"
    source = "my-plugin"  # where its works come from: what --data takes


def test_a_bar_is_as_long_as_the_tempo_says(tmp_path: Path) -> None:
    path = tmp_path / "bar.wav"
    ClickSound(tempo_bpm=120).write(Rhythm("x..............."), path)
    with wave.open(str(path)) as sound:
        assert sound.getnframes() / sound.getframerate() == pytest.approx(2, abs=0.05)
