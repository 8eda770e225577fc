"""What this package offers to seqforge."""

from __future__ import annotations

from seqforge import BackendSpec, hookimpl

__all__ = ["seqforge_register_backends"]


@hookimpl
def seqforge_register_backends() -> list[BackendSpec]:
    """Offer the backend `ngram`."""
    return [
        BackendSpec(
            name="ngram",
            target="seqforge_ngram.backend:NgramBackend",
            summary="n-grams with Kneser-Ney smoothing: training is counting",
            architectures=("ngram",),
            lacks=("optimizer state", "random weights"),
        )
    ]
