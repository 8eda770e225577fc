"""What the jazz plugin registers. Nothing here imports a library that a list or a help page does not need."""

from __future__ import annotations

from seqforge import (
    CodecSpec,
    DatasetSpec,
    FormatSpec,
    Measure,
    MetricSpec,
    Option,
    PretrainedSpec,
    ReaderSpec,
    RecipeSpec,
    hookimpl,
)
from seqforge_jazz.options import (
    CHANGES_OPTIONS,
    INSTRUMENT,
    MIDI_OPTIONS,
    PITCH,
    PITCH_SEED,
    RANGE,
    SOUNDFONT,
    STEERING_OPTIONS,
    swing,
)

__all__ = [
    "seqforge_register_codecs",
    "seqforge_register_datasets",
    "seqforge_register_formats",
    "seqforge_register_metrics",
    "seqforge_register_models",
    "seqforge_register_readers",
    "seqforge_register_recipes",
]

_CODECS = ("melody", "grammar")
"""Those that take lead sheets."""

_SCORE = '"seqforge-jazz[score]"'
"""What pip is told to install for the formats that show an engraved score."""


@hookimpl
def seqforge_register_datasets() -> list[DatasetSpec]:
    """The built-in corpus."""
    return [
        DatasetSpec(
            name="jazz-etudes",
            target="seqforge_jazz.etudes:EtudeDataset",
            summary="etudes over jazz forms, written by rules for seqforge",
            licence="CC0-1.0",
            codecs=_CODECS,
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
            codecs=_CODECS,
            requires=("music21",),
        ),
        ReaderSpec(
            name="abc",
            target="seqforge_jazz.readers.musicxml_abc:ABCReader",
            summary="tunes in ABC notation",
            suffixes=(".abc",),
            codecs=_CODECS,
            requires=("music21",),
        ),
        ReaderSpec(
            name="wjazzd",
            target="seqforge_jazz.readers.wjazzd:WeimarReader",
            summary="human solos from the Weimar Jazz Database's SQLite file",
            suffixes=(".db",),
            licence="ODbL 1.0: name the source, and share what is made of the data under the same licence",
            citation="The Weimar Jazz Database, Jazzomat Research Project, Hochschule fuer Musik Franz Liszt Weimar",
            codecs=_CODECS,
        ),
        ReaderSpec(
            name="midi",
            target="seqforge_jazz.readers.midi:MidiReader",
            summary="MIDI files with a melody track, and chords as names or as a track that plays them",
            suffixes=(".mid", ".midi"),
            codecs=_CODECS,
            requires=("mido",),
            options=MIDI_OPTIONS,
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
            prompt_options=(*CHANGES_OPTIONS, swing(0.62), INSTRUMENT, RANGE, *STEERING_OPTIONS),
        ),
        CodecSpec(
            name="grammar",
            target="seqforge_jazz.grammar:GrammarCodec",
            summary="each note's type against its chord, its length, and the range of its interval (Jazzify)",
            lacks=("exact round trip",),  # pitches are drawn at random within what a value says
            options=(
                Option(
                    name="rests",
                    type=bool,
                    default=False,
                    help="keep silences as values of their own; the original design leaves them out",
                ),
            ),
            prompt_options=(*CHANGES_OPTIONS, swing(0.5), INSTRUMENT, RANGE, PITCH_SEED),
        ),
    ]


@hookimpl
def seqforge_register_formats() -> list[FormatSpec]:
    """Files that players and notation programs open."""
    return [
        FormatSpec(
            name="mid",
            target="seqforge_jazz.formats.midi:MidiFormat",
            summary="MIDI: the solo in swing, with comping, bass and drums",
            suffix=".mid",
            codecs=_CODECS,
        ),
        FormatSpec(
            name="musicxml",
            target="seqforge_jazz.formats.musicxml:MusicXMLFormat",
            summary="MusicXML: a lead sheet for notation programs",
            suffix=".musicxml",
            codecs=_CODECS,
            options=(PITCH,),
        ),
        FormatSpec(
            name="svg",
            target="seqforge_jazz.formats.svg:SVGFormat",
            summary="SVG: the lead sheet engraved, for browsers",
            suffix=".svg",
            codecs=_CODECS,
            requires=("verovio",),
            install=_SCORE,
            options=(PITCH,),
        ),
        FormatSpec(
            name="pdf",
            target="seqforge_jazz.formats.pdf:PDFFormat",
            summary="PDF: the lead sheet engraved, for the printer",
            suffix=".pdf",
            codecs=_CODECS,
            requires=("verovio", "svglib"),
            install=_SCORE,
            options=(PITCH,),
            by_default=False,
        ),
        FormatSpec(
            name="png",
            target="seqforge_jazz.formats.png:PNGFormat",
            summary="PNG: the lead sheet engraved, as a picture",
            suffix=".png",
            codecs=_CODECS,
            requires=("verovio", "svglib", "pypdfium2"),
            install=_SCORE,
            options=(PITCH,),
            by_default=False,
        ),
        FormatSpec(
            name="wav",
            target="seqforge_jazz.formats.audio:WavFormat",
            summary="WAV: what the MIDI file says, as sound",
            suffix=".wav",
            codecs=_CODECS,
            options=(SOUNDFONT,),
            by_default=False,
        ),
        FormatSpec(
            name="mp3",
            target="seqforge_jazz.formats.audio:Mp3Format",
            summary="MP3: the same, a tenth of the size",
            suffix=".mp3",
            codecs=_CODECS,
            options=(SOUNDFONT,),
            requires=("soundfile",),
            install='"seqforge-jazz[sound]"',
            by_default=False,
        ),
    ]


@hookimpl
def seqforge_register_metrics() -> list[MetricSpec]:
    """What can be measured of a solo over its chords."""
    metrics = "seqforge_jazz.metrics"
    return [
        MetricSpec(
            name="melody",
            target=f"{metrics}:MelodyMetric",
            summary="entropy of pitch classes, intervals, range",
            codecs=_CODECS,
            measures=(
                Measure(name="h1", title="pitch-class entropy, 1 bar", unit="bits"),
                Measure(name="h4", title="pitch-class entropy, 4 bars", unit="bits"),
                Measure(name="steps", title="steps of 1 or 2 semitones", unit="share of intervals"),
                Measure(name="leaps", title="leaps of more than 4 semitones", unit="share of intervals"),
                Measure(name="repeats", title="repeated notes", unit="share of intervals"),
                Measure(name="range", title="range", unit="semitones"),
            ),
        ),
        MetricSpec(
            name="rhythm",
            target=f"{metrics}:RhythmMetric",
            summary="similarity of bars, onsets off the beat, density",
            codecs=_CODECS,
            measures=(
                Measure(name="grooving", title="grooving similarity", unit="share"),
                Measure(name="offbeats", title="onsets off the beat", unit="share of notes"),
                Measure(name="density", title="density", unit="notes a beat"),
            ),
        ),
        MetricSpec(
            name="harmony",
            target=f"{metrics}:HarmonyMetric",
            summary="chord and scale tones, on strong beats and elsewhere",
            codecs=_CODECS,
            measures=(
                Measure(name="chord_tones", title="chord tones", unit="share of notes"),
                Measure(name="chord_tones_strong", title="chord tones on strong beats", unit="share of notes"),
                Measure(name="chord_tones_weak", title="chord tones elsewhere", unit="share of notes"),
                Measure(name="scale_tones_strong", title="scale tones on strong beats", unit="share of notes"),
                Measure(name="scale_tones_weak", title="scale tones elsewhere", unit="share of notes"),
            ),
        ),
        MetricSpec(
            name="surprise",
            target=f"{metrics}:SurpriseMetric",
            summary="how surprising the intervals are to an n-gram of the reference",
            codecs=_CODECS,
            measures=(
                Measure(name="interval_nats", title="surprise under a 4-gram of intervals", unit="nats an interval"),
            ),
        ),
    ]


@hookimpl
def seqforge_register_models() -> list[PretrainedSpec]:
    """The model that comes along; its card stands beside it."""
    return [
        PretrainedSpec(
            name="jazz-solos",
            package="seqforge_jazz.models",
            resource="jazz-solos.safetensors",
            summary="an LSTM of 2 x 256 units that learnt from 359 human solos of the Weimar Jazz Database",
            licence="ODbL 1.0",
        )
    ]


@hookimpl
def seqforge_register_recipes() -> list[RecipeSpec]:
    """What `seqforge run jazz`, `solos` and `jazzify` do."""
    return [
        RecipeSpec(
            name="jazz",
            package="seqforge_jazz.recipes",
            resource="jazz.toml",
            summary="an LSTM learns jazz lines over chord changes from the built-in etudes, in under a minute",
        ),
        RecipeSpec(
            name="solos",
            package="seqforge_jazz.recipes",
            resource="solos.toml",
            summary="an LSTM learns from human solos, such as those of the Weimar Jazz Database (--data wjazzd.db)",
        ),
        RecipeSpec(
            name="jazzify",
            package="seqforge_jazz.recipes",
            resource="jazzify.toml",
            summary="the original Jazzify design: 60 windows of 30 values, an LSTM of 64 units, 100 epochs",
        ),
    ]
