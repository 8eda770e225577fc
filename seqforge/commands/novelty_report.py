"""How much was copied, in words: the verdict, the longest quotation, and the shares of n-grams as a table."""

from __future__ import annotations

from collections.abc import Iterator

from seqforge.commands.screen import printable
from seqforge.evaluation.novelty import HELD_OUT, AlphabetNovelty, Novelty, Share

__all__ = ["novelty_lines", "verdict_lines"]

_SHOWN = range(4, 17, 2)


def novelty_lines(novelty: Novelty) -> list[str]:
    """Everything but the longest quotation of each piece, which --json has."""
    header = ["n", *(alphabet.name for alphabet in novelty.alphabets)]
    rows = [[str(n), *(_cell(alphabet, n) for alphabet in novelty.alphabets)] for n in _SHOWN]
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    beside = f"{novelty.baseline} [95 % interval]" if novelty.baseline == HELD_OUT else novelty.baseline
    return [
        f"shares of n-grams that occur in {novelty.corpus}, and beside them those of {beside}:",
        *("  ".join(map(str.ljust, row, widths)).rstrip() for row in [header, *rows]),
        *verdict_lines(novelty),
    ]


def verdict_lines(novelty: Novelty) -> list[str]:
    """The longest quotation in each alphabet, and the verdict."""
    return [*_longest(novelty), f"{novelty.verdict.value}: {novelty.reason}"]


def _cell(alphabet: AlphabetNovelty, n: int) -> str:
    share = next(share for share in alphabet.shares if share.n == n)
    return f"{_percent(share.generated)}  {_percent(share.usual)}{_limits(share)}"


def _limits(share: Share) -> str:
    if share.usual_low is None or share.usual_high is None:
        return ""
    return f" [{100 * share.usual_low:.1f}, {100 * share.usual_high:.1f}]"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _longest(novelty: Novelty) -> Iterator[str]:
    for alphabet in novelty.alphabets:
        found = alphabet.longest
        if found is None:
            yield f"no quotation of {novelty.corpus} in {alphabet.name}"
            continue
        usual = "" if alphabet.usual_longest is None else f"; half of the held-out pieces: {alphabet.usual_longest:g}"
        yield (
            f"longest quotation of {novelty.corpus}: {found.length} {alphabet.name} ({printable(found.piece)}, "
            f"{found.place}; from {printable(found.source)}, {found.source_place}{usual})"
        )
