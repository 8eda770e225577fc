"""What stands above the music: title, feel and tempo, who plays."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from seqforge_jazz.engraving.lettering import FLAT_SIGN, SIGN_SCALE, Run, advance, set_runs, sign
from seqforge_jazz.formats.written_part import WrittenPart
from seqforge_jazz.instruments import INSTRUMENTS

__all__ = ["FIRST_HEADING", "LATER_HEADING", "add_heading", "add_page_number"]

FIRST_HEADING, LATER_HEADING = 2_600, 1_300
"""How much of the page a heading takes, in its units."""

_TITLE_SIZE, _SIZE = 850, 430
_QUARTER_SIGN = 0xECA5
_TITLE_LINE, _LINE = 1_150, 1_950
_KEYS = {2: "B", 9: "E"}
"""The letter, to be flattened, of the key in which an instrument is built that reads so many semitones higher."""


def add_heading(page: Element, part: WrittenPart, title: str, width: int, margin: int) -> None:
    """The title in the middle; below it feel and tempo on the left, the instrument and its pitch on the right."""
    sheet = part.sheet
    words = Run(title, _TITLE_SIZE)
    room = width - 2 * margin
    if advance(words) > room:
        words = words._replace(size=_TITLE_SIZE * room / advance(words))
    set_runs(page, [words], width / 2, _TITLE_LINE, "middle")
    percent = round(100 * sheet.swing)
    feel = f"Swing ({percent} %)   " if percent > 50 else "Even eighths   "
    tempo = [sign(_QUARTER_SIGN, _SIZE), Run(f" = {sheet.tempo_bpm:.0f}", _SIZE, style="bold")]
    set_runs(page, [Run(feel, _SIZE, style="bold"), *tempo], margin, _LINE)
    set_runs(page, _player(part), width - margin, _LINE, "end")


def add_page_number(page: Element, title: str, number: int, width: int, margin: int) -> None:
    """What stands above a page that goes on."""
    set_runs(page, [Run(title, _SIZE, style="italic")], margin, LATER_HEADING / 2)
    set_runs(page, [Run(str(number), _SIZE)], width - margin, LATER_HEADING / 2, "end")


def _player(part: WrittenPart) -> list[Run]:
    instrument = INSTRUMENTS[part.sheet.instrument]
    letter = _KEYS.get(-instrument.transposition % 12, "")
    if not part.semitones:
        return [Run(instrument.title + (", concert pitch" if letter else ""), _SIZE)]
    if not letter:
        return [Run(instrument.title, _SIZE)]
    return [Run(f"{instrument.title} in {letter}", _SIZE), sign(FLAT_SIGN, _SIZE * SIGN_SCALE)]
