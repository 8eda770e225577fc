"""What this package offers to seqforge; imports no PyTorch."""

from __future__ import annotations

from seqforge import BackendSpec, hookimpl

__all__ = ["seqforge_register_backends"]


@hookimpl
def seqforge_register_backends() -> list[BackendSpec]:
    """Offer the backend `gru`."""
    return [
        BackendSpec(
            name="gru",
            target="seqforge_gru.backend:GRUBackend",
            summary="GRU in PyTorch, on the CPU",
            requires=("torch",),
            architectures=("gru",),
            install="seqforge-gru",
        )
    ]
