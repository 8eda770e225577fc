"""The corpus: which etudes are commissioned, and how each one is tried until it is accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from seqforge import SeqforgeError

from seqforge_jazz.composer.acceptance import Acceptance
from seqforge_jazz.composer.etude import compose
from seqforge_jazz.forms import FORMS
from seqforge_jazz.leadsheet import LeadSheet

__all__ = ["ETUDES_PER_FORM", "PLAN", "SEED", "Commission", "Composed", "compose_corpus"]

SEED = 1959
ETUDES_PER_FORM = 3
_MOST_ATTEMPTS = 400


@dataclass(frozen=True)
class Commission:
    """An etude to write: number `number` over a form, `semitones` above the form's own key."""

    form: str
    number: int
    semitones: int


@dataclass(frozen=True)
class Composed:
    """An etude with the attempt that gave it, the first one being 0."""

    sheet: LeadSheet
    attempt: int


def _plan() -> tuple[Commission, ...]:
    """Three etudes a form, a fourth apart or nearly so, each form from another key."""
    return tuple(
        Commission(form, number, (5 * index + 4 * (number - 1)) % 12)
        for index, form in enumerate(FORMS)
        for number in range(1, ETUDES_PER_FORM + 1)
    )


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
    return compose(commission.form, commission.semitones, commission.number, generator)
