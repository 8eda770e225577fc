"""What this package offers to seqforge. It imports no engine: lists and help pages read it, and should stay fast."""

from __future__ import annotations

from seqforge import BackendSpec, hookimpl

__all__ = ["seqforge_register_backends"]


@hookimpl
def seqforge_register_backends() -> list[BackendSpec]:
    """Offer the backend `my-plugin`."""
    return [
        BackendSpec(
            name="my-plugin",
            target="my_plugin.backend:Engine",
            summary="LSTM in NumPy, written out",
            requires=("numpy",),  # import names; where one is missing, users read what to install
            architectures=("lstm",),
            lacks=("dropout",),
            install="my-plugin",
        )
    ]
