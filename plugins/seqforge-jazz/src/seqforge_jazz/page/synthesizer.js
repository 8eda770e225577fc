// Sounds made of oscillators and noise: every function starts one at `when` (seconds of the audio clock) into `out`.

const frequencyOf = (pitch) => 440 * 2 ** ((pitch - 69) / 12);

// `cutoff` is the filter in multiples of the note, `sweep` how far above that a note begins; times in seconds.
const SOLO_VOICES = {
  reed: { wave: "sawtooth", cutoff: 5, sweep: 1.6, attack: 0.03, decay: 0, release: 0.06, vibrato: 14, level: 0.34 },
  brass: { wave: "sawtooth", cutoff: 4, sweep: 2.4, attack: 0.04, decay: 0, release: 0.07, vibrato: 10, level: 0.34 },
  flute: { wave: "triangle", cutoff: 6, sweep: 1, attack: 0.05, decay: 0, release: 0.08, vibrato: 16, level: 0.5 },
  bowed: { wave: "sawtooth", cutoff: 3.5, sweep: 1, attack: 0.06, decay: 0, release: 0.09, vibrato: 18, level: 0.32 },
  string: { wave: "triangle", cutoff: 5, sweep: 2, attack: 0.005, decay: 0.5, release: 0.1, vibrato: 0, level: 0.6 },
  piano: { wave: "triangle", cutoff: 6, sweep: 2, attack: 0.004, decay: 0.8, release: 0.12, vibrato: 0, level: 0.6 },
  bell: { wave: "sine", cutoff: 12, sweep: 1, attack: 0.003, decay: 0.9, release: 0.3, vibrato: 0, level: 0.6 },
};
const COMPING_VOICE = { ...SOLO_VOICES.piano, cutoff: 4, level: 0.3 };
const BASS_VOICE = { ...SOLO_VOICES.string, cutoff: 7, decay: 0.45, level: 0.85 };

function playTone(context, out, when, end, pitch, velocity, voice) {
  const frequency = frequencyOf(pitch);
  const level = voice.level * (velocity / 127) ** 1.5;
  const oscillator = context.createOscillator();
  const filter = context.createBiquadFilter();
  const envelope = context.createGain();
  oscillator.type = voice.wave;
  oscillator.frequency.value = frequency;
  filter.type = "lowpass";
  const cutoff = Math.min(frequency * voice.cutoff, 12000);
  filter.frequency.setValueAtTime(Math.min(cutoff * voice.sweep, 16000), when);
  filter.frequency.setTargetAtTime(cutoff, when, 0.08);
  envelope.gain.setValueAtTime(0, when);
  envelope.gain.linearRampToValueAtTime(level, when + voice.attack);
  if (voice.decay) envelope.gain.setTargetAtTime(0, when + voice.attack, voice.decay);
  envelope.gain.setTargetAtTime(0, Math.max(end, when + voice.attack), voice.release / 3);
  oscillator.connect(filter).connect(envelope).connect(out);
  if (voice.vibrato && end - when > 0.3) addVibrato(context, oscillator, when, end, voice.vibrato);
  oscillator.start(when);
  oscillator.stop(end + 2 * voice.release + 0.05);
}

function addVibrato(context, oscillator, when, end, cents) {
  const wobble = context.createOscillator();
  const depth = context.createGain();
  wobble.frequency.value = 5.2;
  depth.gain.setValueAtTime(0, when + 0.15);
  depth.gain.linearRampToValueAtTime(cents, when + 0.4);
  wobble.connect(depth).connect(oscillator.detune);
  wobble.start(when);
  wobble.stop(end + 0.2);
}

// By pitch on the drum channel: the filter and its frequency, how fast the stroke is gone, how loud it is.
const STROKES = {
  37: ["bandpass", 1700, 0.03, 0.5],
  38: ["bandpass", 2400, 0.07, 0.45],
  40: ["bandpass", 3200, 0.16, 0.3],
  44: ["highpass", 8000, 0.03, 0.35],
  49: ["highpass", 5000, 0.5, 0.3],
  51: ["highpass", 7000, 0.12, 0.28],
};

function playStroke(context, out, when, pitch, velocity, noise) {
  const level = (velocity / 127) ** 1.3;
  const envelope = context.createGain();
  envelope.connect(out);
  if (!(pitch in STROKES)) {
    playBassDrum(context, envelope, when, level);
    return;
  }
  const [kind, frequency, decay, loudness] = STROKES[pitch];
  const source = context.createBufferSource();
  const filter = context.createBiquadFilter();
  source.buffer = noise;
  filter.type = kind;
  filter.frequency.value = frequency;
  envelope.gain.setValueAtTime(level * loudness, when);
  envelope.gain.setTargetAtTime(0, when, decay);
  source.connect(filter).connect(envelope);
  source.start(when);
  source.stop(when + Math.min(5 * decay + 0.05, noise.duration));
}

function playBassDrum(context, envelope, when, level) {
  const oscillator = context.createOscillator();
  oscillator.frequency.setValueAtTime(95, when);
  oscillator.frequency.exponentialRampToValueAtTime(45, when + 0.12);
  envelope.gain.setValueAtTime(level * 0.6, when);
  envelope.gain.setTargetAtTime(0, when, 0.06);
  oscillator.connect(envelope);
  oscillator.start(when);
  oscillator.stop(when + 0.4);
}

/** Three seconds of noise, the same every time. */
function makeNoise(context) {
  const buffer = context.createBuffer(1, 3 * context.sampleRate, context.sampleRate);
  const samples = buffer.getChannelData(0);
  let state = 1;
  for (let place = 0; place < samples.length; place += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    samples[place] = state / 2147483648;
  }
  return buffer;
}
