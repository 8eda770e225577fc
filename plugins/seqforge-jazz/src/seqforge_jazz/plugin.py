"""What the jazz plugin registers. Nothing here imports a library that a list or a help page does not need."""

from __future__ import annotations

from seqforge import CodecSpec, DatasetSpec, FormatSpec, Option, ReaderSpec, RecipeSpec, hookimpl
from seqforge_jazz.instruments import INSTRUMENTS

__all__ = [
    "seqforge_register_codecs",
    "seqforge_register_datasets",
    "seqforge_register_formats",
    "seqforge_register_readers",
    "seqforge_register_recipes",
]

_PROMPT_OPTIONS = (
    Option(
        name="chords",
        type=str,
        default="blues-f",
        help="the changes: a form such as blues-f or rhythm-changes-bb, or chords such as 'Dm7 G7 | Cmaj7 | %'",
    ),
    Option(name="key", type=str, default=None, help="the key of the form, or that the chords are in: Bb, F#m"),
    Option(
        name="transpose", type=int, default=0, minimum=-24, maximum=24, help="semitones by which the chart is moved"
    ),
    Option(name="choruses", type=int, default=1, minimum=1, maximum=500, help="how often the chart is played"),
    Option(name="tempo", type=float, default=160.0, minimum=30, maximum=400, help="quarters a minute"),
    Option(
        name="swing",
        type=float,
        default=0.62,
        minimum=0.5,
        maximum=0.75,
        help="share of a beat that its first eighth takes; 0.5 is straight",
    ),
    Option(
        name="instrument",
        type=str,
        default="tenor-sax",
        choices=tuple(INSTRUMENTS),
        help="who plays: sound and range, such as trumpet",
    ),
)


@hookimpl
def seqforge_register_datasets() -> list[DatasetSpec]:
    """The built-in corpus."""
    return [
        DatasetSpec(
            name="jazz-etudes",
            target="seqforge_jazz.etudes:EtudeDataset",
            summary="etudes over jazz forms, written by rules for seqforge",
            licence="CC0-1.0",
        )
    ]


@hookimpl
def seqforge_register_readers() -> list[ReaderSpec]:
    """Lead sheets and solos from files."""
    return [
        ReaderSpec(
            name="musicxml",
            target="seqforge_jazz.readers.musicxml_abc:MusicXMLReader",
            summary="MusicXML lead sheets, compressed or not",
            suffixes=(".musicxml", ".xml", ".mxl"),
            requires=("music21",),
        ),
        ReaderSpec(
            name="abc",
            target="seqforge_jazz.readers.musicxml_abc:ABCReader",
            summary="tunes in ABC notation",
            suffixes=(".abc",),
            requires=("music21",),
        ),
        ReaderSpec(
            name="wjazzd",
            target="seqforge_jazz.readers.wjazzd:WeimarReader",
            summary="human solos from the Weimar Jazz Database's SQLite file",
            suffixes=(".db",),
        ),
    ]


@hookimpl
def seqforge_register_codecs() -> list[CodecSpec]:
    """Lead sheets as tokens."""
    return [
        CodecSpec(
            name="melody",
            target="seqforge_jazz.melody:MelodyCodec",
            summary="pitch and duration of each note, told the chords and the place in the bar",
            prompt_options=_PROMPT_OPTIONS,
        )
    ]


@hookimpl
def seqforge_register_formats() -> list[FormatSpec]:
    """Files that players and notation programs open."""
    return [
        FormatSpec(
            name="mid",
            target="seqforge_jazz.formats.midi:MidiFormat",
            summary="MIDI: the solo in swing, with comping and bass",
            suffix=".mid",
            codecs=("melody",),
        ),
        FormatSpec(
            name="musicxml",
            target="seqforge_jazz.formats.musicxml:MusicXMLFormat",
            summary="MusicXML: a lead sheet for notation programs",
            suffix=".musicxml",
            codecs=("melody",),
        ),
    ]


@hookimpl
def seqforge_register_recipes() -> list[RecipeSpec]:
    """What `seqforge run jazz` does."""
    return [
        RecipeSpec(
            name="jazz",
            package="seqforge_jazz.recipes",
            resource="jazz.toml",
            summary="an LSTM learns jazz lines over chord changes from the built-in etudes, in under a minute",
        )
    ]
