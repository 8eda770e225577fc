"""How a sequence goes on if it repeats itself: against a search that looks at every earlier place."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seqforge_jazz.charts import Chart
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.melody import MelodyCodec
from seqforge_jazz.melody_vocabulary import VOCABULARY
from seqforge_jazz.repeats import Continuation, continuations

NOTHING = 63

sequences = st.lists(st.integers(0, 3), max_size=80) | st.lists(st.integers(0, 62), max_size=30)


def searched(values: list[int], now: int) -> tuple[int, int]:
    """What followed the longest match of the values before `now`, the latest of equal ones, and its length."""
    for length in range(min(8, now), 1, -1):
        for place in range(now - 1, length - 1, -1):
            if values[place - length : place] == values[now - length : now]:
                return values[place], length
    return NOTHING, 0


@given(sequences)
def test_a_whole_sequence_is_searched(values: list[int]) -> None:
    following, lengths = continuations(np.array(values, np.int32), NOTHING)
    found = list(zip(following.tolist(), lengths.tolist(), strict=True))
    assert found == [searched(values, now) for now in range(len(values))]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=140))
def test_a_batch_that_grows_says_the_same(values: list[tuple[int, int]]) -> None:
    growing = Continuation(2, NOTHING)
    columns = [list(column) for column in zip(*values, strict=True)] or [[], []]
    for now, pair in enumerate(values):
        expected = [searched(column, now) for column in columns]
        assert list(zip(growing.following.tolist(), growing.lengths.tolist(), strict=True)) == expected
        growing.append(np.array(pair, np.int32))


def test_selected_sequences_go_on_by_themselves() -> None:
    growing = Continuation(2, NOTHING)
    for pair in ([1, 5], [2, 5], [3, 6], [1, 5], [2, 5]):
        growing.append(np.array(pair, np.int32))
    assert growing.following.tolist() == [3, 6]
    chosen = growing.select(np.array([1, 0, 1]))
    chosen.append(np.array([6, 9, 5], np.int32))
    assert chosen.following.tolist() == [5, NOTHING, 5]
    assert growing.following.tolist() == [3, 6]


def test_a_line_that_repeats_itself_higher_is_told_what_would_go_on() -> None:
    pitches = [60, 62, 64, 65, 55, 57, 59, 60]
    durations = [6, 6, 12, 6, 6, 6, 12, 6]
    starts = np.cumsum([0, *durations[:-1]]).tolist()
    notes = tuple(Note(*note) for note in zip(starts, durations, pitches, strict=True))
    codec = MelodyCodec()
    piece = codec.encode(LeadSheet(title="A motif", chart=Chart.parse("C | G"), notes=notes))
    repeated = piece.context[:, [field.name for field in codec.context_fields].index("repeated_token")]
    symbols = [VOCABULARY.symbols[token] if token < len(VOCABULARY) else "" for token in repeated.tolist()]
    # at the last note: a semitone has followed two whole tones, and a 6 has followed 6 and 12
    assert symbols[2 * 7 : 2 * 8] == ["pitch-60", "ticks-6"]
    assert symbols[0:4] == [""] * 4
