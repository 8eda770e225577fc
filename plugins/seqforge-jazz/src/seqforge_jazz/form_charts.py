"""The charts of the forms: name, title, key and one chorus of each, by style."""

from __future__ import annotations

# A form a paragraph, its chorus laid out as musicians lay it out: four or eight bars a line.
# fmt: off
FORM_CHARTS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "blues": (
        ("blues", "Blues", "F", """
            F7 | Bb7 | F7 | % | Bb7 | % | F7 | % | C7 | Bb7 | F7 | C7"""),
        ("jazz-blues", "Jazz Blues", "F", """
            F7 | Bb7 | F7 | Cm7 F7
            Bb7 | Bdim7 | F7 | Am7b5 D7(b9)
            Gm7 | C7 | F7 D7 | Gm7 C7"""),
        ("bebop-blues", "Bebop Blues", "F", """
            Fmaj7 | Em7b5 A7(b9) | Dm7 G7 | Cm7 F7
            Bb7 | Bbm7 Eb7 | Am7 D7 | Abm7 Db7
            Gm7 | C7 | Fmaj7 D7(b9) | Gm7 C7"""),
        ("tritone-blues", "Tritone Blues", "Bb", """
            Bb7 | A7 | Bb7 | Fm7 E7
            Eb7 | Ebm7 Ab7 | Dm7 | Db7
            Cm7 | B7 | Bb7 Db7 | Cm7 B7"""),
        ("shuffle-blues", "Shuffle Blues", "Bb", """
            Bb7 | Eb7 Edim7 | Bb7 | Bb9
            Eb9 | Edim7 | Bb7 | G7
            C9 | F9 | Bb7 Eb7 | Bb7 F7"""),
        ("waltz-blues", "Waltz Blues", "G", """
            3/4 G7 | C7 | G7 | % | C7 | C#dim7 | G7 | Bm7b5 E7(b9)
            Am7 | D7 | Bm7 E7 | Am7 D7"""),
        ("eight-bar-blues", "Eight-Bar Blues", "C", """
            C7 | G7 | F7 | F#dim7
            C7/G A7 | D7 G7 | C7 F7 | C7 G7"""),
        ("sixteen-bar-blues", "Sixteen-Bar Blues", "Eb", """
            Eb7 | % | % | Bbm7 Eb7 | Ab7 | % | Eb7 | C7(b9)
            F7 | Bb7 | F7 | Bb7 | F7 | Bb7 | Eb7 Ab7 | Eb7 Bb7"""),
        ("sus-blues", "Suspended Blues", "D", """
            D9sus | % | D9sus | D7
            G9sus | % | D9sus | B7(#9)
            Em9 | A9sus | F9sus | A9sus"""),
    ),
    "minor-blues": (
        ("minor-blues", "Minor Blues", "Cm", """
            Cm7 | Fm7 | Cm7 | % | Fm7 | % | Cm7 | % | Ab7 | G7 | Cm7 | G7"""),
        ("minor-jazz-blues", "Minor Jazz Blues", "Cm", """
            Cm6 | Dm7b5 G7(b9) | Cm7 | Gm7b5 C7(b9)
            Fm7 | Bb7 | Cm7 | Am7b5 D7alt
            Dm7b5 | G7alt | Cm6 Eb7 | Dm7b5 G7alt"""),
        ("dorian-blues", "Dorian Blues", "Am", """
            Am7 | D9 | Am7 | %
            Dm7 | G9 | Am7 | %
            F9 | E7(#9) | Am7 D9 | Am7 E7(#9)"""),
        ("minor-line-blues", "Minor Line Blues", "Dm", """
            Dm | Dm(maj7) | Dm7 | Dm6
            Gm | Gm(maj7) | Dm7 | Bm7b5
            Em7b5 | A7(b9,b13) | Dm Bbmaj7 | Em7b5 A7"""),
        ("minor-waltz-blues", "Minor Waltz Blues", "Gm", """
            3/4 Gm7 | % | % | G7(b9) | Cm7 | % | Gm7 | %
            Eb7 | D7(#9) | Gm7 Bb7 | Eb7 D7"""),
        ("minor-descent-blues", "Minor Descent Blues", "Fm", """
            Fm7 | Gm7b5 C7(b9) | Fm7 Ebm7 | Ab7
            Bbm7 | Eb7 | Abmaj7 | Dbmaj7
            Gm7b5 | C7alt | Fm7 Ab7 | Dbmaj7 Gb7"""),
    ),
    "rhythm-changes": (
        ("rhythm-changes", "Rhythm Changes", "Bb", """
            |: Bb6 G7 | Cm7 F7 | Dm7 G7 | Cm7 F7 | Bb7 | Eb7 Ebm6 |1. Dm7 G7 | Cm7 F7 :|2. Bb6 F7 | Bb6
            D7 | % | G7 | % | C7 | % | F7 | %
            Bb6 G7 | Cm7 F7 | Dm7 G7 | Cm7 F7 | Bb7 | Eb7 Ebm6 | Cm7 F7 | Bb6"""),
        ("rhythm-diminished", "Rhythm Changes with Diminished Chords", "Bb", """
            |: Bbmaj7 Bdim7 | Cm7 C#dim7 | Dm7 G7(b9) | Cm7 F7 | Fm7 Bb7 | Eb6 Edim7 |1. Bb6/F G7 | Cm7 F7
            :|2. Cm7 F7 | Bb6
            Am7 | D7 | Dm7 | G7 | Gm7 | C7 | Cm7 | F7
            Bbmaj7 Bdim7 | Cm7 C#dim7 | Dm7 G7(b9) | Cm7 F7 | Fm7 Bb7 | Eb6 Edim7 | Bb6/F F7 | Bb6"""),
        ("rhythm-tritone", "Rhythm Changes with Tritone Substitutes", "Ab", """
            |: Ab6 F7 | E7 Eb7 | Cm7 B7 | Bbm7 A7 | Ebm7 Ab7 | Dbmaj7 Gb7 |1. Cm7 B7 | Bbm7 A7 :|2. Bbm7 Eb7 | Ab6
            C7 | Gb7 | F7 | B7 | Bb7 | E7 | Eb7 | A7
            Ab6 F7 | E7 Eb7 | Cm7 B7 | Bbm7 A7 | Ebm7 Ab7 | Dbmaj7 Gb7 | Bbm7 Eb7 | Ab6"""),
        ("rhythm-backcycle", "Rhythm Changes from Afar", "Eb", """
            |: Bm7 E7 | Am7 D7 | Gm7 C7 | Fm7 Bb7 | Bbm7 Eb7 | Abm7 Db7 |1. Gm7 C7 | Fm7 Bb7 :|2. Fm7 Bb7 | Ebmaj7
            G7(b9) | G7 | C7(b9) | C7 | F9 | F7 | Fm7 | Bb7
            Bm7 E7 | Am7 D7 | Gm7 C7 | Fm7 Bb7 | Bbm7 Eb7 | Abm7 Db7 | Fm7 Bb7 | Ebmaj7"""),
        ("rhythm-chromatic-bridge", "Rhythm Changes with a Chromatic Bridge", "F", """
            |: Fmaj7 Dm7 | Gm7 C7 | Am7 D7 | Gm7 C7 | F7 F7/A | Bb6 Bdim7 |1. F6/C D7 | Gm7 C7 :|2. Gm7 C7 | F6
            Bm7 | E7 | Bbm7 | Eb7 | Am7 | D7 | Abm7 Db7 | Gm7 C7
            Fmaj7 Dm7 | Gm7 C7 | Am7 D7 | Gm7 C7 | F7 F7/A | Bb6 Bdim7 | Gm7 C7 | F6"""),
    ),
    "ii-V-I": (
        ("two-five-one", "Two-Five-One", "C", """
            Dm7 | G7 | Cmaj7 | % | Dm7 | G7(b9) | C6 | A7(b9)"""),
        ("two-five-cycle", "Two-Five-One through the Keys", "C", """
            Dm7 | G7 | Cmaj7 | % | Cm7 | F7 | Bbmaj7 | % | Bbm7 | Eb7 | Abmaj7 | %
            Abm7 | Db7 | Gbmaj7 | % | F#m7 | B7 | Emaj7 | % | Em7 | A7 | Dmaj7 | Dm7 G7"""),
        ("minor-two-five-one", "Minor Two-Five-One", "Am", """
            Bm7b5 | E7(b9) | Am7 | % | Bm7b5 | E7alt | Am6 | F7 E7"""),
        ("minor-cycle", "Minor Cadences through the Keys", "Gm", """
            Am7b5 | D7alt | Gm7 | % | Gm7b5 | C7alt | Fm7 | %
            Fm7b5 | Bb7alt | Ebm7 | % | Em7b5 | A7(b9) | Dm(maj7) | Am7b5 D7(b9)"""),
        ("chromatic-two-fives", "Two-Fives down in Half Steps", "G", """
            Gmaj7 | C#m7 F#7 | Cm7 F7 | Bm7 E7 | Bbm7 Eb7 | Am7 | D7 | Gmaj7
            Dm7 G7 | Cmaj7 | Cm7 F7 | Bm7 E7(b9) | Bbm7 Eb7 | Am7 D7 | Gmaj7 Eb7 | Am7 D7"""),
        ("turnarounds", "Turnarounds", "C", """
            Cmaj7 A7 | Dm7 G7 | Em7 A7(b9) | Dm7 G7 | Cmaj7 Eb7 | Abmaj7 Db7 | Cmaj7 C#dim7 | Dm7 D#dim7
            Em7 Eb7 | Dm7 Db7 | C6 A7alt | D7 G7alt | Gm7 C7 | Fmaj7 Bb7 | Em7 A7 | Dm7 G7"""),
        ("dominant-cycle", "Cycle of Dominants", "F", """
            Fmaj7 | % | B7 E7 | A7 D7 | G7 | % | Gm7 | C7
            A7 | % | D7 | % | G9 | % | C9sus | C7(b9)"""),
        ("diatonic-cycle", "Diatonic Cycle", "Em", """
            Am7 | D7 | Gmaj7 | Cmaj7 | F#m7b5 | B7(b9) | Em7 | %
            C#m7b5 | F#7(b9) | Bm7 E7 | Am7 D7 | Gmaj7 Cmaj7 | F#m7b5 B7alt | Em6 | %"""),
        ("major-thirds-cycle", "Major Thirds Cycle", "B", """
            Bmaj7 D7 | Gmaj7 Bb7 | Ebmaj7 | Am7 D7 | Gmaj7 | C#m7 F#7 | Bmaj7 | Fm7 Bb7
            Ebmaj7 F#7 | Bmaj7 D7 | Gmaj7 | Fm7 Bb7 | Ebmaj7 | C#m7 F#7 | Bmaj7 | C#m7 F#7"""),
        ("waltz-changes", "Waltz Changes", "F", """
            3/4 Fmaj7 | % | Em7b5 | A7(b9) | Dm7 | Dm7/C | Bm7b5 | E7
            Am7 | D7 | Gm7 | Bbm7 Eb7 | Am7 | D7(b9) | Gm7 | C7"""),
    ),
    "modal": (
        ("two-chord-modal", "Two-Chord Modal Form", "Dm", """
            |: Dm7 | % | % | % | % | % | % | % :|
            Ebm7 | % | % | % | % | % | % | %
            Dm7 | % | % | % | % | % | % | %"""),
        ("dorian-vamp", "Dorian Vamp", "Gm", """
            |: Gm9 | C13 | Gm9 | C13 :| Fm9 | Bb13 | Fm9 | Bb13 | Gm9 | C13 | Gm9 | D7(#9)"""),
        ("lydian-planes", "Lydian Planes", "C", """
            Cmaj7(#11) | % | Ebmaj7(#11) | % | Gbmaj7(#11) | % | Amaj7(#11) | %
            Cmaj7(#11) | % | Abmaj7(#11) | % | Dbmaj7(#11) | % | G9sus | %"""),
        ("suspended-planes", "Suspended Planes", "D", """
            D9sus | % | % | % | F9sus | % | % | %
            D9sus | % | % | % | Eb9sus | Db9sus | D9sus | %"""),
        ("modal-waltz", "Modal Waltz", "Em", """
            3/4 Em7 | F#m7 | Em7 | F#m7 | Em7 | F#m7 | Em7 | F#m7
            Am7 | Bm7 | Am7 | Bm7 | Em7 | F#m7 | Em7 | F#m7
            Cmaj7(#11) | % | B7(#9) | % | Em7 | F#m7 | Em7 | F#m7"""),
        ("phrygian-vamp", "Phrygian Vamp", "E", """
            E7sus(b9) | Fmaj7(#11)/E | E7sus(b9) | % | G7sus(b9) | Abmaj7(#11)/G | G7sus(b9) | %
            Am9 | Bb9(#11) | Am9 | Bb9(#11) | E7sus(b9) | Fmaj7(#11)/E | E7(b9) | %"""),
    ),
    "bossa": (
        ("bossa-major", "Bossa in Major", "G", """
            Gmaj7 | % | Bbdim7 | % | Am7 | D9 | Bm7 | E7(b9)
            Am7 | Cm6 | Gmaj7/B | E7(b9) | A9 | Am7 D7(b9) | G6/9 | Am7 D9"""),
        ("bossa-minor", "Bossa in Minor", "Dm", """
            Dm9 | % | Bbmaj7 | % | Em7b5 | A7(b13) | Dm6 | D7(b9)
            Gm9 | C13 | Fmaj7 | Bbmaj7 | Em7b5 | A7(b9) | Dm6/9 | A7(#9)"""),
        ("bossa-descending", "Descending Bossa", "Am", """
            Am | Am(maj7)/G# | Am7/G | F#m7b5 | Fmaj7 | Em7 A7(b9) | Dm7 | G13
            Cmaj7 | F9(#11) | Bm7b5 | E7(b9) | Am | Am(maj7)/G# | Am7/G F9 | E7(b13)"""),
        ("bossa-modulating", "Modulating Bossa", "Eb", """
            Ebmaj7 | Ab13 | Ebmaj7 | Dm7b5 G7(b9) | Cm7 | F13 | Fm7 | Bb7(b9)
            Gbmaj7 | B13 | Gbmaj7 | Abm7 Db7 | Fm7 | Bb9sus | Ebmaj7 | Fm7 E7"""),
        ("bossa-pedal", "Bossa over a Pedal", "C", """
            Cmaj7 | Dm7/C | G7/C | Cmaj7 | Cmaj7 | D9/C | Db9(#11)/C | C6/9
            Fmaj7 | Bb9(#11) | Em7 | A7(b13) | Dm9 | Db9(#11) | Cmaj7 | G9sus"""),
    ),
}
