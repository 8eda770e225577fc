"""What a page knows of a solo: its entries beside the MIDI files, the chords, and the model."""

import json
import re
import subprocess
import sys

import mido
import numpy as np
import pytest

from seqforge import Shown
from seqforge.evaluation.alphabets import generated_pieces
from seqforge.evaluation.scoring import piece_nats
from seqforge.generation.loop import generate_tokens
from seqforge.plugins import Registry
from seqforge.session.models import find_model, model_codec, numpy_model
from seqforge.session.strategy import make_strategy, sampling_settings
from seqforge_jazz.chords import Chord
from seqforge_jazz.melody_events import melody_events
from seqforge_jazz.page.entry import note_kind

SETTINGS = ("--backend", "numpy", "--set", "training.steps=8", "--set", "training.evaluate_every=8")
MILLISECOND = 0.001


def call(*arguments):
    line = [sys.executable, "-W", "error", "-m", "seqforge", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session", params=["melody", "grammar"])
def run_folder(request, tmp_path_factory):
    """A short run with either codec; read only."""
    folder = tmp_path_factory.mktemp("page") / request.param
    recipe = {"melody": "jazz", "grammar": "jazzify"}[request.param]
    extra = () if recipe == "jazz" else ("--set", "training.steps=3")
    outcome = call("run", recipe, *SETTINGS, *extra, "--out", folder)
    assert outcome.returncode == 0, outcome.stderr
    return folder


def entries_of(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'<script type="application/json" id="shown">(.*?)</script>', text)[1])


@pytest.fixture
def entries(run_folder):
    return entries_of(run_folder / "report.html")


def tracks(path):
    """Start, end and pitch of the notes of each track, in seconds, as an independent library reads them."""
    file = mido.MidiFile(path)
    (tempo,) = [message.tempo for message in file.tracks[0] if message.type == "set_tempo"]
    found = {}
    for track in file.tracks[1:]:
        now, sounding, notes = 0, {}, []
        for message in track:
            now += message.time
            seconds = mido.tick2second(now, file.ticks_per_beat, tempo)
            if message.type == "note_on" and message.velocity:
                sounding[message.note] = (seconds, message.velocity)
            elif message.type in ("note_on", "note_off"):
                start, velocity = sounding.pop(message.note)
                notes.append((start, seconds, message.note, velocity))
        found[track.name] = sorted(notes)
    return list(found.values())


@pytest.mark.parametrize("part", ["notes", "comping", "bass"])
def test_notes_are_those_of_the_midi_file(entries, run_folder, part):
    for number, entry in enumerate(entries[:2], 1):
        known = tracks(run_folder / "samples" / f"take-{number:02d}.mid")[["notes", "comping", "bass"].index(part)]
        shown = sorted(tuple(row[:4]) for row in entry[part])
        assert len(shown) == len(known) > 0
        np.testing.assert_allclose(shown, known, atol=MILLISECOND)


def test_every_solo_ends_with_its_bars(entries):
    for entry in entries:
        assert entry["seconds"] == pytest.approx(entry["bars"] * entry["beats"] * 60 / entry["tempo"], abs=MILLISECOND)
        for part in ("notes", "comping", "bass", "drums"):
            starts = [row[0] for row in entry[part]]
            assert starts == sorted(starts)
            assert 0 <= min(starts, default=0) <= max(starts, default=0) < entry["seconds"]
        assert entry["chords"][0][0] == 0


def test_kinds_are_those_of_the_chord_at_the_onset(entries):
    for entry in entries:
        seconds_a_tick = 60 / entry["tempo"] / 12
        first = (entry["firstBar"] - 1) * entry["beats"] * 12
        for _, _, pitch, _, kind, _, _, tick, _ in entry["notes"]:
            now = (tick - first) * seconds_a_tick + MILLISECOND
            symbol = [name for start, name in entry["chords"] if start <= now][-1]
            assert kind == note_kind(pitch, Chord.parse(symbol))


@pytest.mark.parametrize(
    ("pitch", "symbol", "kind"),
    [
        (60, "Cmaj7", "chord"),
        (71, "Cmaj7", "chord"),
        (62, "Cmaj7", "scale"),
        (61, "Cmaj7", "other"),
        (70, "C7", "chord"),
        (71, "C7", "other"),
        (60, "N.C.", "other"),
    ],
)
def test_kinds_by_hand(pitch, symbol, kind):
    assert note_kind(pitch, Chord.parse(symbol)) == kind


def test_surprises_add_up_to_the_nats_of_the_piece(entries, run_folder):
    registry = Registry.installed()
    found = find_model(registry, str(run_folder))
    _, codec = model_codec(registry, found.model)
    settings = json.loads((run_folder / "samples" / "settings.json").read_text())
    for number in range(settings["count"]):
        work_tokens = tokens_of(run_folder, number, codec, registry)
        (piece,) = generated_pieces(codec, settings["prompt"], [work_tokens])
        (nats,) = piece_nats(numpy_model(registry, found.model), [piece])
        entry = entries[number]
        shown = sum(note[6] for note in entry["notes"]) + sum(rest[2] for rest in entry["rests"])
        assert shown == pytest.approx(nats, abs=0.001 * (len(entry["notes"]) + len(entry["rests"])) + 1e-6)


def tokens_of(folder, number, codec, registry):
    """The tokens of a take of a run, generated again."""
    settings = json.loads((folder / "samples" / "settings.json").read_text())
    model = numpy_model(registry, find_model(registry, str(folder)).model)
    strategy = make_strategy(registry, sampling_settings(registry, settings["sampling"], "--"), codec.vocabulary)
    prompts = [settings["prompt"]] * settings["count"]
    return list(generate_tokens(model, codec, prompts, strategy, seed=settings["seed"]))[number]


def test_a_note_has_the_nats_of_its_own_tokens():
    registry = Registry.installed()
    codec = registry.find("codecs", "melody").build(vocabulary=None)
    piece = next(iter(registry.find("datasets", "jazz-etudes").build(codec=codec).pieces()))
    work = codec.decode(piece.tokens.tolist(), piece.prompt)
    nats = np.random.default_rng(1).random(len(piece.tokens))
    (entry,) = codec.show([Shown(title="x", piece=piece, work=work, tokens=(0, len(nats)), nats=nats)]).data
    events = [event for event in melody_events(piece.tokens.tolist(), work.chart) if event.is_note]
    assert len(events) == len(work.notes) == len(entry["notes"])
    for note, event, shown in zip(work.notes, events, entry["notes"], strict=True):
        assert (event.start, event.end) == (note.start, note.end)
        assert codec.vocabulary.symbols[piece.tokens[event.tokens[0]]] == f"pitch-{note.pitch}"
        assert shown[6] == pytest.approx(nats[slice(*event.tokens)].sum(), abs=0.001)


def test_quotations_stand_beside_their_sources(entries, run_folder):
    found = json.loads((run_folder / "evaluation.json").read_text())["novelty"]["alphabets"]
    count = json.loads((run_folder / "samples" / "settings.json").read_text())["count"]
    longest = [alphabet["longest"] for alphabet in found if alphabet["longest"]]
    assert len(entries) == count + 2 * len(longest)
    text = (run_folder / "report.html").read_text(encoding="utf-8")
    for number, quotation in enumerate(longest):
        take, source = count + 2 * number, count + 2 * number + 1
        assert f'data-play="{take} {source}"' in text
        assert entries[take]["title"].startswith(quotation["piece"])
        assert entries[source]["title"].startswith(quotation["source"])
        assert entries[source]["firstBar"] <= int(quotation["source_place"].removeprefix("bar "))
        assert sum(note[8] for note in entries[take]["notes"]) >= quotation["length"] or found[0]["name"] != "intervals"


def test_a_quotation_has_the_intervals_of_its_source(run_folder, entries):
    found = json.loads((run_folder / "evaluation.json").read_text())["novelty"]["alphabets"]
    count = json.loads((run_folder / "samples" / "settings.json").read_text())["count"]
    if found[0]["name"] != "intervals" or not found[0]["longest"]:
        pytest.skip("this codec does not compare intervals")
    lines = [[note[2] for note in entries[place]["notes"] if note[8]] for place in (count, count + 1)]
    take, source = (np.diff(line).tolist() for line in lines)
    assert take == source
    assert len(take) >= found[0]["longest"]["length"]


def test_a_page_is_small_and_asks_for_nothing(run_folder):
    text = (run_folder / "report.html").read_text(encoding="utf-8")
    assert len(text.encode()) < 2_000_000
    addresses = set(re.findall(r"https?://[^\\\"' )<]+", re.sub(r"base64,[\w+/=]+", "", text)))
    assert addresses <= {"http://www.w3.org/2000/svg"}, "names of XML are never asked for, addresses would be"


@pytest.mark.parametrize("chords", ["N.C. | F7 | N.C. | F7", "3/4 Cmaj7 | Dm7 G7 | Cmaj7"])
def test_unusual_charts_have_pages(tmp_path, run_folder, chords):
    outcome = call("generate", run_folder, "--chords", chords, "--seed", 1, "--format", "html", "--out", tmp_path / "t")
    assert outcome.returncode == 0, outcome.stderr
    (entry,) = entries_of(tmp_path / "t" / "takes.html")
    assert entry["bars"] == chords.count("|") + 1


@pytest.mark.parametrize(("choruses", "played", "words"), [(70, 1, "room to play the first 1"), (166, 0, "too long")])
def test_long_solos_still_have_a_page_below_the_limit(tmp_path, run_folder, choruses, played, words):
    arguments = ("--chords", "blues-f", "--choruses", choruses, "-n", 2, "--seed", 1, "--format", "html")
    outcome = call("generate", run_folder, *arguments, "--out", tmp_path / "t")
    assert outcome.returncode == 0, outcome.stderr
    text = (tmp_path / "t" / "takes.html").read_text(encoding="utf-8")
    assert len(text.encode()) < 2_000_000
    assert words in text
    assert text.count("data-show=") == played


def test_equal_requests_give_equal_pages(tmp_path, run_folder):
    for name in ("one", "two"):
        assert call("generate", run_folder, "--seed", 3, "--format", "html", "--out", tmp_path / name).returncode == 0
    assert (tmp_path / "one" / "takes.html").read_bytes() == (tmp_path / "two" / "takes.html").read_bytes()


def test_unknown_surprise_is_said_to_be_unknown():
    registry = Registry.installed()
    codec = registry.find("codecs", "melody").build(vocabulary=None)
    piece = next(iter(registry.find("datasets", "jazz-etudes").build(codec=codec).pieces()))
    work = codec.decode(piece.tokens.tolist(), piece.prompt)
    (entry,) = codec.show([Shown(title="x", piece=piece, work=work, tokens=(40, 60))]).data
    assert all(note[6] is None for note in entry["notes"])
    assert 0 < sum(note[8] for note in entry["notes"]) < len(entry["notes"])
    assert entry["bars"] < work.chart.bars
