"""The Ray that work is given to: one that is there, or one that is started here and ends with the command."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

import ray

from seqforge import NotInstalled, RequestError

__all__ = ["connect", "cpus_a_machine", "room"]

_CLIENT = "ray://"
_KNOCK_SECONDS = 10


def connect(address: str, cpus: int) -> None:
    """Connect to the cluster at `address`, or start Ray here with so many CPUs (0: all); once a process."""
    if ray.is_initialized():
        return
    if address.startswith(_CLIENT) and find_spec("grpc") is None:
        raise NotInstalled(f"the address {address}", '"ray[client]"')
    settings: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if not address:
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))  # else Ray leaves one in the home folder
        settings |= {"include_dashboard": False, "num_cpus": cpus or None}
    try:
        if address not in ("", "auto"):
            _knock(address)
        with _handlers_kept(), _silence():
            ray.init(address or "local", **settings)
    except (OSError, ValueError) as error:
        first = " ".join(str(error).split()).partition(". ")[0]
        raise RequestError(
            f"no Ray cluster answers at '{address}' ({first}); start one by `ray start --head`, "
            f"or leave launcher.ray.address empty to start one for the command"
        ) from error


def room() -> str:
    """How many CPUs there are, in words."""
    there, free = (of.get("CPU", 0) for of in (ray.cluster_resources(), ray.available_resources()))
    machines = cpus_a_machine()
    return (
        f"{there:g} CPUs, {free:g} of them free, on {len(machines)} machine{'s' if len(machines) != 1 else ''}"
        f" of {max(machines, default=0):g} at most"
    )


def cpus_a_machine() -> list[int]:
    """The CPUs of each machine."""
    return [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]


def _knock(address: str) -> None:
    """`OSError` if nobody is there: Ray would take minutes to find out."""
    parts = urlsplit(address if "://" in address else f"//{address}")
    if not parts.hostname or not parts.port:
        raise ValueError("it is not of the form host:port")
    socket.create_connection((parts.hostname, parts.port), _KNOCK_SECONDS).close()


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Let nothing come on standard error: while it connects, Ray's C++ library tells of each attempt."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextlib.contextmanager
def _handlers_kept() -> Iterator[None]:
    """Keep the handlers of signals: Ray sets its own, and a polite kill would no longer be heard by the command."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:  # else it is not Python's
                signal.signal(number, handler)
