"""A page of a short run, opened from its file by a real browser."""

import shutil

import pytest
from conftest import call

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright: python -m pip install playwright")

# What a page does before any of its own scripts: note every note of the soloist that is handed to the audio clock.
# The saxophone is the only sawtooth in the band.
LISTEN = """
window.soloStarts = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (when) {
  if (this.type === "sawtooth") window.soloStarts.push([when, this.frequency.value]);
  return start.call(this, when);
};
"""

# Elements with text that lie over one another, two by two.
OVERLAPS = """() => {
  const names = "h1, h2, h3, p, button, a, label, input, summary, dt, dd, .clock, .takes .text, .legend li, figcaption";
  const shown = [...document.querySelectorAll(names)].filter((each) => each.checkVisibility() && !each.closest("svg"));
  const boxes = shown.map((each) => each.getBoundingClientRect());
  const found = [];
  for (let a = 0; a < shown.length; a += 1)
    for (let b = a + 1; b < shown.length; b += 1) {
      if (shown[a].contains(shown[b]) || shown[b].contains(shown[a])) continue;
      const across = Math.min(boxes[a].right, boxes[b].right) - Math.max(boxes[a].left, boxes[b].left);
      const down = Math.min(boxes[a].bottom, boxes[b].bottom) - Math.max(boxes[a].top, boxes[b].top);
      if (across > 1 && down > 1) found.push([shown[a].outerHTML.slice(0, 90), shown[b].outerHTML.slice(0, 90)]);
    }
  return found;
}"""


class Opened:
    """A page that is open, and what it has said and asked for."""

    def __init__(self, page):
        self.page = page
        self.errors = []
        self.requests = []
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: (self.errors.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: self.requests.append(request.url))

    def ask(self, expression):
        """The value of an expression in the page; `p` is its player."""
        return self.page.evaluate(f"() => {{ const p = window.seqforgePlayer?.player; return ({expression}); }}")

    def assert_fits(self, width, scheme):
        """Nothing is wider than the window, or lies over something else, and the paper is as light as was asked for."""
        assert self.ask("document.documentElement.scrollWidth") == width
        assert self.overlaps() == []
        paper = self.ask("getComputedStyle(document.body).backgroundColor")
        light = sum(int(value) for value in paper.removeprefix("rgb(").removesuffix(")").split(",")) > 3 * 128
        assert light == (scheme == "light")

    def wait(self, expression, seconds=30):
        """Ask until it is so. What Playwright offers for this makes code of a text, which the page's policy forbids."""
        for _ in range(20 * seconds):
            if self.ask(expression):
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"{expression} has not come true")

    def overlaps(self):
        """What lies over one another, in pairs."""
        return self.page.evaluate(OVERLAPS)

    def loudest(self, seconds):
        """The largest sample that the analyser sees in so much time."""
        return self.page.evaluate(
            """async (seconds) => {
                const analyser = window.seqforgePlayer.analyser;
                const samples = new Float32Array(analyser.fftSize);
                const end = performance.now() + 1000 * seconds;
                let most = 0;
                while (performance.now() < end) {
                    analyser.getFloatTimeDomainData(samples);
                    most = Math.max(most, ...samples.map(Math.abs));
                    await new Promise((done) => setTimeout(done, 20));
                }
                return most;
            }""",
            seconds,
        )

    def play(self):
        """Press the button, and wait until the sound has begun."""
        self.page.click("#player-play")
        self.wait("p.position > 0.1")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    """A short run of the recipe `jazz`; read only."""
    folder = tmp_path_factory.mktemp("browser") / "run"
    outcome = call("run", "jazz", "--backend", "numpy", "--set", "training.steps=20", "--out", folder)
    assert outcome.status == 0, outcome.err
    return folder


@pytest.fixture(scope="session")
def browser():
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("needs a Chromium on the path: the package chromium of Debian and Ubuntu")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def visit(browser):
    """`visit(file, width=1280, scheme="light")`: open a file in a window of its own."""
    contexts = []

    def start(file, width=1280, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        context.add_init_script(LISTEN)
        opened = Opened(context.new_page())
        opened.page.goto(file.resolve().as_uri())
        return opened

    yield start
    for context in contexts:
        context.close()


@pytest.fixture
def opened(visit, run_folder):
    return visit(run_folder / "report.html")
