"""What this package offers to seqforge: a processor, and the option that switches it on."""

from __future__ import annotations

from seqforge import Option, SamplerSpec, hookimpl

__all__ = ["seqforge_register_samplers"]


@hookimpl
def seqforge_register_samplers() -> list[SamplerSpec]:
    """Offer the processor `eta`."""
    return [
        SamplerSpec(
            name="eta",
            target="seqforge_eta.processor:Eta",
            stage="truncation",
            summary="leave out what is unlikely by itself and beside the entropy",
            options=(
                Option(
                    name="eta",
                    type=float,
                    default=0.0,
                    minimum=0,
                    maximum=1,
                    help="leave out tokens below this probability, or below less where little is certain; 0 for none",
                ),
            ),
        )
    ]
