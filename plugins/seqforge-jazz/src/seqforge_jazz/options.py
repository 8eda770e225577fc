"""The options of the parts that the jazz plugin registers. Nothing here imports more than their names need."""

from __future__ import annotations

from seqforge import Option
from seqforge_jazz.instruments import INSTRUMENTS

__all__ = [
    "CHANGES_OPTIONS",
    "INSTRUMENT",
    "MIDI_OPTIONS",
    "PITCH",
    "PITCH_SEED",
    "RANGE",
    "SOUNDFONT",
    "STEERING_OPTIONS",
    "swing",
]

CHANGES_OPTIONS = (
    Option(
        name="chords",
        type=str,
        default="blues-f",
        help="the changes: a form such as blues-f or rhythm-changes-bb, chords such as 'Dm7 G7 | Cmaj7 | %', a file, "
        "- for standard input, or a link of iReal Pro",
    ),
    Option(name="tune", type=str, default=None, help="which tune of a playlist of iReal Pro: its title or number"),
    Option(name="title", type=str, default=None, help="what is written over the takes; without, what the chart is"),
    Option(name="key", type=str, default=None, help="the key of the form, or that the chords are in: Bb, F#m"),
    Option(
        name="transpose", type=int, default=0, minimum=-24, maximum=24, help="semitones by which the chart is moved"
    ),
    Option(name="choruses", type=int, default=1, minimum=1, maximum=500, help="how often the chart is played"),
    Option(name="tempo", type=float, default=160.0, minimum=30, maximum=400, help="quarters a minute"),
    Option(
        name="style",
        type=str,
        default=None,
        choices=("swing", "bossa"),
        help="what the band plays in 4/4: swing or bossa; without, what the form or tune is",
    ),
)
INSTRUMENT = Option(
    name="instrument",
    type=str,
    default="tenor-sax",
    choices=tuple(INSTRUMENTS),
    help="who plays: sound and range, such as trumpet",
)
RANGE = Option(
    name="range",
    type=str,
    default=None,
    help="lowest and highest note, such as C4-A5 or 60-81; without, the instrument's range",
)
STEERING_OPTIONS = (
    Option(
        name="primer",
        type=str,
        default=None,
        help="a MIDI, MusicXML or ABC file: the solo begins with its notes, from bar 1 of the chart on, and goes on",
    ),
    Option(
        name="density",
        type=float,
        default=None,
        minimum=0.1,
        maximum=4,
        help="how many notes a beat the solo comes near to; without, as the model likes",
    ),
    Option(
        name="ending",
        type=str,
        default="free",
        choices=("chord", "root", "free"),
        help="what the last note is of the chord under it: chord (one of its tones), root or free (anything)",
    ),
)
PITCH_SEED = Option(
    name="pitch_seed",
    type=int,
    default=0,
    minimum=0,
    maximum=2**32 - 1,
    help="decides, with the values themselves, which pitches the values become",
)

PITCH = Option(
    name="pitch",
    type=str,
    default="concert",
    choices=("concert", "written"),
    help="the pitch on the page: concert (as it sounds) or written (as a player in Bb or Eb reads it)",
)


def swing(usual: float) -> Option:
    """The option of a codec whose solos usually swing that much."""
    return Option(
        name="swing",
        type=float,
        default=usual,
        minimum=0.5,
        maximum=0.75,
        help="share of a beat that its first eighth takes; 0.5 is straight, as a bossa is",
    )


MIDI_OPTIONS = (
    Option(
        name="melody_track",
        type=str,
        default="auto",
        help="MIDI: the track that plays the melody, by name or by number (from 0, silent ones not counted)",
    ),
    Option(
        name="chord_track",
        type=str,
        default="auto",
        help="MIDI: the track that plays the chords, by name or by number (from 0, silent ones not counted)",
    ),
    Option(name="from_quarter", type=float, default=0.0, minimum=0, help="MIDI: where to begin, in quarters"),
    Option(name="to_quarter", type=float, default=0.0, minimum=0, help="MIDI: where to stop, in quarters; 0: the end"),
    Option(
        name="tempo", type=float, default=0.0, minimum=0, maximum=500, help="MIDI: quarters a minute; 0: the file's"
    ),
    Option(
        name="divisions",
        type=str,
        default="12",
        help="MIDI: into how many parts a quarter is cut; 4,3 takes the nearest of fourths and thirds",
    ),
    Option(
        name="chords",
        type=str,
        default="",
        help="MIDI: the changes of every file, a form such as blues-f or chords such as 'Dm7 G7 | Cmaj7'",
    ),
    Option(
        name="infer_chords",
        type=bool,
        default=True,
        help="MIDI: guess the names of the chords that a track plays",
    ),
)

SOUNDFONT = Option(
    name="soundfont",
    type=str,
    default=None,
    help="a file .sf2 or .sf3 whose instruments play; without, a synthesizer of our own",
)
