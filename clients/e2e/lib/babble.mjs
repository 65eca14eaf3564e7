// A made-up voice: no words, but what a speech codec and a noise suppressor take for speech.

const RATE = 16_000;
const SECONDS = 8;

/** First three resonances in Hz of あ い う え お, and how wide they are. */
const VOWELS = [[800, 1200, 2700], [300, 2300, 3000], [350, 1300, 2400], [500, 1900, 2600], [500, 850, 2500]];
const WIDTHS = [80, 110, 160];

/**
 * Eight seconds of babble: syllables of 120 to 260 ms with pauses, a melody, and hissing consonants.
 *
 * @param {number} seed different seeds speak different sentences in different pitches
 * @param {{pauses?: boolean}} [how] pauses: false for somebody who never stops to breathe
 * @returns {import('./sound.mjs').Sound}
 */
export function babble(seed, { pauses = true } = {}) {
  const random = generator(seed);
  const samples = new Float32Array(RATE * SECONDS);
  const base = 95 + 45 * ((seed * 7) % 4);
  for (let at = 0; at < samples.length - RATE * 0.3; ) {
    const length = Math.round(RATE * (0.12 + 0.14 * random()));
    const vowel = VOWELS[Math.floor(random() * VOWELS.length)];
    const from = base * (0.85 + 0.4 * random());
    const to = base * (0.85 + 0.4 * random());
    samples.set(syllable(random, length, vowel, from, to), at);
    at += length;
    if (pauses && random() < 0.18) at += Math.round(RATE * (0.15 + 0.2 * random()));
  }
  const peak = samples.reduce((most, s) => Math.max(most, Math.abs(s)), 0);
  return { samples: samples.map((s) => (0.6 * s) / peak), rate: RATE };
}

/** One consonant and one vowel: pulses at the pitch, after a hiss, through three resonances. */
function syllable(random, length, vowel, from, to) {
  const hiss = Math.round(length * (0.08 + 0.15 * random()));
  const excitation = new Float32Array(length);
  let phase = 0;
  for (let i = 0; i < length; i++) {
    if (i < hiss) {
      excitation[i] = 0.25 * (random() - 0.5);
      continue;
    }
    phase += (from + ((to - from) * i) / length) / RATE;
    if (phase >= 1) {
      phase -= 1;
      excitation[i] = 1;
    }
    excitation[i] += 0.01 * (random() - 0.5);
  }
  const out = new Float32Array(length);
  vowel.forEach((frequency, n) => {
    const voice = resonate(excitation, frequency, WIDTHS[n]);
    for (let i = 0; i < length; i++) out[i] += voice[i] / (n + 1);
  });
  for (let i = 0; i < length; i++) out[i] *= Math.sin((Math.PI * (i + 0.5)) / length) ** 0.5;
  return out;
}

/** A two-pole resonator. */
function resonate(input, frequency, width) {
  const r = Math.exp((-Math.PI * width) / RATE);
  const a = 2 * r * Math.cos((2 * Math.PI * frequency) / RATE);
  const out = new Float32Array(input.length);
  for (let i = 0; i < input.length; i++) {
    out[i] = (1 - r) * input[i] + a * (out[i - 1] ?? 0) - r * r * (out[i - 2] ?? 0);
  }
  return out;
}

/** Uniform numbers in 0..1, the same for the same seed (mulberry32). */
function generator(seed) {
  let state = (seed * 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
