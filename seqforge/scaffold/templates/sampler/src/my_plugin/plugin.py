"""What this package offers to seqforge. It imports no NumPy: lists and help pages read it, and should stay fast."""

from __future__ import annotations

from seqforge import Option, SamplerSpec, hookimpl

__all__ = ["seqforge_register_samplers"]


@hookimpl
def seqforge_register_samplers() -> list[SamplerSpec]:
    """Offer the processor `my-plugin`."""
    return [
        SamplerSpec(
            name="my-plugin",
            target="my_plugin.processor:EpsilonCutoff",
            stage="truncation",
            summary="leave out tokens less likely than epsilon",
            options=(
                Option(
                    name="epsilon",
                    type=float,
                    default=0.0,  # that switches the processor off: nobody gets it without asking
                    minimum=0,
                    maximum=1,
                    help="leave out tokens less likely than this; 0 for none",
                ),
            ),
        )
    ]
