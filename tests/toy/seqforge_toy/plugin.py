"""The hooks: one part of every kind."""

from seqforge import (
    BackendSpec,
    CallbackSpec,
    CodecSpec,
    CommandSpec,
    DatasetSpec,
    FormatSpec,
    Measure,
    MetricSpec,
    Option,
    ReaderSpec,
    RecipeSpec,
    SamplerSpec,
    hookimpl,
)

CODECS = ("letters", "pairs")
DIARY_OPTIONS = (
    Option(name="file", type=str, default="", help="where to; in the run's folder by default"),
    Option(name="fails_in", type=str, default="", help="the method that raises"),
    Option(name="error", type=str, default="ValueError", help="what it raises"),
    Option(name="says", type=str, default="", help="what it prints each time"),
)


@hookimpl
def seqforge_register_codecs():
    return [
        CodecSpec(
            name="letters",
            target="seqforge_toy.letters:LettersCodec",
            summary="letters, each with a mark",
            options=(Option(name="alphabet", type=int, default=5, minimum=2, maximum=9, help="how many letters"),),
            prompt_options=(
                Option(name="length", type=int, default=8, minimum=1, maximum=5000, help="how many letters"),
                Option(name="avoid", type=str, default=None, help="letters that must not come"),
                Option(name="legato", type=bool, default=False, help="whether only long marks may come"),
            ),
        ),
        CodecSpec(
            name="pairs",
            target="seqforge_toy.pairs:PairsCodec",
            summary="letters with their marks, those that the corpus holds",
            prompt_options=(Option(name="length", type=int, default=8, minimum=1, help="how many letters"),),
        ),
    ]


@hookimpl
def seqforge_register_datasets():
    return [
        DatasetSpec(
            name="cycles",
            target="seqforge_toy.cycles:Cycles",
            summary="generated sequences with a rule in them",
            licence="CC0-1.0",
            codecs=CODECS,
            options=(Option(name="groups", type=int, default=10, minimum=1, maximum=100, help="how many groups"),),
        )
    ]


@hookimpl
def seqforge_register_readers():
    return [
        ReaderSpec(
            name="letters",
            target="seqforge_toy.files:LettersReader",
            summary="one piece a line",
            suffixes=(".letters",),
            codecs=CODECS,
            licence="CC0-1.0",
            citation="whoever wrote the letters",
            options=(Option(name="first_line", type=int, default=1, minimum=1, help="the line to begin at"),),
        ),
        ReaderSpec(
            name="trap",
            target="seqforge_toy.files:TrapReader",
            summary="does what it should not",
            suffixes=(".trap",),
            codecs=CODECS,
        ),
    ]


@hookimpl
def seqforge_register_formats():
    return [
        FormatSpec(
            name="txt",
            target="seqforge_toy.files:TextFile",
            summary="a line",
            suffix=".txt",
            codecs=CODECS,
        ),
        FormatSpec(
            name="marks",
            target="seqforge_toy.files:MarksFile",
            summary="marks",
            suffix=".marks",
            codecs=CODECS,
            options=(Option(name="gap", type=int, default=0, minimum=0, maximum=4, help="blanks between marks"),),
        ),
        FormatSpec(name="score", target="seqforge_toy.files:TextFile", summary="no", suffix=".score", codecs=("none",)),
    ]


@hookimpl
def seqforge_register_metrics():
    return [
        MetricSpec(
            name="marks",
            target="seqforge_toy.metrics:MarksMetric",
            summary="dots and letters",
            codecs=("letters",),
            measures=(
                Measure(name="dots", title="dots", unit="share of marks"),
                Measure(name="letters", title="different letters"),
                Measure(name="nats", title="surprise of letters", unit="nats a letter"),
            ),
        )
    ]


@hookimpl
def seqforge_register_samplers():
    return [
        SamplerSpec(
            name="fresh-letter",
            target="seqforge_toy.letters:FreshLetter",
            stage="penalty",
            summary="never the letter of the time before",
            options=(Option(name="fresh_letter", type=bool, default=False, help="whether letters must change"),),
        )
    ]


@hookimpl
def seqforge_register_callbacks():
    return [
        CallbackSpec(
            name="diary",
            target="seqforge_toy.diary:Diary",
            summary="writes down what it is told",
            options=DIARY_OPTIONS,
        ),
        CallbackSpec(name="second-diary", target="seqforge_toy.diary:Diary", summary="one more", options=DIARY_OPTIONS),
        CallbackSpec(
            name="absent-diary",
            target="seqforge_toy.nowhere:Nothing",
            summary="needs what nobody has",
            requires=("nonexistent_diary",),
            install="nonexistent-diary",
        ),
    ]


@hookimpl
def seqforge_register_backends():
    return [
        BackendSpec(
            name="mirror",
            target="seqforge.numpy_backend.backend:NumpyBackend",
            summary="the numpy backend under another name",
            architectures=("lstm",),
        ),
        BackendSpec(
            name="absent",
            target="seqforge_toy.nowhere:Nothing",
            summary="needs a package that nobody has",
            architectures=("lstm",),
            requires=("seqforge_engine_that_nobody_has",),
            install="seqforge-absent",
        ),
    ]


@hookimpl
def seqforge_register_commands():
    return [CommandSpec(name="toys", target="seqforge_toy.toys:app", summary="Count toys, or lose them.")]


@hookimpl
def seqforge_register_recipes():
    return [RecipeSpec(name="toy", package="seqforge_toy", resource="toy.toml", summary="a second on one core")]
