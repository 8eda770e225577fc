"""The codec `letters`: works are texts such as `a.b-`, a letter and its mark after one another."""

from dataclasses import dataclass

import numpy as np

from seqforge import ContextField, DataError, Piece, RequestError, Vocabulary

MARKS = ".-="
BAR = 8


@dataclass(frozen=True)
class Letters:
    text: str
    name: str = ""
    group: str = ""

    def __str__(self):
        return self.text


class LettersCodec:
    context_fields = (ContextField("due", 2), ContextField("place", BAR))
    output_views = ()

    def __init__(self, *, alphabet, vocabulary=None):
        self.options = {"alphabet": alphabet}
        self.alphabet = alphabet
        letters = tuple("abcdefghi"[:alphabet])
        self.vocabulary = vocabulary or Vocabulary((*letters, *MARKS), ("letter",) * alphabet + ("mark",) * len(MARKS))

    def encode(self, work):
        numbers = {symbol: number for number, symbol in enumerate(self.vocabulary.symbols)}
        if not work.text or len(work.text) % 2:
            raise DataError(f"'{work.text}' is not made of letters with a mark each")
        for place, symbol in enumerate(work.text):
            number = numbers.get(symbol)
            if number is None or (number < self.alphabet) != (place % 2 == 0):
                raise DataError(f"'{work.text}' has '{symbol}' where that can't stand")
        tokens = np.array([numbers[symbol] for symbol in work.text], np.int32)
        steps = np.arange(len(tokens))
        return Piece(
            id=work.name,
            group=work.group,
            prompt={"length": len(tokens) // 2, "avoid": None, "legato": False},
            tokens=tokens,
            context=np.stack([steps % 2, steps // 2 % BAR], axis=1).astype(np.int32),
        )

    def variants(self, piece):
        for shift in range(self.alphabet):
            moved = np.where(piece.tokens < self.alphabet, (piece.tokens + shift) % self.alphabet, piece.tokens)
            yield Piece(
                id=f"{piece.id}+{shift}",
                group=piece.group,
                prompt=piece.prompt,
                tokens=moved.astype(np.int32),
                context=piece.context,
            )

    def guides(self, prompts):
        return LettersGuides(
            [2 * prompt["length"] for prompt in prompts],
            np.stack([self._permitted(prompt) for prompt in prompts]),
            np.zeros(len(prompts), np.int64),
        )

    def _permitted(self, prompt):
        """(2, V): the tokens that may come where a letter is due, and where a mark is."""
        avoided = prompt["avoid"] or ""
        letters = [symbol not in avoided for symbol in self.vocabulary.symbols[: self.alphabet]]
        if not any(letters):
            raise RequestError(f"--avoid is '{avoided}', all letters that there are; leave one out")
        marks = [mark != "." or not prompt["legato"] for mark in MARKS]
        return np.array([letters + [False] * len(MARKS), [False] * self.alphabet + marks])

    def decode(self, tokens, prompt):
        return Letters("".join(self.vocabulary.symbols[token] for token in tokens))

    def draw(self, work, columns, lines):
        """The letters alone, as steps."""
        letters = work.text[::2][:columns]
        rows = [" ".join(letters), *("~" * place for place in range(lines))]
        return "\n".join(row[:columns] for row in rows[:lines])

    def units(self, tokens):
        marks = tokens[tokens >= self.alphabet] - self.alphabet
        return {"event": float(len(tokens) / 2), "beat": float(np.sum(marks + 1))}


class LettersGuides:
    def __init__(self, lengths, permitted, taken):
        self.lengths = np.asarray(lengths)
        self.permitted = permitted
        self.taken = taken

    @property
    def done(self):
        return self.taken >= self.lengths

    def context(self):
        return np.stack([self.taken % 2, self.taken // 2 % BAR], axis=1).astype(np.int32)

    def allowed(self):
        return self.permitted[np.arange(len(self.taken)), self.taken % 2]

    def accept(self, tokens):
        self.taken = self.taken + ~self.done

    def select(self, rows):
        return LettersGuides(self.lengths[rows], self.permitted[rows], self.taken[rows])


class FreshLetter:
    """Forbids the letter before the last mark."""

    def __init__(self, *, fresh_letter):
        self.fresh_letter = fresh_letter

    def __call__(self, logits, history, token_class):
        if history.shape[1] < 2:
            return logits
        before = history[:, -2]
        changed = logits.copy()
        rows = np.flatnonzero((before >= 0) & (token_class[before] == 0))
        changed[rows, before[rows]] = -np.inf
        return changed
