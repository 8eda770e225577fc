"""A run: the folder of everything that one training left behind."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqforge.errors import RequestError
from seqforge.files import atomic
from seqforge.files.lock import LOCK_NAME

__all__ = [
    "RunFolder",
    "filled_folder",
    "fresh_folder",
    "model_path",
    "refuse_file",
    "refuse_occupied",
    "runs_in",
    "write_settings",
]


@dataclass(frozen=True)
class RunFolder:
    """The paths inside a run's folder."""

    path: Path

    @property
    def config(self) -> Path:
        """The resolved configuration; `seqforge run` repeats it."""
        return self.path / "config.toml"

    @property
    def metrics(self) -> Path:
        """One line an evaluation."""
        return self.path / "metrics.jsonl"

    @property
    def model(self) -> Path:
        """The best weights."""
        return self.path / "model.safetensors"

    @property
    def resume(self) -> Path:
        """The last complete state of the training."""
        return self.path / "resume.safetensors"

    @property
    def earlier_resume(self) -> Path:
        """The state before that one, for the case that a disk loses the last."""
        return self.path / "resume-earlier.safetensors"

    @property
    def evaluation(self) -> Path:
        """What the run and its evaluations found, as JSON."""
        return self.path / "evaluation.json"

    @property
    def scores(self) -> Path:
        """The nats and units of each held-out piece, which `seqforge compare` reads."""
        return self.path / "scores.json"

    @property
    def card(self) -> Path:
        """The model card."""
        return self.path / "README.md"

    @property
    def report(self) -> Path:
        """The page on which a run is heard and seen."""
        return self.path / "report.html"

    @property
    def samples(self) -> Path:
        """What was generated, with its settings."""
        return self.path / "samples"

    @property
    def callbacks(self) -> Path:
        """What callbacks keep, each in a folder of its name."""
        return self.path / "callbacks"

    @property
    def is_finished(self) -> bool:
        """Whether the run has come to its end: its page is the last that it writes."""
        return self.report.is_file()

    def append_metrics(self, values: Mapping[str, Any]) -> None:
        """Add a line to metrics.jsonl."""
        with self.metrics.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(values, allow_nan=False) + "\n")

    def write_metrics(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Write metrics.jsonl anew."""
        atomic.write_text(self.metrics, "".join(f"{json.dumps(values, allow_nan=False)}\n" for values in lines))

    def clear(self) -> None:
        """Remove what an earlier run left, so that nothing of it passes for this one's."""
        results = (self.model, self.evaluation, self.scores, self.card, self.report)
        for path in (self.config, self.metrics, self.resume, self.earlier_resume, *results):
            path.unlink(missing_ok=True)
        self.clear_leftovers()

    def clear_leftovers(self) -> None:
        """Remove the samples, and the parts of files that a killed process left."""
        for path in (*_children(self.samples), *_children(self.path)):
            if path.is_file() and (path.parent == self.samples or atomic.is_leftover(path)):
                path.unlink()


def refuse_occupied(out: Path, *, force: bool = False) -> None:
    """`RequestError` if `out` is no folder that a run can be written to: a file, or not empty and not `force`."""
    refuse_file(out)
    if any(_children(out)) and not force:
        raise RequestError(f"{out} is not empty; choose another --out, or --force to replace the run in it")
    if any(_children(out)) and not RunFolder(out).config.is_file():
        raise RequestError(f"{out} holds files but no run, so --force would mix them; choose another --out")


def refuse_file(out: Path) -> None:
    """`RequestError` if there is a file, or a link that leads nowhere, where `out` or a folder above it should be."""
    for path in (out, *out.parents):
        if path.is_symlink() and not path.exists():
            raise RequestError(f"{path} is a link that leads nowhere; --out takes a folder")
        if path.exists() and not path.is_dir():
            raise RequestError(f"{path} is a file; --out takes a folder")


def fresh_folder(parent: Path, name: str) -> Path:
    """Create the next free folder `parent/name-NNN`."""
    for number in range(1, 100_000):
        folder = parent / f"{name}-{number:03d}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise RequestError(f"{parent} holds too many folders named {name}-NNN; choose one with --out")


@contextmanager
def filled_folder(out: Path | None, parent: Path, name: str) -> Iterator[Path]:
    """`out`, else a new folder `parent/name-NNN`, which is removed if it stays empty, for something went wrong."""
    folder = out or fresh_folder(parent, name)
    try:
        yield folder
    except BaseException:
        if out is None and not any(folder.iterdir()):
            folder.rmdir()
        raise


def runs_in(parent: Path) -> list[RunFolder]:
    """The runs in a folder, the oldest first."""
    runs = [RunFolder(path) for path in _children(parent) if (path / "config.toml").is_file()]
    return sorted(runs, key=lambda run: (run.config.stat().st_mtime_ns, run.path.name))


def model_path(path: Path) -> Path:
    """The model file that `path` means: itself, or the one in a run's folder."""
    if not path.is_dir():
        return path
    folder = RunFolder(path)
    if not folder.model.is_file():
        raise RequestError(f"{path} holds no model.safetensors; name a finished run, or a model file")
    return folder.model


def write_settings(path: Path, settings: Any) -> None:
    """Write the exact settings that something was generated with, as JSON."""
    atomic.write_text(path, json.dumps(settings, indent=2, ensure_ascii=False, sort_keys=True) + "\n")


def _children(path: Path) -> Iterable[Path]:
    return sorted(child for child in path.iterdir() if child.name != LOCK_NAME) if path.is_dir() else []
