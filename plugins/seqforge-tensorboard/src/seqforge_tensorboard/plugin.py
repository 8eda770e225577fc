"""What this package offers to seqforge; imports no writer of logs."""

from __future__ import annotations

from seqforge import CallbackSpec, Option, hookimpl

__all__ = ["seqforge_register_callbacks"]


@hookimpl
def seqforge_register_callbacks() -> list[CallbackSpec]:
    """Offer the callback `tensorboard`."""
    return [
        CallbackSpec(
            name="tensorboard",
            target="seqforge_tensorboard.event_log:EventLog",
            summary="losses, learning rate, configuration and results in a log for TensorBoard",
            requires=("tensorboardX",),
            options=(
                Option(
                    name="folder",
                    type=str,
                    default="",
                    help="where each run gets a folder of its name; empty: inside of the run's own folder",
                ),
            ),
            install="seqforge-tensorboard",
        )
    ]
