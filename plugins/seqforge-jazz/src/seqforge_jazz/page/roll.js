// The piano roll as SVG: chord names, notes coloured by what they are of their chord, and under each its surprise.

const SVG = "http://www.w3.org/2000/svg"; // a name, never asked for
const PIXELS_A_SECOND = 84;
const NAMES_HEIGHT = 44;
const ROW_HEIGHT = 7;
const SURPRISE_HEIGHT = 56;
const GAP = 10;

function shape(name, attributes, text) {
  const found = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) found.setAttribute(key, value);
  if (text !== undefined) found.textContent = text;
  return found;
}

class Roll {
  constructor(frame, onSeek) {
    this.frame = frame;
    this.highlighted = -1;
    this.notes = [];
    frame.addEventListener("click", (event) => {
      const drawing = frame.querySelector("svg");
      if (drawing) onSeek((event.clientX - drawing.getBoundingClientRect().left) / PIXELS_A_SECOND);
    });
  }

  draw(entry) {
    const pitches = entry.notes.map((note) => note[2]);
    const lowest = Math.min(...pitches, 60) - 2;
    const highest = Math.max(...pitches, 72) + 2;
    const bottom = NAMES_HEIGHT + (highest - lowest) * ROW_HEIGHT;
    const height = bottom + GAP + SURPRISE_HEIGHT;
    const width = Math.ceil(entry.seconds * PIXELS_A_SECOND) + 2;
    const drawing = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
    drawing.setAttribute("aria-label", `Piano roll of ${entry.title}: ${entry.notes.length} notes over ${entry.bars} bars`);
    drawing.append(...this.grid(entry, bottom, height), ...this.chords(entry));
    this.notes = entry.notes.map((note) => this.note(note, highest));
    drawing.append(...this.notes, ...this.surprises(entry, height));
    this.cursor = shape("line", { class: "cursor", x1: 0, x2: 0, y1: 0, y2: height });
    drawing.append(this.cursor);
    this.frame.replaceChildren(drawing);
    this.highlighted = -1;
  }

  *grid(entry, bottom, height) {
    const beat = (60 / entry.tempo) * PIXELS_A_SECOND;
    for (let number = 0; number <= entry.bars * entry.beats; number += 1) {
      const isBar = number % entry.beats === 0;
      const x = number * beat;
      yield shape("line", { class: isBar ? "bar" : "beat", x1: x, x2: x, y1: isBar ? 0 : NAMES_HEIGHT, y2: height });
      if (isBar && number < entry.bars * entry.beats)
        yield shape("text", { class: "number", x: x + 3, y: 13 }, entry.firstBar + number / entry.beats);
    }
    yield shape("line", { class: "bar", x1: 0, x2: entry.seconds * PIXELS_A_SECOND, y1: bottom + GAP / 2, y2: bottom + GAP / 2 });
  }

  chords(entry) {
    return entry.chords.map(([start, symbol]) =>
      shape("text", { class: "chord-name", x: start * PIXELS_A_SECOND + 3, y: 34 }, symbol),
    );
  }

  note([start, end, pitch, , kind, name, nats, , isQuoted], highest) {
    const found = shape("rect", {
      class: `note ${kind}${isQuoted ? " quoted" : ""}`,
      x: start * PIXELS_A_SECOND + 0.5,
      y: NAMES_HEIGHT + (highest - pitch) * ROW_HEIGHT,
      width: Math.max(2, (end - start) * PIXELS_A_SECOND - 1),
      height: ROW_HEIGHT + 1,
      rx: 2,
    });
    found.append(shape("title", {}, nats === null ? `${name}, ${kindName(kind)}` : `${name}, ${kindName(kind)}, ${nats} nats`));
    return found;
  }

  surprises(entry, height) {
    const most = Math.max(6, ...entry.notes.map((note) => note[6] || 0));
    return entry.notes
      .filter((note) => note[6] !== null)
      .map(([start, end, , , kind, , nats]) => {
        const size = Math.max(1, ((SURPRISE_HEIGHT - 4) * nats) / most);
        const width = Math.max(2, (end - start) * PIXELS_A_SECOND - 1);
        return shape("rect", { class: `surprise ${kind}`, x: start * PIXELS_A_SECOND + 0.5, y: height - size, width, height: size });
      });
  }

  /** Move the cursor, light the note that sounds, and turn the page when the cursor leaves it. */
  show(entry, seconds, isPlaying) {
    const x = seconds * PIXELS_A_SECOND;
    this.cursor.setAttribute("transform", `translate(${x.toFixed(1)} 0)`);
    const sounding = isPlaying ? soundingAt(entry.notes, seconds) : -1;
    if (sounding !== this.highlighted) {
      this.notes[this.highlighted]?.classList.remove("now");
      this.notes[sounding]?.classList.add("now");
      this.highlighted = sounding;
    }
    const { scrollLeft, clientWidth } = this.frame;
    if (isPlaying && (x < scrollLeft || x > scrollLeft + 0.85 * clientWidth)) this.frame.scrollLeft = x - 0.1 * clientWidth;
  }
}

const kindName = (kind) => ({ chord: "chord tone", scale: "scale tone", other: "other tone" })[kind];
