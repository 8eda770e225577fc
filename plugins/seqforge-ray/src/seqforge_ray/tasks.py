"""Independent calls as Ray tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import ray

from seqforge import Answer, Call
from seqforge_ray.calls import function_named
from seqforge_ray.environment import worker_environment
from seqforge_ray.failures import in_a_line

__all__ = ["answers"]

_RETRIES = 3
_POLL_SECONDS = 0.2


def answers(calls: Sequence[Call], at_once: int, check: Callable[[], None]) -> Iterator[Answer]:
    """Make so many calls at once, and give their answers as they end; closed, it ends what is at work.

    `check` is called now and then while nothing ends.
    """
    waiting = list(enumerate(calls))[::-1]
    working: dict[Any, int] = {}
    try:
        while waiting or working:
            while waiting and len(working) < at_once:
                number, call = waiting.pop()
                working[_started(call)] = number
            ended, _ = ray.wait(list(working), timeout=_POLL_SECONDS)
            if not ended:
                check()
            for reference in ended:
                yield _answer(working.pop(reference), reference)
    finally:
        for reference in working:
            ray.cancel(reference, force=True)


def answer(function: str, arguments: dict[str, Any]) -> tuple[Any, str]:
    """The value of a call, or why there is none."""
    try:
        return function_named(function)(**arguments), ""
    except Exception as error:  # noqa: BLE001  # what a call raises is its answer
        return None, in_a_line(error)


def _started(call: Call) -> Any:
    """The call on its way to a process of its own, that keeps nothing of others and takes its memory with it."""
    task = ray.remote(
        num_cpus=call.threads,
        max_calls=1,
        max_retries=_RETRIES,
        runtime_env={"env_vars": worker_environment(call.threads)},
    )(answer)
    return task.remote(call.function, dict(call.arguments))


def _answer(number: int, reference: Any) -> Answer:
    try:
        value, failure = ray.get(reference)
    except ray.exceptions.RayError as error:
        return Answer(number=number, failure=_in_words(error))
    return Answer(number=number, value=value, failure=failure)


def _in_words(error: ray.exceptions.RayError) -> str:
    if isinstance(error, ray.exceptions.OutOfMemoryError):
        return "its machine ran out of memory"
    if isinstance(error, (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError)):
        return f"its process was lost {_RETRIES + 1} times"
    return in_a_line(error)
