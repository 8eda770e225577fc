"""The page of a run in a real browser: what it asks for, how it sounds, what it shows, and who can use it."""

import base64
import io
import itertools
import math
import wave

import numpy as np
import pytest
from conftest import call

axe_api = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")

SCHEMES = ["light", "dark"]
WIDTHS = [390, 1280]
HEARD = 0.01
SECONDS_APART = 0.05

# Samples of each frame: the audio clock as it is heard, and the number of the lit note. The page's own callback comes
# first in a frame, since it was asked for first.
WATCH = """async (seconds) => {
  const { player, roll } = window.seqforgePlayer;
  const samples = [];
  while (player.position < seconds) {
    await new Promise((done) => requestAnimationFrame(done));
    samples.push([player.context.currentTime - (player.context.outputLatency || 0), roll.highlighted]);
  }
  return { samples, startedAt: player.startedAt, starts: window.soloStarts, notes: player.entry.notes };
}"""


def test_nothing_goes_wrong_and_nothing_is_asked_for(opened):
    opened.play()
    opened.page.click("[data-show='1']")
    opened.page.click("[data-play] >> nth=0")
    opened.page.click("#player-table summary")
    opened.page.wait_for_timeout(500)
    assert opened.errors == []
    assert [url for url in opened.requests if not url.startswith("file:")] == []
    assert len(opened.requests) == 1


def test_it_sounds_goes_on_and_stops(opened):
    assert opened.ask("p.context") is None, "nothing sounds before somebody asks for it"
    opened.play()
    before = opened.ask("[p.context.currentTime, p.position]")
    assert opened.loudest(1.5) > HEARD
    after = opened.ask("[p.context.currentTime, p.position]")
    assert after[0] > before[0]
    assert after[1] - before[1] == pytest.approx(after[0] - before[0], abs=0.01)
    opened.page.click("#player-play")
    opened.page.wait_for_timeout(300)
    position = opened.ask("p.position")
    assert opened.loudest(0.5) < HEARD / 10
    assert opened.ask("p.position") == position


@pytest.mark.parametrize(
    ("muted", "heard"), [((), True), (("solo",), True), (("band",), True), (("solo", "band"), False)], ids=str
)
def test_mutes_are_heard(opened, muted, heard):
    opened.play()
    for stem in muted:
        opened.page.click(f"#player-{stem}")
        assert opened.page.get_attribute(f"#player-{stem}", "aria-pressed") == "true"
    opened.page.wait_for_timeout(500)
    assert (opened.loudest(2) > HEARD) == heard


def test_each_stem_alone_is_softer_than_both(opened):
    opened.play()
    levels = {}
    for muted in ((), ("solo",), ("band",)):
        for stem in ("solo", "band"):
            opened.ask(f"p.mute('{stem}', {str(stem in muted).lower()})")
        opened.ask("p.seek(0)")
        opened.page.wait_for_timeout(200)
        levels[muted] = opened.loudest(3)
    assert levels["solo",] != pytest.approx(levels["band",], rel=1e-3)
    assert max(levels["solo",], levels["band",]) < levels[()] * 1.1


def test_the_lit_note_is_the_one_that_sounds(opened):
    opened.play()
    seen = opened.page.evaluate(WATCH, 20)
    notes, started = seen["notes"], seen["startedAt"]
    assert len({lit for _, lit in seen["samples"]}) > 20
    starts = {round(when, 3): frequency for when, frequency in seen["starts"]}
    in_time = [now for before, now in itertools.pairwise(seen["samples"]) if now[0] - before[0] <= SECONDS_APART]
    assert len(in_time) > len(seen["samples"]) / 2, "the browser came to hardly any frame in time"
    for clock, lit in in_time:  # of a frame that came late nobody saw when the note was lit
        if lit < 0:
            sounding = [note for note in notes if started + note[0] <= clock < started + note[1]]
            assert all(
                min(clock - started - note[0], started + note[1] - clock) <= SECONDS_APART for note in sounding
            ), "a note sounds, and none is lit"
            continue
        start, end, pitch, *_ = notes[lit]
        when = min(starts, key=lambda each: abs(each - started - start))
        assert starts[when] == pytest.approx(440 * 2 ** ((pitch - 69) / 12), rel=1e-3), "another pitch is lit"
        assert when - SECONDS_APART <= clock <= started + end + SECONDS_APART


def test_the_cursor_is_where_the_sound_is(opened):
    opened.play()
    opened.page.wait_for_timeout(1000)
    shown, position = opened.page.evaluate(
        """() => new Promise((done) => requestAnimationFrame(() => done([
            Number(/translate\\(([\\d.]+)/.exec(document.querySelector(".cursor").getAttribute("transform"))[1]) / 84,
            window.seqforgePlayer.player.position])))"""
    )
    assert shown == pytest.approx(position, abs=SECONDS_APART)


@pytest.mark.parametrize("playing", [False, True])
def test_a_click_seeks(opened, playing):
    if playing:
        opened.play()
    start = opened.ask("p.entry.notes.find((note) => note[0] > 4)[0]")
    box = opened.page.locator("#player-roll svg").bounding_box()
    opened.page.mouse.click(box["x"] + start * 84 + 1, box["y"] + box["height"] / 2)
    position = opened.ask("p.position")
    assert start - 0.05 < position < start + (0.5 if playing else 0.05)


def test_a_click_into_the_score_goes_to_the_nearest_note(opened):
    notes = opened.page.locator("#player-score [data-note]")
    if not notes.count():
        pytest.skip("no score: the parts that engrave it are not installed")
    note = notes.nth(10)
    note.scroll_into_view_if_needed()
    box = note.bounding_box()
    opened.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert opened.ask("p.position") == pytest.approx(float(note.get_attribute("data-seconds")), abs=0.01)


def test_the_score_lights_the_note_of_the_roll(opened):
    if not opened.page.locator("#player-score [data-note]").count():
        pytest.skip("no score: the parts that engrave it are not installed")
    opened.play()
    for _ in range(20):
        lit, inked = opened.page.evaluate(
            """() => new Promise((done) => requestAnimationFrame(() => done([
                window.seqforgePlayer.roll.highlighted,
                [...document.querySelectorAll("#player-score .now")].map((each) => Number(each.dataset.note))])))"""
        )
        assert set(inked) == ({lit} if lit >= 0 else set())
        opened.page.wait_for_timeout(100)


def test_the_slider_seeks(opened):
    opened.page.locator("#player-position").fill("12.5")
    assert opened.ask("p.position") == pytest.approx(12.5, abs=0.01)
    assert "bar 9" in opened.page.locator("#player-clock").inner_text()


def test_everything_is_done_by_keyboard(opened):
    keyboard = opened.page.keyboard
    keyboard.press("Space")
    opened.wait("p.position > 0.1")
    assert opened.page.locator("#player-status").inner_text() == "Playing"
    keyboard.press("Space")
    assert not opened.ask("p.playing")
    assert "Paused at bar 1" in opened.page.locator("#player-status").inner_text()
    bar = opened.ask("p.entry.beats * 60 / p.entry.tempo")
    keyboard.press("Home")
    for key, bars in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("ArrowLeft", 0), ("ArrowLeft", 0)):
        keyboard.press(key)
        assert opened.ask("p.position") == pytest.approx(bars * bar, abs=0.01)
    for key, stem in (("m", "solo"), ("b", "band")):
        keyboard.press(key)
        assert opened.ask(f"p.muted.{stem}")
        keyboard.press(key)
        assert not opened.ask(f"p.muted.{stem}")


def test_every_control_is_reached_by_tab_and_shows_its_focus(opened):
    reached = []
    for _ in range(60):
        opened.page.keyboard.press("Tab")
        reached.append(
            opened.page.evaluate(
                "() => [document.activeElement.id || document.activeElement.dataset.show || '',"
                " getComputedStyle(document.activeElement).outlineStyle]"
            )
        )
    names = [name for name, _ in reached]
    assert {"0", "1", "2", "3", "player-play", "player-solo", "player-band", "player-position", "player-roll"} <= {
        *names
    }
    assert all(style != "none" for name, style in reached if name.startswith("player-"))


def test_space_on_a_button_presses_the_button_alone(opened):
    opened.page.focus("#player-solo")
    opened.page.keyboard.press("Space")
    assert opened.ask("[p.muted.solo, p.playing]") == [True, False]


def test_takes_are_compared_at_the_same_place(opened):
    opened.ask("p.seek(6)")
    opened.page.click("[data-show='2']")
    assert opened.ask("p.position") == 6
    assert opened.page.locator("#player-title").inner_text().startswith("take 3")
    assert [
        button.get_attribute("aria-pressed") for button in opened.page.locator("[data-show]").all()
    ] == ["false", "false", "true", "false"]  # fmt: skip


def test_a_quotation_is_heard_and_then_its_source(opened):
    opened.page.click("[data-play] >> nth=0")
    opened.wait("p.position > 0.1")
    take, source = opened.page.locator("[data-play] >> nth=0").get_attribute("data-play").split()
    assert opened.ask("window.seqforgePlayer.shown") == int(take)
    assert opened.page.locator(".note.quoted").count() > 1
    opened.wait(f"window.seqforgePlayer.shown === {source}", seconds=60)
    opened.wait("p.playing")
    assert opened.loudest(1) > HEARD
    quoted = [
        opened.page.evaluate(
            "(index) => window.seqforgePlayer.entries[index].notes.filter((note) => note[8]).map((note) => note[2])",
            int(index),
        )
        for index in (take, source)
    ]
    steps = [[b - a for a, b in itertools.pairwise(line)] for line in quoted]
    assert len(steps[0]) >= 4
    assert steps[0] == steps[1]


def test_the_table_of_notes_says_what_the_roll_shows(opened):
    opened.page.click("#player-table summary")
    rows = opened.page.locator("#player-rows tr")
    opened.wait("document.querySelectorAll('#player-rows tr').length > 0")
    assert rows.count() == len(opened.ask("p.entry.notes"))
    cells = rows.nth(0).locator("td").all_inner_texts()
    first = opened.ask("p.entry.notes[0]")
    assert (cells[2], cells[5]) == (first[5], f"{first[6]:g}")


def test_a_download_gives_the_file(opened, run_folder):
    with opened.page.expect_download() as download:
        opened.page.click("text=take-01.mid")
    assert download.value.suggested_filename == "take-01.mid"
    content = download.value.path().read_bytes()
    assert content == (run_folder / "samples" / "take-01.mid").read_bytes()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overlaps_and_nothing_is_wider_than_the_window(visit, run_folder, width, scheme):
    opened = visit(run_folder / "report.html", width, scheme)
    opened.ask("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    opened.wait("document.querySelectorAll('#player-rows tr').length > 0")
    opened.assert_fits(width, scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_barrier(visit, run_folder, width, scheme):
    opened = visit(run_folder / "report.html", width, scheme)
    opened.play()
    opened.page.click("#player-play")
    opened.page.click("#player-table summary")
    results = axe_api.Axe().run(opened.page)
    assert results.violations_count == 0, results.generate_report()


def test_names_that_would_do_harm_are_shown_as_they_are(visit, tmp_path, run_folder):
    title = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u202eevil"
    folder = tmp_path / "takes"
    outcome = call("generate", run_folder, "--title", title, "--seed", "1", "--out", folder)
    assert outcome.status == 0, outcome.err
    opened = visit(folder / "takes.html")
    opened.play()
    shown = opened.page.locator("#player-title").inner_text()
    assert title.replace("\u202e", " ") in shown
    assert opened.errors == []
    assert len(opened.requests) == 1


def test_a_recording_is_played_in_the_place_of_the_synthesizer(opened):
    """A tone of 1,000 Hz as the solo, and nothing as the band: its peak is the analyser's."""
    samples = (np.sin(2 * np.pi * 1000 * np.arange(3 * 44_100) / 44_100) * 16_000).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, 44_100, 0, "NONE", ""))
        writer.writeframes(samples.tobytes())
    recording = base64.b64encode(file.getvalue()).decode()
    opened.page.evaluate("(text) => { window.seqforgePlayer.entries[1].audio = { solo: text }; }", recording)
    opened.page.click("[data-show='1']")
    opened.page.click("#player-band")
    opened.play()
    opened.page.wait_for_timeout(700)
    peak = opened.page.evaluate(
        """() => {
            const { analyser } = window.seqforgePlayer;
            const levels = new Float32Array(analyser.frequencyBinCount);
            analyser.getFloatFrequencyData(levels);
            return levels.indexOf(Math.max(...levels)) * analyser.context.sampleRate / analyser.fftSize;
        }"""
    )
    assert peak == pytest.approx(1000, abs=25)
    assert opened.page.evaluate("window.soloStarts.length") == 0


def test_levels_stay_below_clipping(opened):
    opened.play()
    level = opened.loudest(6)
    assert math.isfinite(level)
    assert level < 1
