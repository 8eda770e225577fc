"""The corpus: which etudes are commissioned, and how each one is tried until it is accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from seqforge import SeqforgeError
from seqforge_jazz.chords import pitch_class
from seqforge_jazz.composer.acceptance import Acceptance
from seqforge_jazz.composer.etude import compose
from seqforge_jazz.forms import FORMS, Form
from seqforge_jazz.keys import Key
from seqforge_jazz.leadsheet import LeadSheet

__all__ = ["PLAN", "SEED", "Commission", "Composed", "attempt_at", "compose_corpus"]

SEED = 1959
_MOST_ATTEMPTS = 100

_KEY_NAMES = {
    False: ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"),
    True: ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm"),
}
"""Names of the major and minor (`True`) keys from C upwards, with few accidentals in the signature."""


_RARE_ROOTS = frozenset({"Cb", "Fb", "E#", "B#"})


@dataclass(frozen=True)
class Commission:
    """An etude to write: number `number` over a form, in a key such as `F` or `Dm`."""

    form: str
    key: str
    number: int


@dataclass(frozen=True)
class Composed:
    """An etude, what was asked for, and the attempt that gave it, the first one being 0."""

    commission: Commission
    sheet: LeadSheet
    attempt: int


def _plan() -> tuple[Commission, ...]:
    """Two etudes a form: one in the form's own key, one in a key that differs from form to form."""
    plan = []
    for index, form in enumerate(FORMS.values()):
        own = Key.parse(form.key)
        first = pitch_class(own.tonic) + 1 + 5 * index % 11
        others = [_KEY_NAMES[own.is_minor][(first + further) % 12] for further in range(12)]
        other = next(key for key in others if key != str(own) and _is_readable(form, Key.parse(key)))
        plan.append(Commission(form.name, str(own), 1))
        plan.append(Commission(form.name, other, 2))
    return tuple(plan)


def _is_readable(form: Form, key: Key) -> bool:
    """Whether no chord of the form in `key` has a root that players would rather read under another name."""
    return _RARE_ROOTS.isdisjoint(change.chord.root for change in form.in_key(key).changes)


PLAN: tuple[Commission, ...] = _plan()
"""Every etude of the corpus, in order."""


def compose_corpus(
    acceptance: Acceptance, attempts: Mapping[Commission, int] | None = None, plan: tuple[Commission, ...] = PLAN
) -> Iterator[Composed]:
    """Compose the etudes of `plan`, by the first attempt that `acceptance` takes or the one in `attempts`.

    SeqforgeError if an etude is not accepted. An attempt depends on its commission and its number alone.
    """
    for commission in plan:
        known = (attempts or {}).get(commission)
        tries = range(_MOST_ATTEMPTS) if known is None else range(known, known + 1)
        faults: tuple[str, ...] = ()
        for attempt in tries:
            sheet = attempt_at(commission, attempt)
            faults = acceptance.faults(sheet)
            if not faults:
                acceptance.take(sheet)
                yield Composed(commission, sheet, attempt)
                break
        else:
            raise SeqforgeError(f"no attempt at etude {commission.number} over {commission.form}: {'; '.join(faults)}")


def attempt_at(commission: Commission, attempt: int) -> LeadSheet:
    """Compose one attempt, accepted or not; every attempt has a random stream of its own."""
    stream = (*commission.form.encode(), commission.number, attempt)
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(SEED, spawn_key=stream)))
    return compose(commission.form, commission.key, commission.number, generator)
