"""The core's own parts, registered through the hooks that every plugin uses."""

from __future__ import annotations

from seqforge.hookspecs import BackendSpec, SamplerSpec, hookimpl
from seqforge.options import Option

__all__ = ["seqforge_register_backends", "seqforge_register_samplers"]

# An option's default switches its processor off.
_TEMPERATURE = Option(
    name="temperature",
    type=float,
    default=1.0,
    exclusive_minimum=0,
    maximum=100,
    help="below 1 plays safe, above 1 takes risks",
)
_TOP_K = Option(name="top_k", type=int, default=0, minimum=0, help="choose among the k likeliest; 0 for all")
_TOP_P = Option(
    name="top_p",
    type=float,
    default=1.0,
    exclusive_minimum=0,
    maximum=1,
    help="choose among the likeliest that make up this share; 1 for all",
)


@hookimpl
def seqforge_register_backends() -> list[BackendSpec]:
    """The reference engine."""
    return [
        BackendSpec(
            name="numpy",
            target="seqforge.numpy_backend.backend:NumpyBackend",
            summary="LSTM in NumPy, on one core; needs nothing else",
            architectures=("lstm",),
        )
    ]


@hookimpl
def seqforge_register_samplers() -> list[SamplerSpec]:
    """Temperature, truncations, and the two ways to choose."""
    processors = "seqforge.generation.processors"
    samplers = "seqforge.generation.samplers"
    return [
        SamplerSpec(
            name="temperature",
            target=f"{processors}:Temperature",
            stage="temperature",
            summary="flatten (above 1) or sharpen (below 1) the distribution",
            options=(_TEMPERATURE,),
        ),
        SamplerSpec(
            name="top-k",
            target=f"{processors}:TopK",
            stage="truncation",
            summary="keep the k most likely tokens",
            options=(_TOP_K,),
        ),
        SamplerSpec(
            name="top-p",
            target=f"{processors}:TopP",
            stage="truncation",
            summary="keep the likeliest tokens that make up a share p",
            options=(_TOP_P,),
        ),
        SamplerSpec(
            name="draw", target=f"{samplers}:Draw", stage="draw", summary="draw from the distribution (the default)"
        ),
        SamplerSpec(
            name="greedy", target=f"{samplers}:Greedy", stage="draw", summary="always take the most likely token"
        ),
    ]
