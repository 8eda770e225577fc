"""The codec `characters`: a text is its characters, and the vocabulary is what the training text holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqforge import UNKNOWN, ContextField, DataError, OutputView, Piece, RequestError, Vocabulary
from seqforge_text.continuation import Continuation, Continuations
from seqforge_text.escapes import unescaped
from seqforge_text.excerpt import beginning
from seqforge_text.text import REPLACEMENT, Text

__all__ = ["CharactersCodec"]

Ints = NDArray[np.int32]

_UNKNOWN = 0
_LINE_BREAK = "\n"
_MOST_NAMED = 60


class CharactersCodec:
    """Characters as tokens; the first symbol stands for characters that the vocabulary lacks.

    With `lowercase` capitals are small letters. What a text has fewer than `min_count` times is unknown. A take that is
    to go on from nothing in particular begins behind a line break, which is not part of it: there is one beginning of a
    file to learn from, and many of lines.
    """

    context_fields: tuple[ContextField, ...] = ()
    output_views: tuple[OutputView, ...] = ()
    alphabet_name = "characters"
    excerpt = 500

    def __init__(self, *, lowercase: bool, min_count: int, vocabulary: Vocabulary | None = None) -> None:
        self.options = {"lowercase": lowercase, "min_count": min_count}
        self._lowercase = lowercase
        self._min_count = min_count
        self._is_stored = vocabulary is not None
        symbols = vocabulary.symbols if vocabulary is not None else (UNKNOWN,)
        self._numbers = {symbol: number for number, symbol in enumerate(symbols)}

    @property
    def vocabulary(self) -> Vocabulary:
        """See `seqforge.Codec.vocabulary`."""
        symbols = tuple(self._numbers)
        return Vocabulary(symbols, tuple(map(_kind, symbols)))

    def encode(self, work: Text) -> Piece:
        """See `seqforge.Codec.encode`."""
        text = work.text.lower() if self._lowercase else work.text
        if not text:
            raise DataError("there is no character in it")
        if not self._is_stored:
            for symbol in dict.fromkeys(text):  # in the order in which they come
                if symbol != REPLACEMENT and (self._min_count == 1 or text.count(symbol) >= self._min_count):
                    self._numbers.setdefault(symbol, len(self._numbers))
        tokens = self._tokens(text)
        return _piece(work.name, work.group, tokens)

    def variants(self, piece: Piece) -> Iterator[Piece]:
        """See `seqforge.Codec.variants`."""
        yield piece

    def cut(self, piece: Piece, start: int, stop: int) -> Piece:
        """See `seqforge.Divisible.cut`."""
        return _piece(piece.id, piece.group, piece.tokens[start:stop])

    def guides(self, prompts: Sequence[Mapping[str, Any]]) -> Continuations:
        """See `seqforge.Codec.guides`."""
        return Continuations([self._continuation(prompt) for prompt in prompts], len(self._numbers))

    def decode(self, tokens: Sequence[int], prompt: Mapping[str, Any]) -> Text:
        """See `seqforge.Codec.decode`; unknown characters are Unicode's replacement character."""
        written = [REPLACEMENT, *list(self._numbers)[1:]]
        text = "".join(written[token] for token in tokens)
        return Text(text.removeprefix(_LINE_BREAK) if _begins_a_line(prompt) else text)

    def units(self, tokens: Ints) -> dict[str, float]:
        """See `seqforge.Codec.units`."""
        return {"character": float(len(tokens))}

    def place(self, piece: Piece, token: int) -> str:
        """See `seqforge.Placing.place`."""
        line_break = self._numbers.get(_LINE_BREAK, -1)
        breaks = int((piece.tokens[:token] == line_break).sum())
        return f"line {max(1, breaks + (not _begins_a_line(piece.prompt))):,}"

    def draw(self, work: Text, columns: int, lines: int) -> str:
        """See `seqforge.Drawing.draw`: its beginning."""
        return beginning(work.text, columns, lines)

    def _continuation(self, prompt: Mapping[str, Any]) -> Continuation:
        start, stop = (self._typed(name, prompt.get(name) or "") for name in ("prompt", "stop"))
        if _begins_a_line(prompt) and _LINE_BREAK in self._numbers:
            start = [self._numbers[_LINE_BREAK]]
        return Continuation(
            start=start, stop=stop, length=int(prompt["length"]), may_be_unknown=bool(prompt.get("unknown"))
        )

    def _typed(self, name: str, typed: str) -> list[int]:
        """The tokens of a text that was typed; `RequestError` for one that the model can't write."""
        text = unescaped(typed)
        text = text.lower() if self._lowercase else text
        lacking = list(dict.fromkeys(symbol for symbol in text if symbol not in self._numbers))
        if lacking and len(self._numbers) > 1:  # else nothing is known of the characters yet
            known = "".join(symbol for symbol in sorted(self._numbers) if len(symbol) == 1 and symbol.isprintable())
            more = " ..." if len(known) > _MOST_NAMED else ""
            raise RequestError(
                f"--{name} has {', '.join(map(repr, lacking[:3]))}, which the model's training text has not; "
                f"allowed: {known[:_MOST_NAMED].strip()}{more}"
            )
        return [self._numbers.get(symbol, _UNKNOWN) for symbol in text]

    def _tokens(self, text: str) -> Ints:
        """The number of each character; a table, since a text may be a library."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        table = np.full(int(codes.max(initial=0)) + 1, _UNKNOWN, np.int32)
        for symbol in dict.fromkeys(text):
            table[ord(symbol)] = self._numbers.get(symbol, _UNKNOWN)
        return np.asarray(table[codes])


def _kind(symbol: str) -> str:
    """The class of a symbol."""
    if symbol == UNKNOWN:
        return UNKNOWN
    return "letter" if symbol.isalpha() else "digit" if symbol.isdigit() else "space" if symbol.isspace() else "mark"


def _begins_a_line(prompt: Mapping[str, Any]) -> bool:
    """Whether nobody said what to go on from; pieces say that they begin with their own first token."""
    return prompt.get("prompt") is None


def _piece(name: str, group: str, tokens: Ints) -> Piece:
    return Piece(
        id=name,
        group=group,
        prompt={"prompt": "", "stop": None, "unknown": True, "length": len(tokens)},
        tokens=tokens,
        context=np.zeros((len(tokens), 0), np.int32),
    )
