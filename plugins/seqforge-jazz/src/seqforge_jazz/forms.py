"""Named forms: the progressions that jazz is played and practised over.

A form has a name (`minor-blues`), a key in which it is written down here, a style (one of `STYLES`) and a chart of one
chorus. Any form is played in any key: `blues-f`, or `blues` with the key given apart. None of them is a composition:
they are the common property of players, twelve-bar blues and their substitutions, the two kinds of eight bars that
make rhythm changes, cadences led through the keys, vamps, and bossa progressions made of both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from seqforge import RequestError, UnknownName
from seqforge_jazz.charts import Chart, ChartError
from seqforge_jazz.chords import pitch_class
from seqforge_jazz.chords.spelling import letters_between
from seqforge_jazz.form_charts import FORM_CHARTS
from seqforge_jazz.keys import Key, likely_key

STYLES = tuple(FORM_CHARTS)


@dataclass(frozen=True)
class Form:
    """A progression: `chart` is one chorus in `key`, which is written as in `Key.parse`."""

    name: str
    title: str
    key: str
    style: str
    text: str

    @cached_property
    def chart(self) -> Chart:
        """One chorus in `key`."""
        return Chart.parse(self.text)

    def in_key(self, key: Key) -> Chart:
        """One chorus in another key of the same mode, spelled as that key wants it."""
        own = Key.parse(self.key)
        semitones = (pitch_class(key.tonic) - pitch_class(own.tonic)) % 12
        return self.chart.transposed(semitones, letters_between(own.tonic, key.tonic))


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        name: Form(name, title, key, style, text)
        for style, forms in FORM_CHARTS.items()
        for name, title, key, text in forms
    }
)
"""Every form by its name."""

_LETTERS_OF_A_NAME = 6
_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*(?:-[a-g][b#]?m?)?")


def chart_from(text: str, key: str | None = None) -> tuple[Chart, str, str]:
    """Chart, key and title of what `text` asks for: a form, with or without a key behind its name, or a chart.

    `key` puts a form into that key; of a chart it says which key it is in, without transposing it. A single word that
    is neither form nor chord raises `UnknownName` with the nearest form.
    """
    wanted = Key.parse(key) if key else None
    name = _name(text)
    found = _find_form(name)
    if found is not None:
        form, named = found
        return _form_chart(form, named, wanted)
    try:
        chart = Chart.parse(text)
    except ChartError:
        if _looks_like_name(text.strip(), name):
            raise UnknownName("form", text.strip(), FORMS, "or write chords, such as 'Dm7 G7 | Cmaj7'") from None
        raise
    home = wanted or likely_key(chart)
    return chart, str(home), f"Changes in {_spoken(home)}"


def form_of(text: str) -> Form | None:
    """The form that `text` names, with or without a key behind its name; `None` if it names none."""
    found = _find_form(_name(text))
    return None if found is None else found[0]


def _name(text: str) -> str:
    """The text as the names of forms are written: `blues in F` as `blues-f`."""
    return re.sub(r"[\s_]+(?:in\s+)?", "-", text.strip().lower().replace("♭", "b").replace("♯", "#"))


def _looks_like_name(text: str, name: str) -> bool:
    """Tell a mistyped form from a mistyped chord: chords are short and begin with a capital A to G."""
    is_chord_like = text[:1] in set("ABCDEFG") and len(re.sub(r"[^a-z]", "", name)) < _LETTERS_OF_A_NAME
    return _NAME.fullmatch(name) is not None and not is_chord_like


def _find_form(name: str) -> tuple[Form, Key | None] | None:
    if name in FORMS:
        return FORMS[name], None
    stem, _, suffix = name.rpartition("-")
    if stem in FORMS and re.fullmatch(r"[a-g][b#]?m?", suffix):
        return FORMS[stem], Key.parse(suffix)
    return None


def _form_chart(form: Form, named: Key | None, wanted: Key | None) -> tuple[Chart, str, str]:
    own = Key.parse(form.key)
    if named and wanted and named.tonic != wanted.tonic:
        raise RequestError(f"form '{form.name}' is asked for in {named} and in {wanted}; leave out one of the two keys")
    asked = wanted or named or own
    if asked.is_minor and not own.is_minor:
        raise RequestError(f"form '{form.name}' is in major, not in {asked}; ask for {asked.tonic} or for a minor form")
    home = Key.parse(asked.tonic + ("m" if own.is_minor else ""))
    return form.in_key(home), str(home), f"{form.title} in {_spoken(home)}"


def _spoken(key: Key) -> str:
    return f"{key.tonic} minor" if key.is_minor else key.tonic
