"""The engraved score: read from the picture as a player reads it, it says what the lead sheet says."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from seqforge import PluginError
from seqforge.notebook import generate
from seqforge_jazz.arrangement import solo_line
from seqforge_jazz.charts import Chart
from seqforge_jazz.chords import KINDS, Chord
from seqforge_jazz.engraving import engrave, note_spans
from seqforge_jazz.engraving.verovio_pages import render
from seqforge_jazz.etudes import etudes
from seqforge_jazz.formats.pdf import PDFFormat
from seqforge_jazz.formats.png import PNGFormat
from seqforge_jazz.formats.svg import SVGFormat
from seqforge_jazz.instruments import INSTRUMENTS
from seqforge_jazz.leadsheet import LeadSheet, Note
from seqforge_jazz.readers.musicxml_abc import MusicXMLReader

DATA = Path(os.environ.get("SEQFORGE_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))
LEAD_SHEETS = sorted((DATA / "leadsheets").glob("*.mxl"))

HALF_SPACE = 90
FLAT, NATURAL, SHARP = "E260", "E261", "E262"
SIGNS = {FLAT: -1, NATURAL: 0, SHARP: 1}
CLEFS = {"E050": 30, "E062": 18}
"""The step of the lowest staff line, counted from C0, by the clef's glyph."""

SEMITONES = (0, 2, 4, 5, 7, 9, 11)


@st.composite
def lead_sheets(draw: st.DrawFn) -> LeadSheet:
    """Lines on the grid over charts in many keys, played by any instrument."""
    text = draw(st.sampled_from(("F7 | Bb7 | F7 | Cm7 F7alt", "3/4 Dm7 | G7 . C#dim7 | N.C. | Cmaj7", "Abm7 Db7 | B7")))
    chart = Chart.parse(text).repeated(draw(st.integers(1, 4)))
    notes: list[Note] = []
    now = 0
    steps = st.tuples(st.sampled_from((0, 0, 0, 6, 12, 30)), st.sampled_from((2, 3, 4, 6, 6, 6, 8, 12, 18, 60)))
    for (gap, duration), pitch in draw(st.lists(st.tuples(steps, st.integers(52, 76)), max_size=60)):
        if now + gap + duration > chart.ticks:
            break
        notes.append(Note(now + gap, duration, pitch))
        now = notes[-1].end
    return LeadSheet(
        title="Line",
        chart=chart,
        notes=tuple(notes),
        key=draw(st.sampled_from(("C", "F", "Ab", "Gb", "E", "B", "Dm", "F#m", "Ebm"))),
        instrument=draw(st.sampled_from(tuple(INSTRUMENTS))),
    )


def groups(element: Element, name: str) -> list[Element]:
    """The groups of a class, those of other groups included."""
    return [group for group in element.iter("g") if name in group.get("class", "").split()]


def glyphs(element: Element) -> list[tuple[str, int, int]]:
    """Glyph, x and y of each sign that is drawn."""
    return [
        (use.get("href", "")[1:5], *(int(place) for place in re.findall(r"-?\d+", use.get("transform", ""))[:2]))
        for use in element.iter("use")
    ]


def picture(page: str) -> Element:
    return ElementTree.fromstring(page.replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def seen_notes(page: str) -> list[tuple[str, int, int]]:
    """Id, x and pitch of each note of a page, from clef, signature, accidentals and where the head stands."""
    seen: list[tuple[str, int, int]] = []
    for system in groups(picture(page), "system"):
        ((clef, _, _),) = (glyph for group in groups(system, "clef") for glyph in glyphs(group))
        signature = [glyph for group in groups(system, "keyAccid") for glyph, _, _ in glyphs(group)]
        letters = [3, 0, 4, 1, 5, 2, 6] if SHARP in signature else [6, 2, 5, 1, 4, 0, 3]
        altered = dict(zip(letters, (SIGNS[sign] for sign in signature), strict=False))
        for measure in groups(system, "measure"):
            lowest = max(int(y) for path in groups(measure, "staff")[0].findall("path") for y in lines_of(path))
            seen += read_measure(measure, CLEFS[clef], lowest, altered)
    return seen


def lines_of(path: Element) -> list[str]:
    """The height of a line of the staff."""
    return re.findall(r"M\d+ (\d+) L", path.get("d", ""))


def read_measure(measure: Element, base: int, lowest: int, signature: dict[int, int]) -> list[tuple[str, int, int]]:
    """As `seen_notes`, of one bar: `lowest` is the height of the staff's lowest line, which is step `base`."""
    in_force: dict[int, int] = {}
    seen: list[tuple[str, int, int]] = []
    for note in groups(measure, "note"):
        ((_, x, y),) = (glyph for head in groups(note, "notehead") for glyph in glyphs(head))
        step = base + (lowest - y) // HALF_SPACE
        assert (lowest - y) % HALF_SPACE == 0
        for sign, _, _ in (glyph for group in groups(note, "accid") for glyph in glyphs(group)):
            in_force[step] = SIGNS[sign]
        alter = in_force.get(step, signature.get(step % 7, 0))
        pitch = 12 * (step // 7 + 1) + SEMITONES[step % 7] + alter
        seen.append((note.get("id", ""), x, pitch))
    return seen


def joined(sheet: LeadSheet) -> list[tuple[int, int, int]]:
    """Start, end and pitch of what the spans of the page say, parts that meet at one pitch inside a note together."""
    starts = {note.start for note in sheet.notes}
    heard: list[tuple[int, int, int]] = []
    for span in note_spans(sheet).values():
        if span.start in starts:
            heard.append((span.start, span.end, span.pitch))
        else:
            start, end, pitch = heard[-1]
            assert (end, pitch) == (span.start, span.pitch)
            heard[-1] = (start, span.end, pitch)
    return heard


@settings(deadline=None, max_examples=40)
@given(lead_sheets())
def test_the_spans_are_the_notes(sheet: LeadSheet) -> None:
    assert joined(sheet) == [(note.start, note.end, note.pitch) for note in solo_line(sheet)]


@settings(deadline=None, max_examples=40)
@given(lead_sheets(), st.sampled_from(("concert", "written")))
def test_a_player_reads_the_notes_from_the_picture(sheet: LeadSheet, pitch: str) -> None:
    (page,) = engrave(sheet, pitch=pitch)
    up = -INSTRUMENTS[sheet.instrument].transposition if pitch == "written" else 0
    spans = note_spans(sheet)
    started = {note.start for note in sheet.notes}
    seen = seen_notes(page)
    assert [name for name, _, _ in seen] == list(spans)
    for name, _, read in seen:
        if spans[name].start in started:  # an accidental of a tied note is not printed again behind the bar line
            assert read == spans[name].pitch + up, name


@settings(deadline=None, max_examples=20)
@given(lead_sheets())
def test_every_note_says_when_it_sounds(sheet: LeadSheet) -> None:
    (page,) = engrave(sheet)
    said = {note.get("id"): (note.get("data-start"), note.get("data-end")) for note in groups(picture(page), "note")}
    assert said == {name: (str(span.start), str(span.end)) for name, span in note_spans(sheet).items()}


@settings(deadline=None, max_examples=20)
@given(lead_sheets())
def test_no_id_stands_twice_and_every_glyph_is_there(sheet: LeadSheet) -> None:
    (page,) = engrave(sheet)
    names = [element.get("id") for element in picture(page).iter() if element.get("id")]
    assert len(set(names)) == len(names)
    assert {use.get("href", "")[1:] for use in picture(page).iter("use")} <= set(names)
    assert "<style" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def symbols(page: str) -> list[str]:
    """The chord symbols, signs in words."""
    return [
        "".join(child.text or "~" for child in harmony if child.tag in ("text", "path"))
        for harmony in groups(picture(page), "harm")
    ]


def test_chord_symbols_are_written_as_we_write_them() -> None:
    texts = [Chord("D", kind).symbol for kind in KINDS if kind != "N.C."]
    texts += ["C7(b9,#11)", "Ebmaj9(#11)", "C6/9", "G13", "N.C.", "F#7alt/A#", "Bb7sus/F", "B7(b9,#9)"]
    texts += ["C"] * (-len(texts) % 4)
    chart = Chart.of_beats(4, [Chord.parse(text) for text in texts])
    expected = [change.chord.symbol for change in chart.changes]
    (page,) = engrave(LeadSheet(title="Chords", chart=chart, notes=(Note(0, 48, 60),)))
    said = [re.sub(r"(?<=[A-G])[b#]|[b#](?=\d)", "~", symbol) for symbol in expected]
    assert symbols(page) == said


def test_chord_symbols_stand_apart_in_their_order_even_over_one_long_note() -> None:
    chart = Chart.parse("C7(b9) F#m7b5 Ebmaj9(#11) Bb7alt | Gm7 C7/Bb . . | Cm7 F7 | C Am")
    (page,) = engrave(LeadSheet(title="Long", chart=chart, notes=(Note(0, 192, 60),)))
    for system in groups(picture(page), "system"):
        edges = []
        for harmony in groups(system, "harm"):
            texts = [(int(text.get("x", 0)), int(text.get("textLength", 0))) for text in harmony.findall("text")]
            edges += [texts[0][0], texts[-1][0] + texts[-1][1]]
        assert edges == sorted(edges)


@pytest.fixture(scope="module")
def solos(tmp_path_factory: pytest.TempPathFactory) -> tuple[LeadSheet, ...]:
    """Twenty solos of the model that comes along, over five forms."""
    folder = tmp_path_factory.mktemp("solos")
    works = [
        generate("jazz-solos", chords=chords, count=4, seed=seed, formats=(), out=folder / str(seed))
        for seed, chords in enumerate(
            ("blues-f", "minor-blues-c", "rhythm-changes", "3/4 Dm7 | G7 | Cmaj7 | %", "Abm7 Db7")
        )
    ]
    return tuple(itertools.chain.from_iterable(works))


@pytest.mark.parametrize("number", range(20))
def test_solos_are_engraved_without_a_warning(number: int, solos: tuple[LeadSheet, ...]) -> None:
    instrument = tuple(INSTRUMENTS)[number % len(INSTRUMENTS)]
    for sheet in (solos[number], etudes()[4 * number]):
        for pitch in ("concert", "written"):
            engrave(replace(sheet, instrument=instrument), pitch=pitch)


@pytest.mark.skipif(not LEAD_SHEETS, reason="no leadsheets in SEQFORGE_TEST_DATA")
@pytest.mark.parametrize("path", LEAD_SHEETS, ids=lambda path: path.stem)
def test_lead_sheets_are_engraved_without_a_warning(path: Path) -> None:
    (sheet,) = MusicXMLReader().read(path)
    (page,) = engrave(sheet)
    assert [name for name, _, _ in seen_notes(page)] == list(note_spans(sheet))


def test_a_complaint_of_verovio_is_a_warning_and_a_refusal_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    (page,) = engrave(LeadSheet(title="One", chart=Chart.parse("C"), notes=(Note(0, 48, 60),)))
    assert page
    score = (
        '<score-partwise><part-list><score-part id="P1"><part-name/></score-part></part-list>'
        '<part id="P1"><measure><note><rest/><duration>1</duration></note></measure></part></score-partwise>'
    )
    with pytest.warns(UserWarning, match="verovio: "):
        render(score, {"breaks": "line"})
    with pytest.raises(PluginError, match=r"verovio 6\.[\d.]+\S* can't engrave the sheet: .*Error"):
        render("no score", {})
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("format_", [SVGFormat, PDFFormat, PNGFormat])
def test_equal_works_give_equal_bytes_and_odd_titles_are_held(format_: type, tmp_path: Path) -> None:
    written = []
    for name in ("one", "two"):
        sheet = LeadSheet(title="<Δ & \x07é> 日本", chart=Chart.parse("C"), notes=(Note(0, 5, 60),))
        format_().write(sheet, tmp_path / name)
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]


def test_a_long_solo_is_one_svg_several_sheets_of_paper_and_one_picture(tmp_path: Path) -> None:
    chart = Chart.parse("C7 | F7 | C7 | % | F7 | % | C7 | % | G7 | F7 | C7 | G7").repeated(6)
    sheet = LeadSheet(title="Long blues", chart=chart, notes=tuple(Note(tick, 24, 60) for tick in range(0, 3000, 24)))
    for format_ in (SVGFormat, PDFFormat, PNGFormat):
        format_().write(sheet, tmp_path / format_.__name__)
    svg = (tmp_path / "SVGFormat").read_text(encoding="utf-8")
    assert [name for name, _, _ in seen_notes(svg)] == list(note_spans(sheet))
    document = pypdfium2.PdfDocument(tmp_path / "PDFFormat")
    pages = [page.get_textpage().get_text_bounded() for page in document]
    assert [round(side) for side in document[0].get_size()] == [595, 842]
    document.close()
    assert len(pages) == 2
    assert all("Long blues" in text for text in pages)
    assert sum(text.count("F7") for text in pages) == 3 * 6
    with Image.open(tmp_path / "PNGFormat") as image:
        assert image.width == 1400
        assert image.height > 2000
        dark = image.convert("1").histogram()[0] / (image.width * image.height)
    assert 0.01 < dark < 0.2


def test_more_lines_than_one_page_holds_become_one_svg(tmp_path: Path) -> None:
    sheet = LeadSheet(title="Longest", chart=Chart.parse("C F | G7").repeated(160), notes=(Note(0, 12, 60),))
    assert len(engrave(sheet)) == 2
    SVGFormat().write(sheet, tmp_path / "longest.svg")
    whole = picture((tmp_path / "longest.svg").read_text(encoding="utf-8"))
    assert len(groups(whole, "measure")) == 320
    assert [page.findtext("title") for page in whole.findall("svg")] == ["Longest", "Longest, page 2"]


def command(code: str, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    line = [
        sys.executable,
        "-W",
        "error",
        "-c",
        f"{code}\nfrom seqforge.entry import main\nmain()",
        *map(str, arguments),
    ]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    done = command(
        "", "run", "jazz", "--backend", "numpy", "--set", "training.steps=2", "--set", "samples.count=0",
        "--out", "run", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "run"


def test_generate_writes_the_part_of_a_transposing_instrument(run_folder: Path, tmp_path: Path) -> None:
    done = command(
        "", "generate", run_folder, "--seed", 3, "--chords", "Fm7 | Bb7 | Ebmaj7 | %", "--key", "Eb", "--instrument",
        "alto-sax", "--format", "svg,musicxml", "--pitch", "written", "--out", "takes", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    score = ElementTree.parse(tmp_path / "takes" / "take-01.musicxml")
    assert score.findtext("part/measure/attributes/key/fifths") == "0"
    assert [step.text for step in score.iter("root-step")] == ["D", "G", "C"]
    page = (tmp_path / "takes" / "take-01.svg").read_text(encoding="utf-8")
    assert symbols(page) == ["Dm7", "G7", "Cmaj7"]
    assert "Alto Saxophone in E" in page
    stored = json.loads((tmp_path / "takes" / "settings.json").read_text())["format_options"]
    assert stored == {"musicxml": {"pitch": "written"}, "svg": {"pitch": "written"}}


def test_without_verovio_a_plain_generate_goes_on_and_svg_says_what_to_type(run_folder: Path, tmp_path: Path) -> None:
    missing = "import sys; sys.modules['verovio'] = None"
    assert command(missing, "generate", run_folder, "--out", "plain", cwd=tmp_path).returncode == 0
    assert not list((tmp_path / "plain").glob("*.svg"))
    assert list((tmp_path / "plain").glob("*.musicxml"))
    done = command(missing, "generate", run_folder, "--format", "svg", "--out", "asked", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.endswith('type: python -m pip install "seqforge-jazz[score]"\n')
    assert not (tmp_path / "asked").exists()


def test_the_example_of_the_documentation_runs() -> None:
    text = (Path(__file__).parents[3] / "docs" / "score.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    values: dict[str, object] = {}
    exec(example, values)
    spans = values["spans"]
    assert repr(spans).replace("'", '"').replace("start=", "").replace("end=", "").replace("pitch=", "") in example
