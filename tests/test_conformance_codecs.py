"""The suite of codecs blames a wrong codec for what is wrong with it, and for nothing else."""

import pytest

IMPORTS = "from seqforge import CodecSpec, hookimpl\n"

CODEC = """
import numpy as np
from seqforge_toy.letters import LettersCodec, LettersGuides
from seqforge import Vocabulary, ContextField

class Codec(LettersCodec):
    def __init__(self, *, vocabulary=None):
        super().__init__(alphabet=5, vocabulary=vocabulary)
        self.options = {}
"""

WRONG_CODECS = {
    "the guide says the stored context": """
class Guides(LettersGuides):
    def context(self):
        context = super().context()
        context[:, 1] = (context[:, 1] + 1) % 8
        return context
    def select(self, rows):
        return Guides(self.lengths[rows], self.permitted[rows], self.taken[rows])
""",
    "the guide allows the stored tokens": """
class Guides(LettersGuides):
    def allowed(self):
        allowed = super().allowed().copy()
        allowed[:, 1] = False
        return allowed
    def select(self, rows):
        return Guides(self.lengths[rows], self.permitted[rows], self.taken[rows])
""",
    "guides of a batch equal single ones": """
class Guides(LettersGuides):
    def allowed(self):
        allowed = super().allowed().copy()
        allowed[1:] = True
        return allowed
    def select(self, rows):
        return Guides(self.lengths[rows], self.permitted[rows], self.taken[rows])
""",
    "selected guides are copies": """
class Guides(LettersGuides):
    def accept(self, tokens):
        self.taken += ~self.done
    def select(self, rows):
        taken = self.taken[: len(rows)] if len(self.taken) > len(rows) else self.taken[rows]
        return Guides(self.lengths[rows], self.permitted[rows], taken)
""",
    "works round trip": """
Guides = LettersGuides
def decode(self, tokens, prompt):
    return LettersCodec.decode(self, list(tokens)[:-2] or list(tokens), prompt)
Codec.decode = decode
""",
    "decoding is total": """
Guides = LettersGuides
def decode(self, tokens, prompt):
    work = LettersCodec.decode(self, tokens, prompt)
    assert work.text[1:2] in (".", "-", "="), "what is that"
    return work
Codec.decode = decode
""",
    "units are positive and add up": """
Guides = LettersGuides
Codec.units = lambda self, tokens: {"event": float(len(tokens)) ** 2}
""",
    "variants are pieces and contain the piece": """
Guides = LettersGuides
Codec.variants = lambda self, piece: list(LettersCodec.variants(self, piece))[1:]
""",
    "the vocabulary is the same in every process": """
Guides = LettersGuides
def __init__(self, *, vocabulary=None):
    letters = tuple({"a", "b", "c", "d", "e"})
    vocabulary = vocabulary or Vocabulary((*letters, *".-="), ("letter",) * 5 + ("mark",) * 3)
    LettersCodec.__init__(self, alphabet=5, vocabulary=vocabulary)
    self.options = {}
Codec.__init__ = __init__
""",
}

CODEC_END = """
def guides(self, prompts):
    guides = LettersCodec.guides(self, prompts)
    return Guides(guides.lengths, guides.permitted, guides.taken)
Codec.guides = guides
"""

CODEC_PLUGIN = (
    IMPORTS
    + """
from seqforge_toy.plugin import seqforge_register_codecs as toy_codecs

@hookimpl
def seqforge_register_codecs():
    return [CodecSpec(name="tested", target="tested:Codec", summary="for a test",
                      prompt_options=toy_codecs()[0].prompt_options)]

@hookimpl
def seqforge_register_datasets():
    from dataclasses import replace
    from seqforge_toy.plugin import seqforge_register_datasets as toy_datasets
    return [replace(toy_datasets()[0], name="tested-cycles", codecs=("tested",))]
"""
)


def of(checks, outcome, part):
    return [name for (its, name), check in checks.items() if check["outcome"] == outcome and its == part]


@pytest.mark.parametrize("broken", WRONG_CODECS)
def test_a_wrong_codec_is_blamed_for_what_is_wrong(check, broken):
    outcome, checks = check(CODEC_PLUGIN, CODEC + WRONG_CODECS[broken] + CODEC_END)
    assert of(checks, "failed", "codec tested") == [broken]
    assert outcome.status == 3
    assert broken in outcome.err


def test_a_codec_that_can_not_encode_is_blamed_for_that_alone(check):
    broken = "Guides = LettersGuides\ndef encode(self, work):\n    raise KeyError(work)\nCodec.encode = encode\n"
    outcome, checks = check(CODEC_PLUGIN, CODEC + broken + CODEC_END)
    assert of(checks, "failed", "codec tested") == ["its pieces can be had"]
    assert of(checks, "failed", "data set tested-cycles") == ["there are pieces"]
    assert checks["codec tested", "works round trip"]["detail"] == "'its pieces can be had' failed"
    assert outcome.status == 3


def test_a_right_codec_and_its_data_set_pass(check):
    outcome, checks = check(CODEC_PLUGIN, CODEC + "Guides = LettersGuides\n" + CODEC_END, name="a-tested-thing")
    assert (outcome.status, outcome.err) == (0, "")
    assert {check["outcome"] for check in checks.values()} == {"passed", "does not apply"}
    assert {part for part, _ in checks} == {"codec tested", "data set tested-cycles"}
