"""What this package offers to seqforge. It imports no NumPy: lists and help pages read it, and should stay fast."""

from __future__ import annotations

from seqforge import CodecSpec, Option, ReaderSpec, RecipeSpec, hookimpl

__all__ = [
    "seqforge_register_codecs",
    "seqforge_register_readers",
    "seqforge_register_recipes",
]


@hookimpl
def seqforge_register_readers() -> list[ReaderSpec]:
    """Offer to read files in `.rhythms`."""
    return [
        ReaderSpec(
            name="my-plugin",
            target="my_plugin.reader:RhythmReader",
            summary="a rhythm a line, after its name",
            suffixes=(".rhythms",),
            codecs=("my-plugin",),
            options=(Option(name="repeat", type=int, default=4, minimum=1, maximum=64, help="times a line is played"),),
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
def seqforge_register_recipes() -> list[RecipeSpec]:
    """Offer the recipe `my-plugin`."""
    return [
        RecipeSpec(
            name="my-plugin",
            package="my_plugin",
            resource="recipe.toml",
            summary="a small LSTM on your rhythms",
        )
    ]
