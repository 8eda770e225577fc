"""The corpus: which etudes are commissioned, and how each one is tried until it is accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from seqforge import SeqforgeError
from seqforge_jazz.chords import pitch_class
from seqforge_jazz.composer.acceptance import Acceptance
from seqforge_jazz.composer.etude import compose
from seqforge_jazz.forms import FORMS
from seqforge_jazz.keys import Key
from seqforge_jazz.leadsheet import LeadSheet

__all__ = ["PLAN", "SEED", "Commission", "Composed", "compose_corpus"]

SEED = 1959
_MOST_ATTEMPTS = 100

_KEY_NAMES = {
    False: ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"),
    True: ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm"),
}
"""Names of the major and minor (`True`) keys from C upwards, with few accidentals in the signature."""


@dataclass(frozen=True)
class Commission:
    """An etude to write: number `number` over a form, in a key such as `F` or `Dm`."""

    form: str
    key: str
    number: int


@dataclass(frozen=True)
class Composed:
    """An etude with the attempt that gave it, the first one being 0."""

    sheet: LeadSheet
    attempt: int


def _plan() -> tuple[Commission, ...]:
    """Two etudes a form: one in the form's own key, one in a key that differs from form to form."""
    plan = []
    for index, form in enumerate(FORMS.values()):
        own = Key.parse(form.key)
        other = (pitch_class(own.tonic) + 1 + 5 * index % 11) % 12
        plan.append(Commission(form.name, str(own), 1))
        plan.append(Commission(form.name, _KEY_NAMES[own.is_minor][other], 2))
    return tuple(plan)


PLAN: tuple[Commission, ...] = _plan()
"""Every etude of the corpus, in order."""


def compose_corpus(
    acceptance: Acceptance, attempts: Mapping[Commission, int] | None = None, plan: tuple[Commission, ...] = PLAN
) -> Iterator[Composed]:
    """The etudes of `plan`, each by its first attempt that `acceptance` takes, or by the one named in `attempts`.

    SeqforgeError if an etude is not accepted.
    """
    for commission in plan:
        known = (attempts or {}).get(commission)
        tries = range(_MOST_ATTEMPTS) if known is None else range(known, known + 1)
        faults: tuple[str, ...] = ()
        for attempt in tries:
            sheet = _attempt(commission, attempt)
            faults = acceptance.faults(sheet)
            if not faults:
                acceptance.take(sheet)
                yield Composed(sheet, attempt)
                break
        else:
            raise SeqforgeError(f"no attempt at etude {commission.number} over {commission.form}: {'; '.join(faults)}")


def _attempt(commission: Commission, attempt: int) -> LeadSheet:
    key = [*commission.form.encode(), commission.number, attempt]
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(SEED, spawn_key=tuple(key))))
    return compose(commission.form, commission.key, commission.number, generator)
