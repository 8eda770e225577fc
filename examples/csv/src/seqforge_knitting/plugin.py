"""What this package offers to seqforge: a reader for CSV files, what it takes to train on them, and two formats."""

from __future__ import annotations

from seqforge import CodecSpec, DatasetSpec, FormatSpec, Option, ReaderSpec, RecipeSpec, hookimpl

__all__ = [
    "seqforge_register_codecs",
    "seqforge_register_datasets",
    "seqforge_register_formats",
    "seqforge_register_readers",
    "seqforge_register_recipes",
]

_CODECS = ("stitches",)


@hookimpl
def seqforge_register_readers() -> list[ReaderSpec]:
    """Offer to read swatches from CSV files."""
    return [
        ReaderSpec(
            name="swatch-csv",
            target="seqforge_knitting.files:SwatchReader",
            summary="swatches, a row a line: name, row, stitches and, if it is known, family",
            suffixes=(".csv",),
            codecs=_CODECS,
        )
    ]


@hookimpl
def seqforge_register_codecs() -> list[CodecSpec]:
    """Offer the codec `stitches`."""
    return [
        CodecSpec(
            name="stitches",
            target="seqforge_knitting.codec:StitchCodec",
            summary="a token a stitch, told what lies below it",
            prompt_options=(
                Option(name="width", type=int, default=24, minimum=1, maximum=120, help="stitches a row"),
                Option(name="rows", type=int, default=12, minimum=1, maximum=120, help="how many rows"),
                Option(name="name", type=str, default="Swatch", help="what it is called"),
            ),
        )
    ]


@hookimpl
def seqforge_register_datasets() -> list[DatasetSpec]:
    """Offer the built-in swatches."""
    return [
        DatasetSpec(
            name="swatches",
            target="seqforge_knitting.dataset:SwatchDataset",
            summary="74 swatches of common stitch patterns",
            licence="CC0-1.0",
            codecs=_CODECS,
        )
    ]


@hookimpl
def seqforge_register_formats() -> list[FormatSpec]:
    """Offer swatches as files: to read again, and to knit from."""
    return [
        FormatSpec(
            name="swatch-csv",
            target="seqforge_knitting.files:SwatchFile",
            summary="CSV: what --data reads",
            suffix=".csv",
            codecs=_CODECS,
        ),
        FormatSpec(
            name="swatch-chart",
            target="seqforge_knitting.files:ChartFile",
            summary="text: the chart, and its rows in words",
            suffix=".txt",
            codecs=_CODECS,
        ),
    ]


@hookimpl
def seqforge_register_recipes() -> list[RecipeSpec]:
    """Offer `seqforge run knitting`."""
    return [
        RecipeSpec(
            name="knitting",
            package="seqforge_knitting",
            resource="knitting.toml",
            summary="stitch patterns: a small LSTM that sees the rows below",
        )
    ]
