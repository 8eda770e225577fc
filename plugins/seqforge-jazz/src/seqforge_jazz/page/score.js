// The engraved score, where an entry has one: pages of SVG whose notes are found by the tick at which they start.

class Score {
  constructor(frame, onSeek) {
    this.frame = frame;
    this.lit = [];
    this.byTick = new Map();
    frame.addEventListener("click", (event) => {
      const note = event.target.closest?.("[data-seconds]");
      if (note) onSeek(Number(note.dataset.seconds));
    });
  }

  draw(entry) {
    this.lit = [];
    this.byTick = new Map();
    const pages = (entry.score || []).map((text) => new DOMParser().parseFromString(text, "image/svg+xml").documentElement);
    this.frame.replaceChildren(...pages.map((page) => document.importNode(page, true)));
    this.frame.closest("[data-score]").hidden = !pages.length;
    for (const note of this.frame.querySelectorAll("[id]")) {
      const tick = tickOf(note.id);
      if (tick === null) continue;
      this.byTick.set(tick, [...(this.byTick.get(tick) || []), note]);
    }
    for (const [start, , , , , , , tick] of entry.notes)
      for (const note of this.byTick.get(tick) || []) note.dataset.seconds = start;
  }

  /** Light the note of that index, and bring its system into the frame. */
  show(entry, index, isPlaying) {
    const notes = index < 0 ? [] : this.byTick.get(entry.notes[index][7]) || [];
    if (notes[0] === this.lit[0]) return;
    this.lit.forEach((note) => note.classList.remove("now"));
    notes.forEach((note) => note.classList.add("now"));
    this.lit = notes;
    if (!isPlaying || !notes.length) return;
    const [place, frame] = [notes[0].getBoundingClientRect(), this.frame.getBoundingClientRect()];
    if (place.top < frame.top || place.bottom > frame.bottom - 40) this.frame.scrollTop += place.top - frame.top - 60;
  }
}

/** The tick in an id such as `note-96`. */
function tickOf(id) {
  const found = /^note-(\d+)(?:-|$)/.exec(id);
  return found ? Number(found[1]) : null;
}
