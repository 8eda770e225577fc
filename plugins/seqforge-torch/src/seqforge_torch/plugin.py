"""What this package offers to seqforge; imports no PyTorch."""

from __future__ import annotations

from seqforge import BackendSpec, hookimpl

__all__ = ["seqforge_register_backends"]


@hookimpl
def seqforge_register_backends() -> list[BackendSpec]:
    """Offer the `torch` backend."""
    return [
        BackendSpec(
            name="torch",
            target="seqforge_torch.backend:TorchBackend",
            summary="LSTM in PyTorch, on the CPU",
            requires=("torch",),
            architectures=("lstm",),
            install="seqforge-torch",
        )
    ]
