"""A process that makes one call: `python -m seqforge.launchers.child`.

The call comes as a line of JSON on standard input, which stays open as long as the answer is wanted. Where it is
closed, as it also is when whoever wants the answer is killed, the work is interrupted as by a polite kill, and after
`SECONDS_TO_SAVE` ended. The answer goes to standard output, a line of JSON; what the work prints does not.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
import threading
from typing import Any

from seqforge import threads
from seqforge.errors import Interrupted, SeqforgeError

__all__ = ["SECONDS_TO_SAVE", "main"]

SECONDS_TO_SAVE = 10.0
"""How long work that nobody waits for may take to come to a place where it can be saved."""


def main() -> None:
    """Make the call, and answer it; without an answer where that was interrupted."""
    requests, answers = _taken(0, os.O_RDONLY), os.dup(1)
    os.dup2(2, 1)  # what a library prints must not look like an answer
    call = json.loads(_line(requests))
    threads.limit(call["threads"])
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    is_done = threading.Event()
    threading.Thread(target=_watch, args=(requests, is_done), daemon=True).start()
    try:
        answer = _answer(call)
    except (KeyboardInterrupt, Interrupted) as end:
        sys.exit(f"interrupted: {end}")
    is_done.set()
    with os.fdopen(answers, "w", encoding="utf-8", newline="\n") as file:
        file.write(f"{json.dumps(answer)}\n")


def _answer(call: dict[str, Any]) -> dict[str, Any]:
    """What came of the call, as values that JSON can hold."""
    from seqforge.launchers.function import load_function

    try:
        value = load_function(call["function"])(**call["arguments"])
        if isinstance(value, bytes):
            return {"bytes": base64.b64encode(value).decode("ascii")}
        json.dumps(value)
    except Interrupted:
        raise
    except SeqforgeError as error:
        return {"failure": str(error)}
    except Exception as error:  # noqa: BLE001  # what it is must reach whoever asked, in another process
        return {"failure": f"{type(error).__name__}: {error}".removesuffix(": ")}
    return {"value": value}


def _taken(descriptor: int, flags: int) -> int:
    """A copy of a standard descriptor, in whose place nothing is read from now on."""
    copy = os.dup(descriptor)
    nothing = os.open(os.devnull, flags)
    os.dup2(nothing, descriptor)
    os.close(nothing)
    return copy


def _line(descriptor: int) -> bytes:
    """The first line; nothing is read beyond what was sent."""
    text = b""
    while not text.endswith(b"\n") and (piece := os.read(descriptor, 65536)):
        text += piece
    return text


def _watch(requests: int, is_done: threading.Event) -> None:
    """Wait for the end of the requests; then ask the work to end, and see to it that it does."""
    while os.read(requests, 65536):
        pass
    if is_done.is_set():
        return
    if os.name == "posix":
        os.kill(os.getpid(), signal.SIGTERM)  # wakes the main thread where it waits for the system
    else:
        import _thread

        _thread.interrupt_main(signal.SIGTERM)
    if not is_done.wait(SECONDS_TO_SAVE):
        os._exit(1)


if __name__ == "__main__":
    main()
