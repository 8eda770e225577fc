"""Ctrl-C, and a polite kill, put off until the work is at a place where it can be saved."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["interruptions_deferred", "terminations_raised"]

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]


@contextmanager
def interruptions_deferred() -> Iterator[Callable[[], bool]]:
    """Give a function that says whether somebody has asked for the end; a second request ends at once.

    Signals reach the main thread only: in another one nothing is put off.
    """
    requested = False

    def take_note(number: int, frame: Any) -> None:
        nonlocal requested
        if requested:
            raise KeyboardInterrupt
        requested = True

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = {number: signal.signal(number, take_note) for number in _SIGNALS}
    try:
        yield lambda: requested
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def terminations_raised() -> Iterator[None]:
    """A polite kill is taken as Ctrl-C, where the work is done by others and can be left at any moment."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
