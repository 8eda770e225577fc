"""What this package offers to seqforge; imports no framework."""

from __future__ import annotations

from seqforge import BackendSpec, hookimpl
from seqforge_keras.engine import ENGINE_OPTION

__all__ = ["seqforge_register_backends"]


@hookimpl
def seqforge_register_backends() -> list[BackendSpec]:
    """Offer the `keras` backend."""
    return [
        BackendSpec(
            name="keras",
            target="seqforge_keras.backend:KerasBackend",
            summary="LSTM in Keras 3, on TensorFlow, PyTorch or JAX",
            requires=("keras",),
            architectures=("lstm",),
            install="seqforge-keras",
            options=(ENGINE_OPTION,),
        )
    ]
