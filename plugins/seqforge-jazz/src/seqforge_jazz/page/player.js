// Plays an entry as two stems. What is near is handed to the audio clock ahead of time, so that a busy page or a
// throttled timer in a hidden one is not heard; a stem with a recording plays that instead of the synthesizer.

const STEMS = ["solo", "band"];
const AHEAD_SECONDS = 1.6; // timers of a hidden page come once a second
const TIMER_MILLISECONDS = 100;
const START_DELAY_SECONDS = 0.06;

const tracksOf = (entry) => [
  { stem: "solo", rows: entry.notes, play: playTone, voice: SOLO_VOICES[entry.voice] || SOLO_VOICES.reed },
  { stem: "band", rows: entry.comping, play: playTone, voice: COMPING_VOICE },
  { stem: "band", rows: entry.bass, play: playTone, voice: BASS_VOICE },
  { stem: "band", rows: entry.drums, play: null, voice: null },
];

class Player {
  constructor(onChange) {
    this.onChange = onChange;
    this.context = null;
    this.analyser = null;
    this.entry = null;
    this.playing = false;
    this.muted = { solo: false, band: false };
    this.stopped = 0; // the position while nothing plays
    this.startedAt = 0; // the audio clock at position 0
    this.tracks = [];
    this.buses = [];
    this.recordings = new Map();
  }

  /** The audio graph; browsers let it sound once the user has done something. */
  open() {
    if (this.context) return;
    this.context = new AudioContext();
    this.master = this.context.createDynamicsCompressor();
    this.analyser = this.context.createAnalyser();
    this.analyser.fftSize = 2048;
    this.gains = Object.fromEntries(STEMS.map((stem) => [stem, this.context.createGain()]));
    for (const stem of STEMS) {
      this.gains[stem].gain.value = this.muted[stem] ? 0 : 1;
      this.gains[stem].connect(this.master);
    }
    this.master.connect(this.analyser).connect(this.context.destination);
    this.noise = makeNoise(this.context);
  }

  /** What is heard now: the output lags behind the clock. */
  get position() {
    if (!this.playing) return this.stopped;
    const heard = this.context.currentTime - this.startedAt - (this.context.outputLatency || 0);
    return Math.max(this.stopped, Math.min(heard, this.entry.seconds));
  }

  async load(entry, position) {
    const wasPlaying = this.playing;
    this.halt();
    this.entry = entry;
    this.stopped = position < entry.seconds ? position : 0;
    if (wasPlaying) await this.play();
    this.onChange();
  }

  async play() {
    if (this.playing || !this.entry) return;
    this.open();
    this.playing = true;
    const entry = this.entry;
    await Promise.all([this.context.resume(), this.decode(entry)]);
    if (!this.playing || this.entry !== entry) return;
    this.begin(this.stopped >= entry.seconds ? 0 : this.stopped);
    this.onChange();
  }

  pause() {
    const position = this.position;
    this.halt();
    this.stopped = position;
    this.onChange();
  }

  seek(seconds) {
    const target = Math.max(0, Math.min(seconds, this.entry.seconds));
    if (this.playing) {
      this.silence();
      this.begin(target);
    }
    this.stopped = target;
    this.onChange();
  }

  mute(stem, isMuted) {
    this.muted[stem] = isMuted;
    if (this.context) this.gains[stem].gain.setTargetAtTime(isMuted ? 0 : 1, this.context.currentTime, 0.01);
    this.onChange();
  }

  /** Recordings of an entry's stems, if it has any, decoded once. */
  async decode(entry) {
    if (!entry.audio || this.recordings.has(entry)) return;
    const decoded = {};
    for (const stem of STEMS.filter((each) => entry.audio[each])) {
      const bytes = Uint8Array.from(atob(entry.audio[stem]), (letter) => letter.charCodeAt(0));
      decoded[stem] = await this.context.decodeAudioData(bytes.buffer);
    }
    this.recordings.set(entry, decoded);
  }

  begin(position) {
    this.stopped = position;
    this.startedAt = this.context.currentTime + START_DELAY_SECONDS - position;
    const bus = Object.fromEntries(STEMS.map((stem) => [stem, this.context.createGain()]));
    for (const stem of STEMS) bus[stem].connect(this.gains[stem]);
    this.buses = STEMS.map((stem) => bus[stem]);
    const recorded = this.recordings.get(this.entry) || {};
    for (const stem of STEMS.filter((each) => recorded[each])) this.playRecording(recorded[stem], bus[stem], position);
    this.tracks = tracksOf(this.entry)
      .filter((track) => !recorded[track.stem])
      .map((track) => ({ ...track, out: bus[track.stem], next: rowFrom(track.rows, position) }));
    clearInterval(this.timer);
    this.timer = setInterval(() => this.schedule(), TIMER_MILLISECONDS);
    this.schedule();
  }

  playRecording(buffer, out, position) {
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(out);
    source.start(this.startedAt + position, position);
  }

  schedule() {
    const now = this.context.currentTime - this.startedAt;
    for (const track of this.tracks) {
      for (; track.next < track.rows.length && track.rows[track.next][0] < now + AHEAD_SECONDS; track.next += 1) {
        const [start, end, pitch, velocity] = track.rows[track.next];
        const when = Math.max(this.startedAt + start, this.context.currentTime);
        if (track.play) track.play(this.context, track.out, when, this.startedAt + end, pitch, velocity, track.voice);
        else playStroke(this.context, track.out, when, pitch, velocity, this.noise);
      }
    }
    if (now > this.entry.seconds + 0.3) this.end();
  }

  end() {
    this.halt();
    this.stopped = this.entry.seconds;
    this.onChange("ended");
  }

  halt() {
    if (this.context) this.silence();
    this.playing = false;
  }

  /** Fade out what is handed to the clock already. */
  silence() {
    clearInterval(this.timer);
    const buses = this.buses;
    for (const bus of buses) bus.gain.setTargetAtTime(0, this.context.currentTime, 0.008);
    setTimeout(() => buses.forEach((bus) => bus.disconnect()), 150);
    this.buses = [];
    this.tracks = [];
  }
}
