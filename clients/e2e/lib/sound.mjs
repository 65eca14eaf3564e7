// Whose voice is it? Recognises a known clip, played in a loop, in what a page was heard to play.

import { correlate, flatten, resample, rms } from './dsp.mjs';

const RATE = 8000;
const PIECE = Math.round(1.5 * RATE);

/** How far a correlation must stand above its background to be the clip, and below which it is certainly not. */
export const PRESENT = 14;
export const ABSENT = 12;

/** A level below which nobody hears anything: −60 dBFS. */
export const SILENCE = 0.001;

/**
 * @typedef {{samples: Float32Array, rate: number}} Sound mono samples in −1..1 and their rate in Hz
 */

/**
 * Reads a mono or stereo 16 bit PCM WAV file; stereo is mixed down.
 *
 * @param {Buffer} file the whole file
 * @returns {Sound}
 * @throws {Error} when it is not such a file
 */
export function readWav(file) {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw new Error('read wav: not a RIFF WAVE file');
  }
  let channels = 0;
  let rate = 0;
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    const body = file.subarray(at + 8, at + 8 + size);
    if (name === 'fmt ') {
      channels = body.readUInt16LE(2);
      rate = body.readUInt32LE(4);
      if (body.readUInt16LE(14) !== 16) throw new Error('read wav: only 16 bit samples are read');
    }
    if (name === 'data') return { samples: mixDown(body, channels), rate };
    at += 8 + size + (size % 2);
  }
  throw new Error('read wav: no data chunk');
}

/** Turns interleaved 16 bit samples into one channel of floats. */
function mixDown(body, channels) {
  const samples = new Float32Array(Math.floor(body.length / 2 / channels));
  for (let i = 0; i < samples.length; i++) {
    for (let c = 0; c < channels; c++) samples[i] += body.readInt16LE(2 * (i * channels + c)) / 32768 / channels;
  }
  return samples;
}

/**
 * Writes mono sound as a 16 bit PCM WAV file.
 *
 * @param {Sound} sound
 * @returns {Buffer}
 */
export function writeWav({ samples, rate }) {
  const file = Buffer.alloc(44 + 2 * samples.length);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + 2 * samples.length, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(2 * rate, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(2 * samples.length, 40);
  samples.forEach((s, i) => file.writeInt16LE(Math.round(Math.max(-1, Math.min(1, s)) * 32767), 44 + 2 * i));
  return file;
}

/**
 * How clearly a looped clip is contained in what was heard. The heard sound is cut into pieces of 1.5 s, so that the
 * small stretches a jitter buffer makes do not add up; each is looked for everywhere in the clip.
 *
 * @param {Sound} heard
 * @param {Sound} clip once through
 * @returns {{pieces: number[], typical: number, best: number}} per audible piece the height of the correlation's peak
 *   in standard deviations of its background; their median; their maximum. No audible piece: all zero.
 */
export function likeness(heard, clip) {
  const ear = resample(heard.samples, heard.rate, RATE);
  const loop = looped(clip);
  const floor = Math.max(SILENCE, rms(ear) / 4);
  const pieces = [];
  for (let at = 0; at + PIECE <= ear.length; at += PIECE / 2) {
    const piece = ear.subarray(at, at + PIECE);
    if (rms(piece) < floor) continue;
    pieces.push(prominence(correlate(flatten(piece, RATE), loop)));
  }
  const sorted = pieces.toSorted((a, b) => a - b);
  return { pieces, typical: sorted[sorted.length >> 1] ?? 0, best: sorted.at(-1) ?? 0 };
}

const loops = new WeakMap();

/** The clip and, after it, enough of its beginning for a piece that straddles the seam; flattened. Made once a clip. */
function looped(clip) {
  let loop = loops.get(clip);
  if (!loop) {
    const once = resample(clip.samples, clip.rate, RATE);
    loop = flatten(Float32Array.from({ length: once.length + PIECE }, (_, i) => once[i % once.length]), RATE);
    loops.set(clip, loop);
  }
  return loop;
}

/** Highest magnitude over the root mean square of all. */
function prominence(correlation) {
  const background = rms(correlation);
  if (background === 0) return 0;
  let peak = 0;
  for (const value of correlation) peak = Math.max(peak, Math.abs(value));
  return peak / background;
}
