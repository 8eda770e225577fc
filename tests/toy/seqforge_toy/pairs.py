"""The codec `pairs`: a letter with its mark is one symbol, and the vocabulary is what the corpus holds."""

import numpy as np

from seqforge import DataError, Piece, Vocabulary
from seqforge_toy.letters import Letters


class PairsCodec:
    context_fields = ()
    output_views = ()

    def __init__(self, *, vocabulary=None):
        self.options = {}
        self.stored = vocabulary is not None
        self.numbers = {symbol: number for number, symbol in enumerate(vocabulary.symbols if self.stored else ())}

    @property
    def vocabulary(self):
        return Vocabulary(tuple(self.numbers), ("pair",) * len(self.numbers))

    def encode(self, work):
        pairs = [work.text[place : place + 2] for place in range(0, len(work.text), 2)]
        for pair in pairs:
            if self.stored and pair not in self.numbers:
                raise DataError(f"'{pair}' is not in the vocabulary")
            self.numbers.setdefault(pair, len(self.numbers))
        tokens = np.array([self.numbers[pair] for pair in pairs], np.int32)
        context = np.zeros((len(tokens), 0), np.int32)
        return Piece(id=work.name, group=work.group, prompt={"length": len(tokens)}, tokens=tokens, context=context)

    def variants(self, piece):
        yield piece

    def guides(self, prompts):
        return PairsGuides(np.array([prompt["length"] for prompt in prompts]))

    def decode(self, tokens, prompt):
        return Letters("".join(self.vocabulary.symbols[token] for token in tokens))

    def units(self, tokens):
        return {"event": float(len(tokens))}


class PairsGuides:
    def __init__(self, left):
        self.left = left

    @property
    def done(self):
        return self.left <= 0

    def context(self):
        return np.zeros((len(self.left), 0), np.int32)

    def allowed(self):
        return None

    def accept(self, tokens):
        self.left = self.left - 1

    def select(self, rows):
        return PairsGuides(self.left[rows])
