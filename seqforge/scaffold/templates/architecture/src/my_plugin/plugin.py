"""What this package offers to seqforge. It imports no NumPy: lists and help pages read it, and should stay fast."""

from __future__ import annotations

from seqforge import BackendSpec, hookimpl

__all__ = ["seqforge_register_backends"]


@hookimpl
def seqforge_register_backends() -> list[BackendSpec]:
    """Offer the architecture `my-plugin`, built by a backend of the same name."""
    return [
        BackendSpec(
            name="my-plugin",
            target="my_plugin.backend:Engine",
            summary="a recurrent network in NumPy",
            architectures=("my-plugin",),
            install="my-plugin",
        )
    ]
