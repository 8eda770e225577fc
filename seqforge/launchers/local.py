"""The launcher `local`: processes on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Any

from seqforge.errors import RequestError
from seqforge.launchers.children import Children
from seqforge.launchers.function import load_function
from seqforge.launching import Answer, Call, Worker

__all__ = ["LocalLauncher", "free_cores"]

_WAIT_SECONDS = 0.5


class LocalLauncher:
    """Runs one worker in this process, and independent calls in processes of their own."""

    def run(self, call: Call, *, workers: int, rendezvous: str, on_report: Callable[[Mapping[str, Any]], None]) -> None:
        """Call the function here; `RequestError` for more workers than one."""
        if workers != 1:
            raise RequestError(
                f"launcher 'local' has one worker, and {workers} were asked for; {_others(rendezvous)}, "
                f"or leave launcher.workers at 1"
            )
        load_function(call.function)(Worker(rank=0, world_size=1, attempt=0, report=on_report), **call.arguments)

    def map(self, calls: Sequence[Call], *, at_once: int = 0) -> Iterator[Answer]:
        """Make each call in a process of its own, as many at once as there are cores, if nobody says how many."""
        if not calls:
            return
        room = at_once or max(1, free_cores() // max(call.threads for call in calls))
        children = Children()
        pool = ThreadPoolExecutor(min(room, len(calls)))
        try:
            left = {pool.submit(children.answer, number, call) for number, call in enumerate(calls)}
            while left:
                # Windows hears Ctrl-C only between waits
                ended, left = wait(left, timeout=_WAIT_SECONDS, return_when=FIRST_COMPLETED)
                for one in ended:
                    yield one.result()
        finally:
            children.close()
            pool.shutdown(cancel_futures=True)


def free_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _others(rendezvous: str) -> str:
    """Which launchers have several workers, as what to do."""
    from seqforge.plugins import Registry

    registry = Registry.installed()
    able = [
        registry.full_name(part)
        for part in registry.parts("launchers")
        if part.spec.rendezvous and (not rendezvous or rendezvous in part.spec.rendezvous)
    ]
    if able:
        return f"type --launcher {' or '.join(able)}"
    return "install a launcher that has several, such as seqforge-ray"
