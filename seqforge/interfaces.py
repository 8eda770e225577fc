"""What the parts of seqforge say to one another: small protocols that only NumPy arrays cross.

Shapes: B sequences, T steps, F context fields, V symbols, H hidden units.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

from seqforge.options import Option

if TYPE_CHECKING:  # at run time nothing here needs NumPy, and a list of plugins does not wait for it
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "NONE",
    "UNKNOWN",
    "Architecture",
    "Audit",
    "Backend",
    "BackendOptions",
    "Batch",
    "Codec",
    "ContextField",
    "Dataset",
    "Format",
    "Guides",
    "Metric",
    "Model",
    "ModelSpec",
    "OutputView",
    "Piece",
    "Processor",
    "Reader",
    "Sampler",
    "Score",
    "Search",
    "Share",
    "Source",
    "State",
    "Stepper",
    "Vocabulary",
    "Work",
]

NONE = -1
"""As an input token: the zero vector, the start of a sequence."""

UNKNOWN = "unknown"
"""The class of a symbol that stands for those that a stored vocabulary lacks; without it their pieces are dropped."""

Work = Any
"""A domain object, such as a lead sheet: only its codec, reader and formats look inside."""

State: TypeAlias = "Mapping[str, NDArray[np.float32]]"
"""What a model carries from step to step, batch first: `lstm.0.hidden` (B, H), `lstm.0.cell` (B, H), ...

The names and the shapes behind B are the model's own affair. Zeros are the start of a sequence.
"""

Ints: TypeAlias = "NDArray[np.int32]"
Floats: TypeAlias = "NDArray[np.float32]"
Bools: TypeAlias = "NDArray[np.bool_]"


@dataclass(frozen=True)
class ContextField:
    """A categorical field of the context: its values are 0 to `size` - 1."""

    name: str
    size: int


@dataclass(frozen=True)
class OutputView:
    """What the symbols are relative to a context field, such as their interval from the last pitch.

    `classes[value][symbol]` is the class of the symbol, from 0 on, where the field has that value: (field size, V).
    """

    field: str
    classes: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> int:
        """How many classes there are."""
        return 1 + max(map(max, self.classes))


@dataclass(frozen=True)
class Vocabulary:
    """The symbols in their stored order, and the class of each (`pitch`, `duration`, ...)."""

    symbols: tuple[str, ...]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.symbols) != len(self.classes):
            raise ValueError(f"{len(self.symbols)} symbols, but {len(self.classes)} classes")
        if len(set(self.symbols)) != len(self.symbols):
            raise ValueError("a symbol stands in the vocabulary twice")

    def __len__(self) -> int:
        return len(self.symbols)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One encoded work.

    `tokens` (T,) int32; `context` (T, F) int32, row t being what is known about token t before it is seen.
    `group` names what must not straddle the split, such as all solos over one tune. `prompt` holds the options
    for which the codec's guide, fed with `tokens`, gives `context` again.
    """

    id: str
    group: str
    prompt: Mapping[str, Any]
    tokens: Ints
    context: Ints


@dataclass(frozen=True)
class Share:
    """Which rows of an optimizer step's batch of `total` rows a worker has: those from number `first` on."""

    first: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Training examples: `inputs`, `targets` (B, T) int32, `context` (B, T, F) int32 of the target.

    `weight` (B, T) float32 is 0 where masked, and sums to 1 over the whole optimizer step. Where several workers share
    the step, `share` says which of its rows these are.
    """

    inputs: Ints
    context: Ints
    targets: Ints
    weight: Floats
    share: Share | None = None


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """Architecture and sizes; nothing about an engine."""

    architecture: str
    vocabulary_size: int
    context_fields: tuple[ContextField, ...]
    options: Mapping[str, Any]
    output_views: tuple[OutputView, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BackendOptions:
    """What a backend is told beside the spec: `clip_norm` (0: off) is the largest global norm of the gradients.

    `workers` is how many processes train the model together, `rank` which of them this one is; see `Distributable`.
    """

    clip_norm: float = 0.0
    threads: int = 1
    workers: int = 1
    rank: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


@runtime_checkable
class Model(Protocol):
    """A trainable model, built by a backend."""

    def train_step(self, batch: Batch, state: State | None, *, learning_rate: float, seed: int) -> tuple[float, State]:
        """Update once. Return the sum of weight x nats before the update, and the state after the last step.

        `state` is where the sequences go on from, `None` for zeros; no gradient flows into it. `seed` decides
        everything random in the step (dropout).
        """

    def forward(self, inputs: Ints, context: Ints, state: State) -> tuple[Floats, State]:
        """Logits (B, T, V) float32 for inputs (B, T) and context (B, T, F), without dropout; the state after T."""

    def initial_state(self, batch_size: int) -> State:
        """The state before the first token: zeros."""

    def weights(self) -> dict[str, Floats]:
        """A copy of the weights, under the architecture's canonical names and shapes."""

    def load_weights(self, weights: Mapping[str, Floats]) -> None:
        """Take over `weights`, copied; the optimizer's state stays as it is."""

    def optimizer_state(self) -> dict[str, NDArray[Any]]:
        """`adam.m.<weight>`, `adam.v.<weight>` float32 and `adam.step` int64 (); may be empty, if declared so."""

    def load_optimizer_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `optimizer_state` gave, here or in another backend."""


class Architecture(Protocol):
    """A family of models: its options and its initial weights, the same for every backend."""

    @property
    def options(self) -> tuple[Option, ...]:
        """What a spec of this architecture can say."""

    def initial_weights(self, spec: ModelSpec, generator: np.random.Generator) -> dict[str, Floats]:
        """Draw the weights that training starts from."""


class Backend(Protocol):
    """An engine that builds trainable models."""

    architectures: Mapping[str, Architecture]

    def build(self, spec: ModelSpec, weights: Mapping[str, Floats], options: BackendOptions) -> Model:
        """A model of this engine that starts from `weights`."""

    def describe(self, options: BackendOptions) -> str:
        """The engine and its version in a few words, such as `PyTorch 2.13.0`."""


class Guides(Protocol):
    """Walks a batch of sequences: what is known of, and allowed as, each next token."""

    done: Bools
    """(B,): which sequences are complete."""

    def context(self) -> Ints:
        """(B, F) int32: the context of the next token; any valid value in rows that are done."""

    def allowed(self) -> Bools | Floats | None:
        """(B, V) bool, no row empty; `None` if everything is.

        Or float32 factors on the probabilities: 0 forbids, 1 leaves a token as likely as it is, 2 makes it twice as
        likely beside the others.
        """

    def accept(self, tokens: Ints) -> None:
        """Take the chosen tokens (B,); rows that are done ignore theirs."""

    def select(self, rows: Ints) -> Guides:
        """New guides of the given rows, copied; a row may be named more than once."""


class Codec(Protocol):
    """The two-way street between works and tokens.

    One that is made with `vocabulary=None` may add symbols to its vocabulary while works are encoded, in the order in
    which they appear; it is stored with the model once the corpus is encoded. One that is made with a stored
    vocabulary keeps to it.
    """

    options: Mapping[str, Any]
    vocabulary: Vocabulary
    context_fields: tuple[ContextField, ...]
    output_views: tuple[OutputView, ...]
    """What a model may know of the symbols relative to the context; empty if nothing."""

    def encode(self, work: Work) -> Piece:
        """The work as a piece; `DataError` says why a work can't be one."""

    def variants(self, piece: Piece) -> Iterator[Piece]:
        """The piece as augmented training data shows it, itself among them (for music: in other keys)."""

    def guides(self, prompts: Sequence[Mapping[str, Any]]) -> Guides:
        """Guides for a batch of prompts; `RequestError` if a prompt can't be followed."""

    def decode(self, tokens: Sequence[int], prompt: Mapping[str, Any]) -> Work:
        """The work that the tokens say; total: any tokens give a valid work or a `SeqforgeError`."""

    def units(self, tokens: Ints) -> dict[str, float]:
        """How much the tokens hold, in units that compare across codecs, such as `event`, `note` and `beat` (quarters).

        The first one is what results are given in; `token` is counted without being named.
        """


@dataclass(frozen=True)
class Source:
    """One source of a data set: used, or dropped for a reason.

    `notes` are facts about it, such as where its chords come from. A reader may yield a source among the works: one
    with a reason is an item that was dropped; one without adds its notes to those of the file.
    """

    name: str
    pieces: int
    reason: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Audit:
    """Every source of a data set: kept or dropped, and why."""

    sources: tuple[Source, ...]

    @property
    def kept(self) -> tuple[Source, ...]:
        """The sources that gave at least one piece."""
        return tuple(source for source in self.sources if source.pieces)

    @property
    def dropped(self) -> tuple[Source, ...]:
        """The sources that gave none, each with its reason."""
        return tuple(source for source in self.sources if not source.pieces)


class Dataset(Protocol):
    """A corpus, encoded."""

    codec: Codec
    licence: str
    citation: str

    def pieces(self) -> Iterable[Piece]:
        """All pieces, in a fixed order."""

    def audit(self) -> Audit:
        """What became of each source; complete once `pieces` is exhausted."""


class Reader(Protocol):
    """Turns a file into works."""

    def read(self, path: Path) -> Iterable[Work | Source]:
        """The works in the file, and what is to be said of it; `DataError` says why there are no works."""


class Processor(Protocol):
    """Changes logits before a token is drawn: a penalty, the temperature, a truncation."""

    def __call__(self, logits: NDArray[np.float64], history: Ints, token_class: Ints) -> NDArray[np.float64]:
        """New logits (B, V); minus infinity forbids.

        `history` (B, T) is what was chosen so far, NONE where a row was done; `token_class` (V,) numbers the class of
        each symbol.

        A processor that needs to know symbols or classes by name has a method `with_vocabulary(vocabulary)`: what it
        returns, a processor for models of this vocabulary, is used in its place.
        """


class Sampler(Protocol):
    """Chooses tokens."""

    def __call__(self, logits: NDArray[np.float64], uniform: NDArray[np.float64]) -> Ints:
        """Tokens (B,) for logits (B, V); `uniform` (B,) in [0, 1) is each row's only source of randomness."""


class Stepper(Protocol):
    """B sequences that a model goes through together, its state kept inside.

    What a sequence gets depends on its own tokens and context alone, never on how many others there are.
    """

    def step(self, tokens: Ints, context: Ints) -> Floats:
        """Logits (B, V) after the tokens (B,) in the context (B, F) of the next ones; valid until the next call."""

    def select(self, rows: Ints) -> Stepper:
        """One whose sequences go on from the given rows; a row may be named more than once."""


Score: TypeAlias = "Callable[[Floats, Guides, Ints], NDArray[np.float64]]"
"""Log-probabilities (B, V) of the next tokens, minus infinity forbidding, from a stepper's logits (B, V), guides that
are before these tokens, and what was chosen so far, (B, T). Guides and processors have their share in it.
"""


@runtime_checkable
class Search(Protocol):
    """Chooses whole sequences, of which it follows several at once."""

    def run(
        self, stepper: Stepper, guides: Guides, score: Score, *, count: int, generator: np.random.Generator
    ) -> list[Ints]:
        """`count` complete sequences of tokens (T,), the best one first.

        `stepper` and `guides` hold one sequence, at its start. `generator` is the only source of randomness. What a
        search follows beside what was asked for is its own affair: the first sequence is the same whatever `count`.
        """


class Format(Protocol):
    """Writes a work to a file."""

    def write(self, work: Work, path: Path) -> None:
        """Write `work` to `path`, in the place of whatever is there; equal works give equal bytes."""


class Metric(Protocol):
    """Measures works, one by one: numbers under the names that its spec declares."""

    def fit(self, works: Sequence[Work], groups: Sequence[str]) -> None:
        """Learn what values are relative to, such as an n-gram: the reference, and the group of each of its works.

        Called before `measure`, or not at all; the last call counts.
        """

    def measure(self, work: Work, group: str | None = None) -> Mapping[str, float]:
        """Every value, NaN where the work has none, or where it takes a `fit` that never was.

        With `group` it is as if the reference had no work of that group: so a work of the reference is measured as one
        that was never seen.
        """
