"""What this package offers to seqforge. It imports no NumPy: lists and help pages read it, and should stay fast."""

from __future__ import annotations

from seqforge import CodecSpec, DatasetSpec, Measure, MetricSpec, Option, RecipeSpec, hookimpl

__all__ = [
    "seqforge_register_codecs",
    "seqforge_register_datasets",
    "seqforge_register_metrics",
    "seqforge_register_recipes",
]


@hookimpl
def seqforge_register_metrics() -> list[MetricSpec]:
    """Offer the metric `my-plugin`."""
    return [
        MetricSpec(
            name="my-plugin",
            target="my_plugin.metric:RhythmMetric",
            summary="how dense, how syncopated and how unusual a rhythm is",
            codecs=("my-plugin",),  # whose works it measures
            measures=(
                Measure(name="density", title="hits", unit="share of steps"),
                Measure(name="off_beat", title="hits off the beat", unit="share of hits"),
                Measure(name="surprise", title="surprise of a step", unit="nats"),
            ),
        )
    ]


@hookimpl
def seqforge_register_codecs() -> list[CodecSpec]:
    """Offer the codec `my-plugin`."""
    return [
        CodecSpec(
            name="my-plugin",
            target="my_plugin.codec:RhythmCodec",
            summary="rhythms, a token a step",
            prompt_options=(Option(name="bars", type=int, default=4, minimum=1, maximum=1000, help="how many bars"),),
        )
    ]


@hookimpl
def seqforge_register_datasets() -> list[DatasetSpec]:
    """Offer the data set `my-plugin`."""
    return [
        DatasetSpec(
            name="my-plugin",
            target="my_plugin.dataset:Rhythms",
            summary="rhythms whose hits are spread evenly",
            licence="CC0-1.0",
            codecs=("my-plugin",),
            options=(Option(name="bars", type=int, default=4, minimum=1, maximum=64, help="bars a rhythm"),),
        )
    ]


@hookimpl
def seqforge_register_recipes() -> list[RecipeSpec]:
    """Offer the recipe `my-plugin`."""
    return [
        RecipeSpec(
            name="my-plugin",
            package="my_plugin",
            resource="recipe.toml",
            summary="rhythms on which a small LSTM can show what it learns",
        )
    ]
