"""What is copied: shares and longest quotations against counting by hand, and the verdict on models that were run."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqforge.evaluation.alphabets import generated_pieces
from seqforge.evaluation.matching import find_matches, find_repetitions
from seqforge.evaluation.novelty import HELD_OUT, LENGTHS, novelty
from seqforge.evaluation.verdict import Verdict
from seqforge.interfaces import Piece


class Plain:
    """A codec that names no alphabet: what novelty needs of it is nothing."""

    context_fields = ()


def piece(values, name="piece"):
    tokens = np.array(values, np.int32)
    return Piece(id=name, group=name, prompt={}, tokens=tokens, context=np.zeros((len(tokens), 0), np.int32))


def runs(values, n):
    return [tuple(values[start : start + n]) for start in range(len(values) - n + 1)]


def longest_match(values, start, corpus):
    length = 0
    while start + length < len(values) and any(
        tuple(values[start : start + length + 1]) in runs(c, length + 1) for c in corpus
    ):
        length += 1
    return length


sequences = st.lists(st.lists(st.integers(0, 2), max_size=30), max_size=4)


@given(sequences, sequences)
def test_matches_are_those_that_counting_finds(asked, corpus):
    found = find_matches([np.array(values, np.int64) for values in asked], [np.array(c, np.int64) for c in corpus])
    assert len(found) == len(asked)
    for values, matches in zip(asked, found, strict=True):
        assert matches.lengths.tolist() == [longest_match(values, start, corpus) for start in range(len(values))]
        for start, length in enumerate(matches.lengths.tolist()):
            if length:
                source, offset = corpus[matches.sources[start]], matches.offsets[start]
                assert source[offset : offset + length] == values[start : start + length]
            else:
                assert (matches.sources[start], matches.offsets[start]) == (-1, -1)
        covered = {
            place
            for start, length in enumerate(matches.lengths)
            if length >= 5
            for place in range(start, start + length)
        }
        assert matches.covered(5) == len(covered)


@given(sequences)
def test_repetitions_are_those_that_counting_finds(corpus):
    found = find_repetitions([np.array(values, np.int64) for values in corpus], 6)
    for n in (1, 4, 6):
        everything = [run for values in corpus for run in runs(values, n)]
        for values, matches in zip(corpus, found, strict=True):
            assert matches.counts(n) == (
                sum(everything.count(run) > 1 for run in runs(values, n)),
                len(runs(values, n)),
            )


def test_shares_and_their_intervals_against_counting():
    generator = np.random.default_rng(11)
    training = [piece(generator.integers(0, 3, 400)) for _ in range(5)]
    held_out = [piece(generator.integers(0, 3, int(generator.integers(40, 200)))) for _ in range(30)]
    generated = [piece(generator.integers(0, 3, 90)) for _ in range(3)]
    found = novelty(Plain(), generated, training, held_out)
    assert found.baseline == HELD_OUT
    (alphabet,) = found.alphabets
    assert alphabet.name == "tokens"
    assert [share.n for share in alphabet.shares] == list(LENGTHS) == list(range(4, 17))
    for share in alphabet.shares:
        known = {run for each in training for run in runs(each.tokens, share.n)}
        for pieces, value in ((generated, share.generated), (held_out, share.usual)):
            asked = [run for each in pieces for run in runs(each.tokens, share.n)]
            assert value == pytest.approx(sum(run in known for run in asked) / len(asked))
        assert share.usual_low <= share.usual <= share.usual_high
    # the interval of a ratio of sums, by the delta method (linearisation) on the same pieces
    at_5 = alphabet.shares[1]
    known = {run for each in training for run in runs(each.tokens, 5)}
    parts = np.array([sum(run in known for run in runs(each.tokens, 5)) for each in held_out])
    wholes = np.array([len(runs(each.tokens, 5)) for each in held_out])
    error = np.sqrt(np.sum((parts - at_5.usual * wholes) ** 2)) / wholes.sum()
    assert at_5.usual_high - at_5.usual_low == pytest.approx(2 * 1.96 * error, rel=0.15)


def test_the_longest_quotation_is_named_with_its_places():
    training = [piece(range(100), "a book"), piece(range(200, 300), "another book")]
    generated = [piece([5, 6, 300, 301, 302]), piece([400, *range(220, 239), 401], "take 2")]
    found = novelty(Plain(), generated, training, []).alphabets[0]
    assert found.longest_by_piece == (2, 19)
    longest = found.longest
    assert (longest.length, longest.piece, longest.piece_index, longest.tokens) == (19, "take 2", 1, (1, 20))
    assert (longest.place, longest.source, longest.source_place) == ("token 2", "another book", "token 21")
    assert found.usual_longest is None


def test_what_quotes_nothing_has_no_longest_quotation():
    found = novelty(Plain(), [piece([7] * 40)], [piece(range(6))], [])
    assert found.alphabets[0].longest is None
    assert (found.verdict, found.baseline) == (Verdict.NOT_MEMORISED, "other places of the training data")


def test_json_has_plain_values():
    found = novelty(Plain(), [piece([1, 2, 3])], [piece(range(6))], [])
    values = json.loads(json.dumps(found.to_json()))
    assert values["verdict"] == "can't be told"
    assert values["alphabets"][0]["longest"]["length"] == 3
    assert values["alphabets"][0]["shares"][0] == {
        "n": 4, "generated": None, "usual": 0.0, "usual_low": None, "usual_high": None
    }  # fmt: skip


def sentences(generator, count, length=60):
    """Pieces that share idioms: each is of phrases of four values, from forty."""
    phrases = np.random.default_rng(1).integers(0, 50, (40, 4))
    return [piece(phrases[generator.integers(0, 40, length // 4)].ravel()) for _ in range(count)]


def verdict(generated, training, held_out):
    return novelty(Plain(), generated, training, held_out).verdict


def test_people_copy_like_people():
    generator = np.random.default_rng(5)
    training, held_out = sentences(generator, 40), sentences(generator, 20)
    verdicts = [verdict(sentences(generator, count), training, held_out) for count in (1, 4, 20) for _ in range(10)]
    assert verdicts.count(Verdict.LIKE_HUMANS) >= 27, "one in forty is beyond the 97.5 %"


def test_whoever_takes_more_than_people_do_is_told_so():
    generator = np.random.default_rng(6)
    training, held_out = sentences(generator, 40), sentences(generator, 20)
    # ten values of a piece, then four that nobody plays, again and again
    patched = [
        piece(np.concatenate([[*training[number].tokens[s : s + 10], 60, 61, 62, 63] for s in range(0, 50, 10)]))
        for number in range(4)
    ]
    assert verdict(patched, training, held_out) == Verdict.MORE


def test_whoever_recites_has_memorised():
    generator = np.random.default_rng(7)
    training, held_out = sentences(generator, 40), sentences(generator, 20)
    for held_back in (held_out, held_out[:4], []):
        assert verdict(training[3:6], training, held_back) == Verdict.MEMORISED
        halves = [piece([*training[8].tokens[:30], *training[9].tokens[20:50]])]
        assert verdict(halves, training, held_back) == Verdict.MEMORISED


def test_random_values_are_not_called_memorised():
    generator = np.random.default_rng(8)
    training = sentences(generator, 1, length=200)
    for _ in range(20):
        assert verdict([piece(generator.integers(0, 50, 100))], training, []) == Verdict.NOT_MEMORISED


def test_data_that_repeat_themselves_tell_nothing_of_a_model():
    training = [piece([1, 2, 3, 4] * 50)]
    assert verdict([piece([1, 2, 3, 4] * 20)], training, []) == Verdict.UNKNOWN
    held_out = [piece([1, 2, 3, 4] * length, f"{length}") for length in range(10, 16)]
    assert verdict([piece([1, 2, 3, 4] * 20)], training, held_out) == Verdict.LIKE_HUMANS


def test_too_little_to_tell():
    assert verdict([piece(range(15))], [piece(range(100))], []) == Verdict.UNKNOWN


def test_generated_pieces_have_the_context_that_the_guides_say(toy_codec, toy_pieces):
    first = toy_pieces[0]
    prompt = {"length": len(first.tokens) // 2, "avoid": None, "legato": False}
    short = first.tokens[:4]
    again, cut = generated_pieces(toy_codec, prompt, [first.tokens, short])
    assert (again.id, cut.id) == ("take 1", "take 2")
    np.testing.assert_array_equal(again.context, first.context)
    np.testing.assert_array_equal(cut.context, first.context[:4])


@pytest.fixture
def letters(tmp_path):
    """A file of two pieces of random pairs."""
    generator = np.random.default_rng(3)
    pairs = [["abcde"[generator.integers(5)] + ".-="[generator.integers(3)] for _ in range(80)] for _ in range(2)]
    path = tmp_path / "random.letters"
    path.write_text("".join(f"g{number} {''.join(line)}\n" for number, line in enumerate(pairs)))
    return path


@pytest.mark.parametrize(("steps", "expected"), [(100, "memorised"), (1, "not memorised")])
def test_a_run_says_whether_its_model_has_memorised(seqforge, letters, steps, expected):
    arguments = (
        "--data", letters, "--set", "codec.name=pairs", "--set", "data.validation=0", "--set", "data.test=0",
        "--set", "model.lstm.hidden=64", "--set", f"training.steps={steps}", "--set", "training.learning_rate=0.02",
        "--set", "samples.prompt.length=80", "--set", "samples.sampling.temperature=0.5",
        "--set", "windows.starts=random", "--set", "windows.count=100", "--set", "windows.length=30",
        "--set", "windows.carry_state=false", "--set", "training.batch_size=32",
    )  # fmt: skip
    found = json.loads(seqforge("run", "toy", *arguments, "--json").out)["novelty"]
    assert found["verdict"] == expected
    if steps > 1:
        longest = found["alphabets"][0]["longest"]
        assert longest["length"] == max(found["alphabets"][0]["longest_by_piece"]) > 30
        assert longest["source"].startswith("random:")
