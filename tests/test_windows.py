"""Windows: every token is a target once an epoch, and what a step is given belongs to it."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge.interfaces import NONE, Piece
from seqforge.windows import WindowPolicy, epoch_tokens, window_batches

LENGTHS = st.lists(st.integers(1, 30), min_size=1, max_size=6)
SEED = st.integers(0, 5)


def make_pieces(lengths):
    """Pieces whose tokens are all different: 0, 1, 2, ... over all of them; the context tells the token again."""
    pieces, first = [], 0
    for number, length in enumerate(lengths):
        tokens = np.arange(first, first + length, dtype=np.int32)
        context = np.stack([tokens, np.arange(length, dtype=np.int32)], axis=1)
        pieces.append(Piece(id=str(number), group=str(number), prompt={}, tokens=tokens, context=context))
        first += length
    return pieces


@st.composite
def policies(draw, **fixed):
    choices = {
        "length": st.integers(1, 12),
        "batch_size": st.integers(1, 5),
        "first_input": st.sampled_from(["previous", "none"]),
    }
    return WindowPolicy(**{name: draw(choice) for name, choice in choices.items()}, **fixed)


def take(pieces, policy, seed, count):
    return list(itertools.islice(window_batches(pieces, policy, seed), count))


def targets_of(example):
    return example.batch.targets[example.batch.weight > 0].tolist()


def check_rows(example, pieces, policy):
    """Each row is a stretch of one piece: inputs are the tokens before, contexts those of the targets."""
    firsts = {int(piece.tokens[0]) for piece in pieces}
    batch = example.batch
    assert batch.inputs.shape == batch.targets.shape == batch.weight.shape == batch.context.shape[:2]
    assert batch.targets.shape[1] == policy.length
    assert batch.weight.sum() == pytest.approx(1, abs=1e-5)
    assert len(set(batch.weight[batch.weight > 0].tolist())) == 1, "every token counts alike"
    assert example.tokens == (batch.weight > 0).sum()
    for inputs, targets, context, weight in zip(batch.inputs, batch.targets, batch.context, batch.weight, strict=True):
        size = int((weight > 0).sum())
        assert size > 0
        assert not weight[size:].any()
        assert np.array_equal(targets[:size], np.arange(targets[0], targets[0] + size))
        assert np.array_equal(inputs[1:size], targets[: size - 1])
        begins = int(targets[0]) in firsts
        assert inputs[0] == (targets[0] - 1 if policy.first_input == "previous" and not begins else NONE)
        assert np.array_equal(context[:size, 0], targets[:size])
        assert (inputs[size:] == NONE).all()


@given(lengths=LENGTHS, policy=policies(), seed=SEED)
def test_every_token_is_a_target_once_an_epoch(lengths, policy, seed):
    pieces = make_pieces(lengths)
    windows = sum(-(-length // policy.length) for length in lengths)
    an_epoch = -(-windows // policy.batch_size)
    examples = take(pieces, policy, seed, 2 * an_epoch)
    for example in examples:
        check_rows(example, pieces, policy)
        assert example.fresh.all()
    for epoch in (examples[:an_epoch], examples[an_epoch:]):
        assert sorted(token for example in epoch for token in targets_of(example)) == list(range(sum(lengths)))
        assert sum(example.tokens for example in epoch) == epoch_tokens(pieces, policy)


@given(lengths=LENGTHS, policy=policies(carry_state=True), seed=SEED)
def test_carried_rows_go_on_where_they_ended(lengths, policy, seed):
    pieces = make_pieces(lengths)
    ends = [None] * policy.batch_size
    for example in take(pieces, policy, seed, 12):
        check_rows(example, pieces, policy)
        for row in range(policy.batch_size):
            first, last = example.batch.targets[row, 0], targets_of_row(example, row)[-1]
            assert example.fresh[row] or first == ends[row] + 1
            ends[row] = last
    assert take(pieces, policy, seed, 1)[0].fresh.all()


def targets_of_row(example, row):
    return example.batch.targets[row][example.batch.weight[row] > 0].tolist()


@given(lengths=LENGTHS, policy=policies(carry_state=True), seed=SEED)
def test_carried_segments_cover_every_token_once_an_epoch(lengths, policy, seed):
    pieces = make_pieces(lengths)
    total = sum(lengths)
    longest = max(policy.length, -(-total // policy.batch_size))
    count = sum(-(-length // longest) for length in lengths)  # segments an epoch
    rows, segments = [None] * policy.batch_size, []
    for example in take(pieces, policy, seed, 2 * total + 2):
        for row in range(policy.batch_size):
            if example.fresh[row]:
                rows[row] = []
                segments.append(rows[row])
            rows[row].extend(targets_of_row(example, row))
        assert max(map(len, segments)) <= longest, "a row is busy for longer than an epoch"
    for epoch in (segments[:count], segments[count : 2 * count]):
        assert sorted(token for segment in epoch for token in segment) == list(range(total))


@given(lengths=LENGTHS, policy=policies(starts="random", count=7), seed=SEED)
def test_random_windows_are_drawn_once_and_lie_inside_pieces(lengths, policy, seed):
    pieces = make_pieces(lengths)
    an_epoch = -(-7 // policy.batch_size)
    examples = take(pieces, policy, seed, 2 * an_epoch)
    for example in examples:
        check_rows(example, pieces, policy)
    first, second = (
        sorted(tuple(targets_of_row(example, row)) for example in epoch for row in range(len(example.fresh)))
        for epoch in (examples[:an_epoch], examples[an_epoch:])
    )
    assert first == second
    assert len(first) == 7
    longest = {int(piece.tokens[0]): len(piece.tokens) for piece in pieces}
    for window in first:
        start = max(begin for begin in longest if begin <= window[0])
        assert len(window) == min(policy.length, longest[start])


def test_random_windows_start_anywhere_that_they_fit():
    pieces = make_pieces([20, 3, 12])
    policy = WindowPolicy(length=5, batch_size=1000, starts="random", count=1000)
    (example,) = take(pieces, policy, 1, 1)
    starts = {int(first) for first in example.batch.targets[:, 0]}
    assert starts == {*range(16), 20, *range(23, 31)}


@given(
    lengths=LENGTHS,
    policy=st.one_of(policies(), policies(carry_state=True), policies(starts="random", count=9)),
    seed=SEED,
)
def test_the_order_is_fixed_by_the_seed(lengths, policy, seed):
    pieces = make_pieces(lengths)
    for one, other in zip(take(pieces, policy, seed, 6), take(pieces, policy, seed, 6), strict=True):
        for name in ("inputs", "context", "targets", "weight"):
            assert np.array_equal(getattr(one.batch, name), getattr(other.batch, name))
        assert np.array_equal(one.fresh, other.fresh)


def test_epochs_and_seeds_have_orders_of_their_own():
    pieces = make_pieces([40])
    policy = WindowPolicy(length=2, batch_size=20)
    orders = [example.batch.targets[:, 0].tolist() for example in take(pieces, policy, 1, 3)]
    orders.append(take(pieces, policy, 2, 1)[0].batch.targets[:, 0].tolist())
    assert len(set(map(tuple, orders))) == 4
