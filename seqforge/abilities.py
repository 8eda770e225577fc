"""What a codec may do beside what it must: say what a quotation is, name places, show and draw its works.

Each ability is a protocol; a codec that has its method has it. Shapes: N values, T steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from seqforge.interfaces import OutputView, Piece, Work

if TYPE_CHECKING:  # at run time nothing here needs NumPy, and a list of plugins does not wait for it
    import numpy as np
    from numpy.typing import NDArray

    from seqforge.interfaces import Ints

__all__ = ["Divisible", "Drawing", "Naming", "Placing", "Quotable", "QuotationView", "Showing", "Shown", "View"]


@dataclass(frozen=True)
class QuotationView:
    """What a quotation is made of, in whatever key: the classes that an output view gives to the tokens, one by one.

    Tokens of the class `nothing`, such as rests, are passed over: they neither go on with a quotation nor end it.
    `name` is what the classes are, in the plural.
    """

    name: str
    view: OutputView
    nothing: int


@runtime_checkable
class Quotable(Protocol):
    """A codec that says what a quotation is. With any other, tokens are compared as they are."""

    quotation: QuotationView

    def alphabets(self, piece: Piece) -> Mapping[str, tuple[Ints, Ints]]:
        """What pieces are to be compared in beside `quotation`, by name.

        Values (N,) from 0 on, and for each the token (N,) that it is complete with.
        """


@runtime_checkable
class Placing(Protocol):
    """A codec that says where a token stands."""

    def place(self, piece: Piece, token: int) -> str:
        """The place of the token of that index, in a word or two: `bar 17`."""


@runtime_checkable
class Naming(Protocol):
    """A codec that says what its tokens are: what quotations are counted in where it is not `Quotable`."""

    alphabet_name: str
    """In the plural: `characters`."""


@runtime_checkable
class Divisible(Protocol):
    """A codec any part of whose pieces is a piece, too: they can be split in order, and long ones judged by parts."""

    excerpt: int
    """How many tokens a part has that is worth judging beside a take."""

    def cut(self, piece: Piece, start: int, stop: int) -> Piece:
        """The tokens from `start` to before `stop` as a piece that knows nothing of the others; its names stay."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a page shows of a piece: its tokens from `tokens[0]` to before `tokens[1]`, a whole take or a passage.

    `work` is what the whole piece decodes to. `nats` (T,) is what each token of the piece surprises the model by,
    `None` where that is not known.
    """

    title: str
    piece: Piece
    work: Work
    tokens: tuple[int, int]
    nats: NDArray[np.float64] | None = None


@dataclass(frozen=True, kw_only=True)
class View:
    """The part of a page that shows and plays works: markup, style and script, and a JSON value for each work.

    The first three come into the page as they are; texts from files belong into `data`. docs/report.md says what the
    page gives the script, and what it asks of it.
    """

    html: str
    style: str
    script: str
    data: tuple[Any, ...]


@runtime_checkable
class Showing(Protocol):
    """A codec that says what its works look and sound like on a page. Works of any other are shown as text."""

    def show(self, shown: Sequence[Shown]) -> View:
        """The part of the page for these, its `data` in the same order."""


@runtime_checkable
class Drawing(Protocol):
    """A codec that draws its works in characters, for a terminal. Works of any other are only named there."""

    def draw(self, work: Work, columns: int, lines: int) -> str:
        """A picture of at most so many lines, none of them longer than `columns`; empty if there is no room for it.

        Where the work does not fit, it is its beginning, and says so.
        """
