// The controls: buttons, slider, keys, and the table of notes. Everything that a mouse can do, a key can.

const entries = JSON.parse(document.getElementById("shown").textContent);
const part = (name) => document.getElementById(`player-${name}`);
const showButtons = [...document.querySelectorAll("[data-show]")];
let shownEntry = 0;
let queue = []; // entries that follow one another, such as a quotation and its source
let isDragging = false;

const player = new Player((event) => {
  if (event === "ended") next();
  refresh();
});
const roll = new Roll(part("roll"), (seconds) => seek(seconds));
const score = new Score(part("score"), (seconds) => seek(seconds));

function say(text) {
  part("status").textContent = text;
}

function seek(seconds) {
  player.seek(seconds);
  say(`At ${barName(player.entry, player.position)}`);
}

/** Show an entry at a position; what plays goes on in it. */
async function show(index, position) {
  shownEntry = index;
  const entry = entries[index];
  roll.draw(entry);
  score.draw(entry);
  part("title").textContent = `${entry.title} · ${entry.caption}`;
  part("position").max = entry.seconds;
  part("table").open = false;
  for (const button of showButtons) button.setAttribute("aria-pressed", String(Number(button.dataset.show) === index));
  await player.load(entry, position);
}

async function toggle() {
  if (player.playing) {
    player.pause();
    say(`Paused at ${barName(player.entry, player.position)}`);
  } else {
    say("Playing");
    await player.play();
  }
}

function toggleMute(stem) {
  player.mute(stem, !player.muted[stem]);
  say(`${stem === "solo" ? "Solo" : "Band"} ${player.muted[stem] ? "muted" : "on"}`);
}

/** Play entries one after the other. */
async function playQueue(indices) {
  player.pause();
  queue = indices.slice(1);
  await show(indices[0], 0);
  say(`Playing ${player.entry.title}`);
  await player.play();
}

function next() {
  if (queue.length) playQueue(queue);
  else say("The end");
}

function refresh() {
  const { entry, position, playing } = player;
  if (!entry) return;
  part("play").textContent = playing ? "Pause" : "Play";
  for (const stem of STEMS) part(stem).setAttribute("aria-pressed", String(player.muted[stem]));
  const words = `${barName(entry, position)}, ${clockText(position)} of ${clockText(entry.seconds)}`;
  part("clock").textContent = words;
  part("position").setAttribute("aria-valuetext", words);
  if (!isDragging) part("position").value = position;
  roll.show(entry, position, playing);
  score.show(roll.highlighted, playing);
}

function follow() {
  if (player.playing) refresh();
  requestAnimationFrame(follow);
}

function onKey(event) {
  const { target } = event;
  const isOurs = target === document.body || part("frame").contains(target) || target.closest?.("[data-show], [data-play]");
  if (event.ctrlKey || event.altKey || event.metaKey || !isOurs) return;
  const isButton = target.closest?.("button, summary, a");
  const actions = {
    " ": () => toggle(),
    ArrowLeft: () => seek(neighbouringBar(player.entry, player.position, -1)),
    ArrowRight: () => seek(neighbouringBar(player.entry, player.position, 1)),
    Home: () => seek(0),
    m: () => toggleMute("solo"),
    b: () => toggleMute("band"),
  };
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action || (event.key === " " && isButton)) return;
  event.preventDefault();
  action();
}

/** The notes as a table, made when it is opened. */
function fillTable() {
  const { entry } = player;
  const body = part("rows");
  if (!part("table").open) return;
  body.replaceChildren(
    ...entry.notes.map(([start, , , , kind, name, nats]) => {
      const beat = ((start % barSeconds(entry)) * entry.tempo) / 60 + 1;
      const chord = entry.chords[rowAt(entry.chords, start + 1e-3)]?.[1] ?? "";
      const cells = [entry.firstBar + barAt(entry, start), beat.toFixed(2), name, chord, kindName(kind), nats ?? ""];
      const row = document.createElement("tr");
      row.append(...cells.map((cell) => Object.assign(document.createElement("td"), { textContent: cell })));
      return row;
    }),
  );
}

function connect() {
  part("play").addEventListener("click", toggle);
  for (const stem of STEMS) part(stem).addEventListener("click", () => toggleMute(stem));
  part("position").addEventListener("input", (event) => {
    isDragging = true;
    player.seek(Number(event.target.value));
  });
  part("position").addEventListener("change", () => {
    isDragging = false;
    say(`At ${barName(player.entry, player.position)}`);
  });
  part("table").addEventListener("toggle", fillTable);
  document.addEventListener("keydown", onKey);
  for (const button of showButtons)
    button.addEventListener("click", () => {
      queue = [];
      show(Number(button.dataset.show), player.position);
    });
  for (const button of document.querySelectorAll("[data-play]"))
    button.addEventListener("click", () => playQueue(button.dataset.play.split(" ").map(Number)));
}

if (entries.length) {
  part("frame").hidden = false;
  connect();
  show(0, 0);
  requestAnimationFrame(follow);
}
window.seqforgePlayer = { player, entries, roll, get shown() { return shownEntry; }, get analyser() { return player.analyser; } };
