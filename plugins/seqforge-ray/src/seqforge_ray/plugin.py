"""What this package offers to seqforge; imports no Ray."""

from __future__ import annotations

from seqforge import LauncherSpec, Option, hookimpl

__all__ = ["seqforge_register_launchers"]

_OPTIONS = (
    Option(
        name="address",
        type=str,
        default="",
        help="the Ray cluster: auto, host:port or ray://host:port; empty starts one on this machine for the command",
    ),
    Option(
        name="cpus",
        type=int,
        default=0,
        minimum=0,
        help="CPUs of the Ray that is started on this machine; 0 takes all",
    ),
    Option(
        name="wait_seconds",
        type=float,
        default=120.0,
        minimum=0,
        help="how long to wait until a cluster has room, which may have to grow first",
    ),
    Option(
        name="storage",
        type=str,
        default="",
        help="where Ray Train keeps its own state, an absolute path or URI; empty takes a temporary folder",
    ),
)


@hookimpl
def seqforge_register_launchers() -> list[LauncherSpec]:
    """Offer Ray."""
    return [
        LauncherSpec(
            name="ray",
            target="seqforge_ray.launcher:RayLauncher",
            summary="processes on this machine or a Ray cluster: several workers a run, many runs at once",
            requires=("ray",),
            options=_OPTIONS,
            rendezvous=("torch", "tensorflow"),
            install="seqforge-ray",
        )
    ]
