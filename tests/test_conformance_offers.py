"""The suite of codecs looks at what a codec offers beside what it must, and blames what is wrong with it alone."""

import pytest

PLUGIN = """
from dataclasses import replace
from seqforge import CodecSpec, Option, hookimpl
from seqforge_toy.plugin import seqforge_register_codecs as toy_codecs, seqforge_register_datasets as toy_datasets

PRIMER = (Option(name="primer", type=str, default=None, help="how it begins"),)

@hookimpl
def seqforge_register_codecs():
    return [CodecSpec(name="tested", target="tested:Codec", summary="for a test",
                      prompt_options=(*toy_codecs()[0].prompt_options, *PRIMER))]

@hookimpl
def seqforge_register_datasets():
    return [replace(toy_datasets()[0], name="tested-cycles", codecs=("tested",))]
"""

CODEC = """
from dataclasses import replace
import numpy as np
from seqforge import OutputView, QuotationView
from seqforge_toy.letters import LettersCodec, LettersGuides

class Guides(LettersGuides):
    def __init__(self, lengths, permitted, taken, primers):
        super().__init__(lengths, permitted, taken)
        self.primers = primers

    def allowed(self):
        allowed = super().allowed().copy()
        for row, primer in enumerate(self.primers):
            if self.taken[row] < len(primer):
                allowed[row] = np.arange(allowed.shape[1]) == primer[self.taken[row]]
        return allowed

    def select(self, rows):
        primers = [self.primers[row] for row in rows]
        return Guides(self.lengths[rows], self.permitted[rows], self.taken[rows], primers)

class Codec(LettersCodec):
    quotation = QuotationView(name="marks", view=OutputView("due", ((3,) * 5 + (0, 1, 2),) * 2), nothing=3)

    def __init__(self, *, vocabulary=None):
        super().__init__(alphabet=5, vocabulary=vocabulary)
        self.options = {}

    def alphabets(self, piece):
        letters = np.flatnonzero(piece.tokens < 5)
        return {"letters": (piece.tokens[letters], letters)}

    alphabet_name = "letters and marks"
    excerpt = 8

    def cut(self, piece, start, stop):
        prompt = {**piece.prompt, "from": start, "to": stop}
        return replace(piece, prompt=prompt, tokens=piece.tokens[start:stop], context=piece.context[start:stop])

    def place(self, piece, token):
        return f"letter {token // 2 + 1}"

    def resolve(self, given):
        return {**given, "avoid": given["avoid"].lower()} if "avoid" in given else given

    def with_primer(self, prompt, piece):
        return {**prompt, "primer": "".join(self.vocabulary.symbols[token] for token in piece.tokens)}

    def guides(self, prompts):
        guides = super().guides(prompts)
        numbers = {symbol: number for number, symbol in enumerate(self.vocabulary.symbols)}
        primers = [[numbers[symbol] for symbol in prompt.get("primer") or ""] for prompt in prompts]
        starts = np.array([prompt.get("from", 0) for prompt in prompts])
        stops = np.array([prompt.get("to", length) for prompt, length in zip(prompts, guides.lengths)])
        return Guides(stops, guides.permitted, starts, primers)
"""

WRONG_OFFERS = {
    "a quotation is told by the context": [
        "Codec.quotation = QuotationView(name='marks', view=OutputView('dew', ((0,) * 8,) * 2), nothing=3)",
        "Codec.quotation = QuotationView(name='marks', view=OutputView('due', ((0,) * 8,)), nothing=3)",
        "Codec.quotation = QuotationView(name='marks', view=OutputView('due', ((0,) * 7,) * 2), nothing=3)",
        "Codec.quotation = QuotationView(name='', view=OutputView('due', ((0,) * 8,) * 2), nothing=3)",
        "del Codec.alphabets",
        "del Codec.quotation",
    ],
    "a quotation is the same in every variant": [
        "Codec.quotation = QuotationView(name='all', view=OutputView('due', (tuple(range(8)),) * 2), nothing=8)",
        "Codec.quotation = QuotationView(name='none', view=OutputView('due', ((0,) * 8,) * 2), nothing=0)",
    ],
    "alphabets have a token for each value": [
        "Codec.alphabets = lambda self, piece: {'letters': (piece.tokens[:4], np.arange(3))}",
        "Codec.alphabets = lambda self, piece: {'letters': (piece.tokens, np.arange(len(piece.tokens)) + 1)}",
        "Codec.alphabets = lambda self, piece: {'letters': (piece.tokens, np.arange(len(piece.tokens))[::-1])}",
        "Codec.alphabets = lambda self, piece: {'letters': (piece.tokens - 9, np.arange(len(piece.tokens)))}",
        "Codec.alphabets = lambda self, piece: {'letters': (piece.tokens / 2, np.arange(len(piece.tokens)))}",
        "Codec.alphabets = lambda self, piece: {'marks': (piece.tokens, np.arange(len(piece.tokens)))}",
        "Codec.alphabets = lambda self, piece: {piece.id: (piece.tokens, np.arange(len(piece.tokens)))}",
    ],
    "what tokens are called is a word or two": [
        "Codec.alphabet_name = 5",
        "Codec.alphabet_name = ' '",
        "Codec.alphabet_name = 'letters' + chr(10)",
    ],
    "a part of a piece is a piece": [
        "del Codec.cut",
        "del Codec.excerpt",
        "Codec.excerpt = 0",
        "Codec.cut = lambda self, piece, start, stop: piece",
        "cut = Codec.cut\n"
        "Codec.cut = lambda self, piece, start, stop: replace(cut(self, piece, start, stop), group='part')",
        "cut = Codec.cut\n"
        "Codec.cut = lambda self, piece, start, stop: replace(cut(self, piece, start, stop), prompt=piece.prompt)",
        "cut = Codec.cut\n"
        "Codec.cut = lambda self, piece, start, stop: cut(self, piece, start, max(stop - 1, start + 1))",
    ],
    "a place is a word or two": [
        "Codec.place = lambda self, piece, token: token",
        "Codec.place = lambda self, piece, token: ''",
        "Codec.place = lambda self, piece, token: f'bar {token}' + chr(10)",
        "Codec.place = lambda self, piece, token: 'bar ' * 40",
        "Codec.place = lambda self, piece, token: {0: 'first'}[token]",
    ],
    "resolving a prompt twice changes nothing more": [
        "Codec.resolve = lambda self, given: {**given, 'length': given.get('length', 8) + 1}",
        "Codec.resolve = lambda self, given: {**given, 'colour': 'red'}",
        "Codec.resolve = lambda self, given: given.setdefault('length', 8) and given",
        "Codec.resolve = lambda self, given: {**given, 'length': 0}",
    ],
    "a resolved prompt leads where it led before": [
        "Codec.resolve = lambda self, given: {**given, 'length': 2}",
    ],
    "a primer comes first and whole": [
        "Codec.with_primer = lambda self, prompt, piece: prompt",
        "Codec.with_primer = lambda self, prompt, piece: {**prompt, 'primer': 'a.'}",
        "primed = Codec.with_primer\n"
        "Codec.with_primer = lambda self, prompt, piece: prompt.update(primed(self, prompt, piece)) or prompt",
        "Codec.with_primer = lambda self, prompt, piece: {**prompt, 'beginning': 'a.'}",
        "Codec.with_primer = lambda self, prompt, piece: {**prompt, 'primer': piece.tokens.tolist()}",
    ],
}


def of(checks, outcome):
    return [name for (part, name), check in checks.items() if check["outcome"] == outcome and part == "codec tested"]


@pytest.mark.parametrize(("broken", "flaw"), [(name, flaw) for name, flaws in WRONG_OFFERS.items() for flaw in flaws])
def test_a_wrong_offer_is_blamed_for_what_is_wrong(check, broken, flaw):
    outcome, checks = check(PLUGIN, CODEC + flaw + "\n")
    assert of(checks, "failed") == [broken]
    assert outcome.status == 3


def test_a_primer_that_has_no_option_is_none(check):
    outcome, checks = check(PLUGIN.replace(", *PRIMER", ","), CODEC)
    assert of(checks, "failed") == ["a primer comes first and whole"]
    assert "no prompt option `primer`" in outcome.out


def test_a_codec_that_offers_everything_passes(check):
    outcome, checks = check(PLUGIN, CODEC)
    assert outcome.status == 0, outcome.err
    assert {found["outcome"] for found in checks.values()} == {"passed"}


def test_what_is_not_offered_is_not_looked_at(check):
    offered = ("quotation", "alphabets", "alphabet_name", "cut", "excerpt", "place", "resolve", "with_primer")
    outcome, checks = check(PLUGIN, CODEC + "".join(f"del Codec.{name}\n" for name in offered))
    assert outcome.status == 0, outcome.err
    assert sorted(of(checks, "does not apply")) == sorted(WRONG_OFFERS)
