"""What this package offers to seqforge; imports no NumPy."""

from __future__ import annotations

from seqforge import (
    CodecSpec,
    DatasetSpec,
    FormatSpec,
    Measure,
    MetricSpec,
    Option,
    ReaderSpec,
    RecipeSpec,
    hookimpl,
)

__all__ = [
    "seqforge_register_codecs",
    "seqforge_register_datasets",
    "seqforge_register_formats",
    "seqforge_register_metrics",
    "seqforge_register_readers",
    "seqforge_register_recipes",
]

_CODECS = ("characters",)


@hookimpl
def seqforge_register_datasets() -> list[DatasetSpec]:
    """The built-in corpus."""
    return [
        DatasetSpec(
            name="lighthouse-log",
            target="seqforge_text.lighthouse:LighthouseLog",
            summary="twelve years of the log of a lighthouse that never was, written by rules for seqforge",
            licence="CC0-1.0",
            codecs=_CODECS,
        )
    ]


@hookimpl
def seqforge_register_readers() -> list[ReaderSpec]:
    """Text files."""
    return [
        ReaderSpec(
            name="text",
            target="seqforge_text.reader:TextReader",
            summary="text files, a work each",
            suffixes=(".txt", ".md"),
            codecs=_CODECS,
            options=(
                Option(
                    name="encoding",
                    type=str,
                    default="utf-8",
                    choices=("utf-8", "utf-16", "latin-1", "cp1252"),
                    help="how characters are written in the files",
                ),
            ),
        )
    ]


@hookimpl
def seqforge_register_codecs() -> list[CodecSpec]:
    """Texts as characters."""
    return [
        CodecSpec(
            name="characters",
            target="seqforge_text.characters:CharactersCodec",
            summary="each character of a text; the vocabulary is what the training text holds",
            options=(
                Option(name="lowercase", type=bool, default=False, help="read capitals as small letters"),
                Option(
                    name="min_count",
                    type=int,
                    default=1,
                    minimum=1,
                    maximum=1_000_000,
                    help="a character that a file has fewer times is unknown",
                ),
            ),
            prompt_options=(
                Option(name="prompt", type=str, default=None, help=r"the text to go on from; \n is a line break"),
                Option(name="stop", type=str, default=None, help=r"the text that ends a take, such as \n\n"),
                Option(
                    name="length",
                    type=int,
                    default=500,
                    minimum=1,
                    maximum=1_000_000,
                    help="how many characters are written at most, those of --prompt not counted",
                ),
                Option(
                    name="unknown",
                    type=bool,
                    default=False,
                    help="whether unknown characters may come, as \ufffd",
                ),
            ),
        )
    ]


@hookimpl
def seqforge_register_formats() -> list[FormatSpec]:
    """Text files."""
    return [
        FormatSpec(
            name="txt",
            target="seqforge_text.text_file:TextFormat",
            summary="a text file in UTF-8",
            suffix=".txt",
            codecs=_CODECS,
        )
    ]


@hookimpl
def seqforge_register_metrics() -> list[MetricSpec]:
    """What can be measured of a text."""
    return [
        MetricSpec(
            name="words",
            target="seqforge_text.metrics:WordMetric",
            summary="words that the reference has, length of words and lines, marks",
            codecs=_CODECS,
            measures=(
                Measure(name="known_words", title="words that the reference has", unit="share of words"),
                Measure(name="word_length", title="length of words", unit="letters"),
                Measure(name="marks", title="punctuation marks", unit="a word"),
                Measure(name="line_length", title="length of lines", unit="characters"),
            ),
        )
    ]


@hookimpl
def seqforge_register_recipes() -> list[RecipeSpec]:
    """What `seqforge run text` and `shakespeare` do."""
    return [
        RecipeSpec(
            name="text",
            package="seqforge_text.recipes",
            resource="text.toml",
            summary="an LSTM learns to write like the built-in log, or like texts of your own (--data FILE)",
        ),
        RecipeSpec(
            name="shakespeare",
            package="seqforge_text.recipes",
            resource="shakespeare.toml",
            summary="char-rnn's setting: two layers, state carried from window to window, the last tenth held out",
        ),
        RecipeSpec(
            name="shakespeare-quick",
            package="seqforge_text.recipes",
            resource="shakespeare-quick.toml",
            summary="the same in minutes on one core",
        ),
    ]
