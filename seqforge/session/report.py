"""What a page shows of a run, or of the takes of a model."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge.abilities import Showing, Shown, View
from seqforge.evaluation.novelty import Novelty
from seqforge.evaluation.scoring import surprises
from seqforge.files import atomic
from seqforge.files.model_file import ModelFile
from seqforge.files.run_folder import RunFolder
from seqforge.interfaces import Codec, Piece
from seqforge.plugins import Registry
from seqforge.report.contents import Contents, Curve, Download, Quotation, ShownTake
from seqforge.report.markup import script_json
from seqforge.report.page import with_evaluation
from seqforge.session.models import FoundModel, numpy_model
from seqforge.session.results import read_results
from seqforge.session.strategy import changed_settings

__all__ = [
    "MODEL_NAME",
    "MOST_TAKES",
    "Background",
    "PageTake",
    "background_of",
    "loss_curve",
    "page_contents",
    "refresh_report",
]

MODEL_NAME = "model.safetensors"
"""What a model is called in commands that are typed in its own folder."""

MOST_TAKES = 12
"""More are not shown on a page."""

_MOST_VIEW_BYTES = 1_200_000
_LARGEST_FILE = 1_000_000
_MOST_POINTS = 150
_UNIT = "token"

Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Background:
    """What is known of a model beside its file: how its training went, and what it was found to be worth.

    `name` is what people know it by, `called` what commands call it. `novelty` is that of the takes on the page; its
    sources are among `sources`, the pieces of the training.
    """

    name: str
    called: str = MODEL_NAME
    curve: Curve | None = None
    results: Values = field(default_factory=dict)
    novelty: Novelty | None = None
    sources: Sequence[Piece] = ()


@dataclass(frozen=True, kw_only=True)
class PageTake:
    """A take as a page needs it: its piece, its work, its files."""

    piece: Piece
    work: Any
    files: tuple[Path, ...] = ()


def page_contents(
    registry: Registry, model: ModelFile, codec: Codec, takes: Sequence[PageTake], request: Values, *,
    folder: Path, background: Background,
) -> Contents:  # fmt: skip
    """The contents of a page that will lie in `folder`.

    `request` is what the takes were asked for with: `prompt`, `sampling`, `seed`, `count`, `no_copy`.
    """
    chosen, count = takes[:MOST_TAKES], int(request["count"])
    nats = surprises(numpy_model(registry, model), [take.piece for take in chosen])
    shown = [
        Shown(title=take.piece.id, piece=take.piece, work=take.work, tokens=(0, len(take.piece.tokens)), nats=own)
        for take, own in zip(chosen, nats, strict=True)
    ]
    passages = _passages(codec, chosen, background, nats)
    view, note = _view(codec, shown, [part for _, pair in passages for part in pair])
    quotations = _quotations(
        background.novelty,
        [text for text, _ in passages],
        len(shown),
        is_played=view is not None and len(view.data) > len(shown),
    )
    return Contents(
        title=f"{background.name}: {count:,} take{'' if count == 1 else 's'}",
        summary=_summary(model, background),
        takes=tuple(_shown_take(take, own, folder) for take, own in zip(chosen, nats, strict=True)),
        takes_left_out=count - len(chosen),
        view=view,
        takes_played=min(len(view.data), len(shown)) if view else 0,
        curve=background.curve,
        results=background.results,
        quotations=quotations,
        settings={"Prompt": _pairs(request["prompt"]), "Sampling": _pairs(_sampling(request))},
        provenance=tuple(_provenance(model)),
        commands=tuple(_commands(registry, model, request, background.called)),
        notes=tuple(text for text in (note, *background.results.get("notes", ())) if text),
    )


def background_of(request: str, found: FoundModel) -> Background:
    """What the folder of a run says, if that is what `request` names, or the model file in it."""
    if found.part:
        return Background(name=found.short_name, called=found.short_name)
    path = Path(request)
    folder = RunFolder(path if path.is_dir() else path.parent)
    if not folder.config.is_file() or path not in (folder.path, folder.model):
        return Background(name=found.short_name)
    try:
        results = json.loads(folder.evaluation.read_text(encoding="utf-8"))
        lines = [json.loads(line) for line in folder.metrics.read_text(encoding="utf-8").splitlines()]
        training = [(int(line["step"]), float(line["training_nats"])) for line in lines]
        curve = loss_curve(training, lines, results)
    except (OSError, ValueError, KeyError, TypeError):  # a page does without what can't be read
        return Background(name=found.short_name)
    return Background(name=found.short_name, curve=curve, results={**results, "novelty": None})


def loss_curve(training: Sequence[tuple[int, float]], evaluations: Sequence[Values], results: Values) -> Curve:
    """The curve of the training batches, drawn with few points, and of the evaluations."""
    scores = results.get("likelihood", {}).get("validation")
    validation = [(line["step"], line["validation"][_UNIT]) for line in evaluations if line["validation"]]
    best = [line["step"] for line in evaluations if line["best"]]
    return Curve(
        training=tuple(point for point in _thinned(training) if math.isfinite(point[1])),
        validation=tuple(point for point in validation if math.isfinite(point[1])),
        baselines={name: rates[_UNIT] for name, rates in scores["baselines"].items()} if scores else {},
        best_step=best[-1] if best else 0,
    )


def refresh_report(folder: RunFolder) -> None:
    """Put what stands in evaluation.json now into report.html, if there is one."""
    if folder.report.is_file():
        text = folder.report.read_text(encoding="utf-8")
        atomic.write_text(folder.report, with_evaluation(text, read_results(folder)))


def _thinned(points: Sequence[tuple[int, float]]) -> Iterator[tuple[int, float]]:
    """Means over stretches of steps, so that few points are left."""
    size = -(-len(points) // _MOST_POINTS) or 1
    for start in range(0, len(points), size):
        stretch = points[start : start + size]
        yield stretch[-1][0], float(np.mean([nats for _, nats in stretch]))


def _passages(
    codec: Codec, takes: Sequence[PageTake], background: Background, nats: Sequence[NDArray[np.float64]]
) -> list[tuple[str, tuple[Shown, Shown]]]:
    """The longest quotation in each alphabet, in words, and as it stands in the take and in its source."""
    found = []
    for alphabet in background.novelty.alphabets if background.novelty else ():
        longest = alphabet.longest
        if longest is None or longest.piece_index >= len(takes):
            continue
        take, source = takes[longest.piece_index], background.sources[longest.source_index]
        original = codec.decode(source.tokens.tolist(), source.prompt)
        text = (
            f"{longest.length} {alphabet.name}: {longest.piece}, {longest.place}, "
            f"as in {longest.source}, {longest.source_place}."
        )
        pair = (
            Shown(
                title=f"{longest.piece}, {longest.place}", piece=take.piece, work=take.work, tokens=longest.tokens,
                nats=nats[longest.piece_index],
            ),
            Shown(
                title=f"{longest.source}, {longest.source_place}", piece=source, work=original,
                tokens=longest.source_tokens,
            ),
        )  # fmt: skip
        found.append((text, pair))
    return found


def _quotations(found: Novelty | None, texts: Sequence[str], first: int, *, is_played: bool) -> tuple[Quotation, ...]:
    if found is None:
        return ()
    quotations = [
        Quotation(text=text, entries=(first + 2 * place, first + 2 * place + 1) if is_played else None)
        for place, text in enumerate(texts)
    ]
    silent = [each.name for each in found.alphabets if each.longest is None]
    return (*quotations, *(Quotation(text=f"No quotation in {name}.") for name in silent))


def _view(codec: Codec, takes: list[Shown], passages: list[Shown]) -> tuple[View | None, str]:
    """The codec's part of the page, and what is to be said of it; a page without it is worth more than no page.

    Of what takes too much room the first takes are left, without passages.
    """
    if not isinstance(codec, Showing):
        return None, ""
    try:
        view = codec.show([*takes, *passages])
        sizes = [len(script_json(value)) for value in view.data]
    except Exception as error:  # noqa: BLE001  # whatever a plugin does wrong, the rest of the page is right
        return None, f"The takes are shown as text: their player failed ({type(error).__name__}: {error})."
    if sum(sizes) <= _MOST_VIEW_BYTES:
        return view, ""
    room = sum(size <= _MOST_VIEW_BYTES for size in itertools.accumulate(sizes[: len(takes)]))
    if not room:
        return None, "The takes are shown as text: they are too long to be played here. Their files hold all of them."
    played = dataclasses.replace(view, data=view.data[:room])
    return played, f"The takes are long: there is room to play the first {room} here. The files hold all of them."


def _summary(model: ModelFile, background: Background) -> str:
    weights = sum(weight.size for weight in model.weights.values())
    source = model.data["source"]
    words = [
        f"{model.spec.architecture.upper()} of {weights:,} weights, trained on "
        f"{'files of its own' if source == 'files' else source}"
    ]
    for part in ("test", "validation"):
        if scores := background.results.get("likelihood", {}).get(part):
            rate = scores["nats"][scores["unit"]]["value"]
            words.append(f"it predicts held-out pieces at {rate:.3f} nats per {scores['unit']}")
            break
    if background.novelty:
        words.append(f"verdict on copying: {background.novelty.verdict.value}")
    return f"{'; '.join(words)}."


def _shown_take(take: PageTake, nats: NDArray[np.float64], folder: Path) -> ShownTake:
    files = []
    for path in take.files:
        place = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
        size = path.stat().st_size
        content = path.read_bytes() if size <= _LARGEST_FILE else None
        files.append(Download(name=path.name, size=size, content=content, place=place))
    mean = float(nats.mean()) if len(nats) else None
    return ShownTake(title=take.piece.id, text=str(take.work), nats=mean, files=tuple(files))


def _sampling(request: Values) -> dict[str, Any]:
    return {**request["sampling"], "seed": request["seed"], "count": request["count"], "no_copy": request["no_copy"]}


def _pairs(values: Values) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in values.items() if value not in (None, ""))


def _provenance(model: ModelFile) -> Iterator[tuple[str, str]]:
    provenance, data = model.provenance, model.data
    yield "recipe", str(provenance["recipe"]) or "none"
    yield "data", "files of its own" if data["source"] == "files" else str(data["source"])
    yield "licence", str(data.get("licence") or "unknown")
    if data.get("citation"):
        yield "source", str(data["citation"])
    yield "digest of the data", str(data["digest"])
    yield "trained with", f"{provenance['engine']}, seed {provenance['seed']}, best at step {provenance['step']:,}"
    yield "versions", ", ".join(f"{name} {version}" for name, version in sorted(provenance["versions"].items()))
    if model.sha256:
        yield "model", f"SHA-256 {model.sha256}"


def _commands(registry: Registry, model: ModelFile, request: Values, called: str) -> Iterator[tuple[str, str]]:
    words = ["seqforge", "generate", called, "-n", str(request["count"]), "--seed", str(request["seed"])]
    defaults = {
        option.name: option.default for option in registry.find("codecs", model.codec["name"]).spec.prompt_options
    }
    for name, value in request["prompt"].items():
        if name == "primer" and value:
            words += ["--primer", "FILE"]
        elif value != defaults.get(name):
            words += _option(f"--{name.replace('_', '-')}", value)
    for name, value in changed_settings(registry, request["sampling"]).items():
        words += _option("--sampler", value) if name == "sampler" else ["--set", f"{name}={json.dumps(value)}"]
    words += _option("--no-copy", request["no_copy"])
    yield shlex.join(words), "make these takes again"
    yield shlex.join(["seqforge", "generate", called, "-n", str(request["count"])]), "make others, from another seed"
    if called == MODEL_NAME:
        yield "seqforge run config.toml", "train this model again, from the data that config.toml names"


def _option(name: str, value: Any) -> list[str]:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return [f"{name}={text}"] if text.startswith("-") else [name, text] if value is not None else []
