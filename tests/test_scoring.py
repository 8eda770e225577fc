"""Scoring: whole pieces, state carried, every token counted."""

import numpy as np
import pytest

from seqforge.evaluation.scoring import piece_nats, score, score_from_nats
from seqforge.files.model_file import read_model
from seqforge.interfaces import NONE, BackendOptions
from seqforge.numpy_backend.backend import NumpyBackend


@pytest.fixture(scope="module")
def model(toy_run):
    file = read_model(toy_run / "model.safetensors")
    return NumpyBackend().build(file.spec, file.weights, BackendOptions())


@pytest.fixture(scope="module")
def pieces(toy_codec):
    """Pieces of many lengths around the 128 steps of a chunk and the 16 rows of a call."""
    from seqforge_toy.letters import Letters

    generator = np.random.default_rng(3)
    lengths = [1, 2, 63, 64, 65, 127, 128, 129, 200, *generator.integers(1, 90, 12)]
    return [
        toy_codec.encode(Letters("".join(generator.choice(["a.", "b-", "c=", "d.", "e-"], length)), str(number)))
        for number, length in enumerate(lengths)
    ]


def nats_in_one_go(model, piece):
    """The whole piece in one call of the model, without chunks or rows of other pieces."""
    inputs = np.concatenate([[NONE], piece.tokens[:-1]]).astype(np.int32)
    logits, _ = model.forward(inputs[None], piece.context[None], model.initial_state(1))
    values = logits[0].astype(np.float64)
    chosen = values[np.arange(len(inputs)), piece.tokens]
    return float((np.log(np.exp(values).sum(axis=1)) - chosen).sum())


def test_nats_are_those_of_a_forward_pass_over_the_whole_piece(model, pieces):
    expected = [nats_in_one_go(model, piece) for piece in pieces]
    assert piece_nats(model, pieces) == pytest.approx(expected, rel=1e-5)


def test_the_order_of_the_pieces_plays_no_role(model, pieces):
    forward, backward = piece_nats(model, pieces), piece_nats(model, pieces[::-1])
    assert forward == backward[::-1]


def test_a_piece_scores_the_same_alone(model, pieces):
    together = piece_nats(model, pieces)
    assert [piece_nats(model, [piece])[0] for piece in pieces] == together


def test_the_model_is_left_as_it_was(model, pieces):
    before = model.weights()
    piece_nats(model, pieces)
    for name, weight in model.weights().items():
        assert np.array_equal(weight, before[name])


def test_units_are_those_of_the_codec(model, pieces, toy_codec):
    result = score(model, pieces, toy_codec)
    tokens = sum(len(piece.tokens) for piece in pieces)
    beats = sum(toy_codec.units(piece.tokens)["beat"] for piece in pieces)
    assert result.nats == pytest.approx(sum(piece_nats(model, pieces)))
    assert result.units == {"token": tokens, "event": tokens / 2, "beat": beats}
    assert result.per("event") == pytest.approx(2 * result.per("token"))
    assert result.rates() == pytest.approx({"token": result.nats / tokens, "event": 2 * result.nats / tokens,
                                            "beat": result.nats / beats})  # fmt: skip


def test_a_unit_that_does_not_occur_has_no_rate(pieces):
    class NoBeats:
        def units(self, tokens):
            return {"event": len(tokens), "beat": 0}

    rates = score_from_nats([1.0], pieces[:1], NoBeats()).rates()
    assert set(rates) == {"token", "event"}
