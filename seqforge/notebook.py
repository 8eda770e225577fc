"""seqforge in a notebook: runs and takes that show themselves as a page, to be heard and seen in the cell's output.

    from seqforge.notebook import Run, generate, run

    trained = run("jazz", settings={"training.steps": 300})
    trained                                              # the page of the run
    generate("jazz-solos", chords="Dm7 | G7 | Cmaj7 | %", count=4, seed=7)

Everything is written to the folders that the commands write to; `Run` opens a run that a command has made.
"""

from __future__ import annotations

import json
import secrets
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import NoneType
from typing import Any

from seqforge.abilities import Drawing
from seqforge.commands.failures import warn
from seqforge.commands.run import limit_threads
from seqforge.commands.run_progress import RunProgress
from seqforge.commands.takes_report import in_a_line
from seqforge.configuration import merge, nested
from seqforge.errors import OutOfRange, RequestError
from seqforge.files.lock import locked
from seqforge.files.run_folder import RunFolder, filled_folder, fresh_folder, refuse_file, refuse_occupied
from seqforge.interfaces import Codec, Work
from seqforge.plugins import Registry, short_name
from seqforge.recipes import starting_values
from seqforge.session.data import load_corpus
from seqforge.session.models import find_model, model_codec
from seqforge.session.no_copy import no_copy_guides
from seqforge.session.plan import make_plan, usual_formats
from seqforge.session.report import background_of
from seqforge.session.run import perform
from seqforge.session.takes import Made, TakesRequest, check_request, make_takes

__all__ = ["Run", "Takes", "generate", "run"]

_PAGE_PIXELS = 800
_COLUMNS, _LINES = 80, 24
_TYPES = {"str": "text", "Path": "a path", "int": "a whole number", "Mapping": "a dict", "Sequence": "a list"}
_PAGE = "html"


class Run:
    """A run's folder. In a notebook it shows the page of the run, which plays."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._folder = RunFolder(self.path)
        if not self._folder.config.is_file():
            raise RequestError(f"{self.path} holds no run (no config.toml); see `seqforge list runs`")

    @property
    def config(self) -> dict[str, Any]:
        """Every value of the run's configuration."""
        return tomllib.loads(self._folder.config.read_text(encoding="utf-8"))

    @property
    def evaluations(self) -> list[dict[str, Any]]:
        """What each evaluation during the training found, in order: `step`, `training_nats`, `validation`, ..."""
        lines = self._folder.metrics.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    @property
    def results(self) -> dict[str, Any]:
        """What the run, and `seqforge evaluate`, found it to be worth; empty before its end."""
        path = self._folder.evaluation
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def generate(self, **request: Any) -> Takes:
        """Takes of the run's model; see `generate`."""
        return generate(self.path, **request)

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r}), {'finished' if self._folder.is_finished else 'not finished'}"

    def _repr_html_(self) -> str | None:
        return _frame(self._folder.report) if self._folder.report.is_file() else None


class Takes(Sequence[Work]):
    """The works that a model generated, in `folder`. In a notebook they show a player with roll and score."""

    def __init__(self, folder: Path, made: Made, codec: Codec, seed: int) -> None:
        self.folder = folder
        self.files = tuple(take.files for take in made.takes)
        self.page = next((file for file in made.files if file.suffix == f".{_PAGE}"), None)
        self.seed = seed
        self._works = tuple(take.work for take in made.takes)
        self._codec = codec

    def __getitem__(self, place: Any) -> Any:
        return self._works[place]

    def __len__(self) -> int:
        return len(self._works)

    def __repr__(self) -> str:
        lines = [f"take {number}: {in_a_line(str(work))}" for number, work in enumerate(self._works, 1)]
        picture = self._codec.draw(self._works[0], _COLUMNS, _LINES) if isinstance(self._codec, Drawing) else ""
        return "\n".join([*lines, *([picture] if picture else []), f"in {self.folder}, seed {self.seed}"])

    def _repr_html_(self) -> str | None:
        return _frame(self.page) if self.page else None


def run(
    request: str | Path, *, data: str | Path | None = None, backend: str | None = None,
    start: str | Path | None = None, seed: int | None = None, out: str | Path | None = None,
    settings: Mapping[str, Any] | None = None, quiet: bool = False,
) -> Run:  # fmt: skip
    """Train a model as `seqforge run` does; `request` is a recipe, a TOML file or the folder of a run.

    `start` is a model to go on from. `settings` are values of the configuration by their dotted names, such as
    `training.steps`.
    """
    _check(request=(request, (str, Path)), data=(data, (str, Path, NoneType)), backend=(backend, (str, NoneType)))
    _check(start=(start, (str, Path, NoneType)), seed=(seed, (int, NoneType)), out=(out, (str, Path, NoneType)))
    _check(settings=(settings, (Mapping, NoneType)))
    request, data, start = str(request), data and str(data), start and str(start)
    registry = _registry()
    typed = {"data.source": data, "model.start": start, "seed": seed}
    changes: dict[str, Any] = {}
    for key, value in {**(settings or {}), **{key: value for key, value in typed.items() if value is not None}}.items():
        changes = merge(changes, nested(key, value))
    starting = starting_values(registry, request)
    limit_threads(changes.get("threads", starting.get("threads", 1)))
    plan = make_plan(registry, starting, changes, backend=backend)
    if out is not None:
        refuse_occupied(Path(out))
    corpus = load_corpus(registry, plan, plan.placement.reader)
    folder = RunFolder(Path(out) if out else fresh_folder(Path("runs"), short_name(plan.config.recipe) or "run"))
    with locked(folder.path), RunProgress(plan, sys.stdout, quiet=quiet) as progress:
        perform(registry, plan, corpus, folder, progress)
    return Run(folder.path)


def generate(
    model: str | Path | Run, *, count: int = 1, seed: int | None = None, formats: Sequence[str] | None = None,
    out: str | Path | None = None, sampling: Mapping[str, Any] | None = None, no_copy: int | None = None,
    **prompt: Any,
) -> Takes:  # fmt: skip
    """Takes of a run, a model file or a model of `seqforge list models`, as `seqforge generate` makes them.

    `prompt` holds options of the model's codec, such as `chords` and `tempo`; `sampling` those of the samplers, such as
    `{"temperature": 0.8}`. Without a `seed` one is drawn.
    """
    _check(model=(model, (str, Path, Run)), count=(count, (int,)), seed=(seed, (int, NoneType)))
    _check(
        formats=(formats, (Sequence, NoneType)), out=(out, (str, Path, NoneType)), no_copy=(no_copy, (int, NoneType))
    )
    _check(sampling=(sampling, (Mapping, NoneType)))
    if seed is not None and seed < 0:
        raise OutOfRange("seed", seed, "a whole number of at least 0")
    if isinstance(formats, str):
        formats = [name.strip() for name in formats.split(",")]
    model = model.path if isinstance(model, Run) else model
    registry = _registry()
    _refuse_sampling(registry, prompt)
    found = find_model(registry, str(model))
    part, codec = model_codec(registry, found.model)
    no_copy_guides(found.model, codec, no_copy)
    names, problems = (tuple(formats), []) if formats is not None else usual_formats(registry, part.spec.name)
    warn(problems)
    request = TakesRequest(
        prompt={name: value for name, value in prompt.items() if value is not None},
        sampling=dict(sampling or {}),
        formats=names if _PAGE in map(short_name, names) else (*names, _PAGE),
        count=count,
        seed=secrets.randbits(32) if seed is None else seed,
        no_copy=no_copy,
    )
    request = check_request(registry, part, codec, request)
    if out is not None:
        refuse_file(Path(out))
    with filled_folder(Path(out) if out else None, Path("takes"), found.short_name) as folder:
        made = make_takes(registry, found.model, codec, request, folder, background_of(str(model), found))
    return Takes(folder, made, codec, request.seed)


def _registry() -> Registry:
    """What is installed; what is wrong with it is said."""
    registry = Registry.installed()
    warn(registry.warnings())
    return registry


def _check(**arguments: tuple[Any, tuple[type, ...]]) -> None:
    """`OutOfRange` for an argument of another type than those beside it."""
    for name, (value, types) in arguments.items():
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            words = [_TYPES.get(each.__name__, each.__name__.removesuffix("Type")) for each in types]
            raise OutOfRange(name, value, " or ".join(words))


def _refuse_sampling(registry: Registry, prompt: Mapping[str, Any]) -> None:
    """`RequestError` for what belongs to `sampling`, or is called otherwise here than on the command line."""
    options = {option.name for part in registry.parts("samplers") for option in part.spec.options}
    others = {"n": "count", "format": "formats", **dict.fromkeys(("sampler", *options), "sampling")}
    for name, value in prompt.items():
        if name in others:
            right = f"sampling={{{name!r}: {value!r}}}" if others[name] == "sampling" else f"{others[name]}={value!r}"
            raise RequestError(f"there is no argument {name}; write {right}")


def _frame(page: Path) -> str:
    """The page in a frame of its own: its script reaches nothing of the notebook."""
    text = page.read_text(encoding="utf-8").replace("&", "&amp;").replace("'", "&#39;")
    return (
        f"<iframe srcdoc='{text}' title='{page.name}' sandbox='allow-scripts allow-downloads' "
        f"style='width: 100%; height: {_PAGE_PIXELS}px; border: 0'></iframe>"
    )
