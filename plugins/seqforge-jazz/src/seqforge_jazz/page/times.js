// Where in an entry a time is. Rows of an entry begin with their time, in order; times are in seconds.

const barSeconds = (entry) => (entry.beats * 60) / entry.tempo;

/** The last row that begins at or before a time; -1 before the first. */
function rowAt(rows, seconds) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle][0] <= seconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The first row that begins at or after a time. */
const rowFrom = (rows, seconds) => {
  const row = rowAt(rows, seconds);
  return row >= 0 && rows[row][0] === seconds ? row : row + 1;
};

/** The note that sounds; -1 for none. */
function soundingAt(notes, seconds) {
  const row = rowAt(notes, seconds);
  return row >= 0 && seconds < notes[row][1] ? row : -1;
}

/** The bar that a time is in, from 0 on. */
const barAt = (entry, seconds) =>
  Math.max(0, Math.min(entry.bars - 1, Math.floor(seconds / barSeconds(entry) + 1e-6)));

const barName = (entry, seconds) => `bar ${entry.firstBar + barAt(entry, seconds)}`;

/** Where the bar before or after begins: back goes to the begin of this one first. */
function neighbouringBar(entry, seconds, direction) {
  const size = barSeconds(entry);
  const bar = barAt(entry, seconds);
  const target = direction > 0 ? bar + 1 : seconds - bar * size > 0.25 ? bar : bar - 1;
  return Math.max(0, Math.min(entry.bars - 1, target)) * size;
}

function clockText(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
