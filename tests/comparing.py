"""Figures of made-up runs, and what a comparison should say of them."""

import itertools

import numpy as np

IDS = ("one", "two", "three", "four", "five", "six")
NATS = (20.0, 31.0, 12.0, 44.0, 25.0, 18.0)
EVENTS = (10.0, 15.0, 6.0, 21.0, 12.0, 9.0)


def worse(by, spread=0.0):
    """The nats of NATS, so much more an event, with a spread that comes to nothing in the sum."""
    turns = itertools.cycle((1, -1))
    return [nats + by * events + next(turns) * spread for nats, events in zip(NATS, EVENTS, strict=True)]


def bootstrap(gain):
    """The limits of summed gain by summed events in many draws, by a generator and a way of its own."""
    generator = np.random.default_rng(12)
    rows = generator.integers(0, len(IDS), size=(40_000, len(IDS)))
    ratios = np.array(gain)[rows].sum(axis=1) / np.array(EVENTS)[rows].sum(axis=1)
    return np.quantile(ratios, [0.025, 0.975])
