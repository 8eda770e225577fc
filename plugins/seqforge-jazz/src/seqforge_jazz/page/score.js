// The engraved score, where an entry has one: pages of SVG whose notes say at which tick they start (data-start).

class Score {
  constructor(frame, onSeek) {
    this.frame = frame;
    this.parts = [];
    this.lit = -1;
    frame.addEventListener("click", (event) => {
      const note = this.nearest(event.clientX, event.clientY);
      if (note) onSeek(Number(note.dataset.seconds));
    });
  }

  /** The drawn note that is nearest to a point of the window; lines count more than columns. */
  nearest(x, y) {
    const distance = (drawn) => {
      const box = drawn.getBoundingClientRect();
      return Math.hypot(Math.max(box.left - x, 0, x - box.right), 3 * Math.max(box.top - y, 0, y - box.bottom));
    };
    const drawn = this.parts.flat().map((each) => [distance(each), each]);
    return drawn.reduce((best, each) => (each[0] < best[0] ? each : best), [Infinity, null])[1];
  }

  draw(entry) {
    const pages = entry.score.map((text) => new DOMParser().parseFromString(text, "image/svg+xml").documentElement);
    this.frame.replaceChildren(...pages.map((page) => document.importNode(page, true)));
    this.frame.parentElement.hidden = !pages.length;
    this.lit = -1;
    this.parts = entry.notes.map(() => []); // of each note: those of a tie are several in the score
    const byTick = entry.notes.map((note) => [note[7]]);
    for (const drawn of this.frame.querySelectorAll("[data-start]")) {
      const note = rowAt(byTick, Number(drawn.dataset.start));
      if (note < 0) continue;
      this.parts[note].push(drawn);
      drawn.dataset.note = note;
      drawn.dataset.seconds = entry.notes[note][0];
    }
  }

  /** Light the note of that index, and bring it into the frame. */
  show(note, isPlaying) {
    if (note === this.lit) return;
    for (const drawn of this.parts[this.lit] || []) drawn.classList.remove("now");
    for (const drawn of this.parts[note] || []) drawn.classList.add("now");
    this.lit = note;
    const [first] = this.parts[note] || [];
    if (!isPlaying || !first) return;
    const [place, frame] = [first.getBoundingClientRect(), this.frame.getBoundingClientRect()];
    if (place.top < frame.top + 20 || place.bottom > frame.bottom - 20)
      this.frame.scrollTop += place.top - frame.top - frame.height / 3;
  }
}
