"""What the Keras script, the PyTorch script and the notebook share: from music to windows, and back to music."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqforge import DataError, Source
from seqforge_jazz.etudes import etudes
from seqforge_jazz.formats.midi import MidiFormat
from seqforge_jazz.grammar import GrammarCodec
from seqforge_jazz.readers.midi import MidiReader


@dataclass(frozen=True)
class Corpus:
    """Musical values such as `S,0.250,<m2,P-4>`: `tokens` (T,) are numbers, `names[token]` says which value it is."""

    tokens: np.ndarray
    names: tuple[str, ...]
    codec: GrammarCodec
    prompt: dict[str, Any]  # chords, key, tempo and instrument, over which a solo is played

    def __str__(self) -> str:
        return f"{len(self.tokens)} values, {len(self.names)} distinct"


def read_corpus(file: Path | None, **options: Any) -> Corpus:
    """The corpus of a MIDI file, read with the options of `MidiReader`; without a file, that of a built-in etude."""
    works = etudes()[:1] if file is None else MidiReader(divisions="4,3", **options).read(file)
    codec, pieces = GrammarCodec(), []
    for work in works:
        if isinstance(work, Source):
            print(*work.notes, sep="\n")
        else:
            pieces.append(codec.encode(work))
    tokens = np.concatenate([piece.tokens for piece in pieces])
    return Corpus(tokens, codec.vocabulary.symbols, codec, dict(pieces[0].prompt))


def windows(corpus: Corpus, m: int = 60, Tx: int = 30) -> tuple[np.ndarray, np.ndarray]:  # noqa: N803 - Jazzify's names
    """X (m, Tx, n_values) and Y (Tx, m, n_values), one-hot, of windows that start at places drawn once.

    X[i, j] is value j of window i, save for X[i, 0], which is zero; Y[j] is what follows X[:, j]. The last step of Y
    is zero: a window ends there.
    """
    if len(corpus.tokens) <= Tx:
        raise DataError(
            f"the corpus has {corpus}; windows of {Tx} need more: give a longer file, or another --melody-track,"
            " --from or --to"
        )
    drawn = np.random.RandomState(0)  # the generator that drew the original's windows
    starts = drawn.randint(len(corpus.tokens) - Tx, size=m)
    one_hot = np.eye(len(corpus.names), dtype=np.float32)
    values = one_hot[corpus.tokens[starts[:, None] + np.arange(1, Tx)]]  # (m, Tx - 1, n_values)
    zero = np.zeros((m, 1, len(corpus.names)), np.float32)
    inputs = np.concatenate([zero, values], axis=1)
    targets = np.concatenate([values, zero], axis=1)
    return inputs, targets.swapaxes(0, 1)


def evaluate(probabilities: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """The loss summed over the steps that have a target, and the accuracy of each; both arguments (Tx, m, n_values)."""
    probabilities, targets = probabilities[:-1], targets[:-1]
    likelihood = np.maximum((probabilities * targets).sum(axis=-1), np.finfo(np.float32).tiny)
    loss = -np.log(likelihood).mean(axis=1).sum()
    return float(loss), (probabilities.argmax(axis=-1) == targets.argmax(axis=-1)).mean(axis=1)


def entropy_bound(targets: np.ndarray) -> float:
    """The least loss, summed over the steps, that a model can reach which sees no more than its window so far.

    Windows that began alike are told apart by nothing: at best they get the shares with which they go on.
    """
    values = targets[:-1].argmax(axis=-1)  # (steps, m)
    bound = 0.0
    for step in range(len(values)):
        beginnings = Counter(tuple(window) for window in values[:step].T)
        with_next = Counter(tuple(window) for window in values[: step + 1].T)
        bound -= sum(n * np.log(n / beginnings[window[:-1]]) for window, n in with_next.items())
    return float(bound / values.shape[1])


def longest_copied_run(solo: np.ndarray, corpus: Corpus) -> int:
    """The length of the longest run of values in `solo` that stands in the corpus just so."""
    longest, before = 0, np.zeros(len(corpus.tokens) + 1, int)
    for value in solo:
        runs = np.zeros_like(before)  # runs[t]: how long a run ends here and at token t - 1
        runs[1:] = np.where(corpus.tokens == value, before[:-1] + 1, 0)
        longest, before = max(longest, int(runs.max())), runs
    return longest


def print_report(corpus: Corpus, loss: float, accuracy: np.ndarray, solo: np.ndarray, out: Path) -> None:
    """Write the solo as a MIDI file, and print what was reached."""
    sheet = corpus.codec.decode([int(token) for token in solo], corpus.prompt)
    MidiFormat().write(sheet, out)
    print(f"loss summed over {len(accuracy)} steps: {loss:.3f}")
    print("accuracy by step:", *(f"{step}: {share:.2f}" for step, share in enumerate(accuracy[:5], start=1)), end=" ")
    print(f"least from step 4 on: {accuracy[3:].min():.2f}")
    print(f"longest run copied from the corpus: {longest_copied_run(solo, corpus)} of {len(solo)} values")
    print(f"{out}: {len(sheet.notes)} notes in {sheet.chart.bars} bars")


def parsed_arguments(description: str, out: str) -> argparse.Namespace:
    """The command line of both scripts; `reader` holds the options of `MidiReader`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("file", nargs="?", type=Path, help="a MIDI file; default: a built-in etude")
    parser.add_argument(
        "--from", dest="from_quarter", type=float, default=476, help="first quarter (default %(default)s)"
    )
    parser.add_argument(
        "--to", dest="to_quarter", type=float, default=548, help="last quarter, 0 for the end (%(default)s)"
    )
    parser.add_argument("--melody-track", default="auto", help="number or name (default %(default)s)")
    parser.add_argument("--chord-track", default="auto", help="number or name (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the first weights and the order (default %(default)s)")
    parser.add_argument("--epochs", type=int, default=100, help="default %(default)s")
    parser.add_argument("--values", type=int, default=200, help="how many the solo has at most (default %(default)s)")
    parser.add_argument("--out", type=Path, default=Path(out), help="the solo (default %(default)s)")
    arguments = parser.parse_args()
    names = ("from_quarter", "to_quarter", "melody_track", "chord_track")
    arguments.reader = {name: getattr(arguments, name) for name in names}
    return arguments
