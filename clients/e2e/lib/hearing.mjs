// What the person in front of a page hears, brought to Node.

import { SILENCE, PRESENT, ABSENT, likeness, writeWav } from './sound.mjs';
import { resample, rms } from './dsp.mjs';

/** Rate of the mix: what peer connections play; contexts of the page may run at another. */
const RATE = 48_000;

/**
 * Records everything the page sends to the loudspeaker.
 *
 * @param {import('playwright-core').Page} page
 * @param {number} seconds how long to listen
 * @returns {Promise<import('./sound.mjs').Sound & {voices: number}>} the mix, and how many tracks it was mixed from
 */
export async function listen(page, seconds) {
  const tracks = await page.evaluate((ms) => window.measure.record(ms), seconds * 1000);
  const mix = new Float32Array(Math.round(seconds * RATE));
  for (const track of tracks) {
    const bytes = Buffer.from(track.pcm, 'base64');
    const own = Float32Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i) / 32768);
    const samples = resample(own, track.rate, RATE);
    const count = Math.min(mix.length, samples.length);
    for (let i = 0; i < count; i++) mix[i] += samples[i];
  }
  return { samples: mix, rate: RATE, voices: tracks.length };
}

/**
 * Listens until the page is heard to play `theirs`, then shows that `own` is not in what was heard.
 *
 * @param {import('playwright-core').Page} page
 * @param {{theirs: import('./sound.mjs').Sound, own: import('./sound.mjs').Sound, seconds?: number, tries?: number,
 *   keep?: (name: string, data: Buffer) => void, name: string}} expected the clips at both ends; `keep` stores what was
 *   heard under a file name beside the other artefacts
 * @returns {Promise<{theirs: number, own: number, level: number}>} how far each clip stood out, and the level in 0..1
 * @throws {Error} when the other's voice is not recognised or the own one is
 */
export async function hears(page, { theirs, own, seconds = 6, tries = 2, keep, name }) {
  let report;
  for (let n = 0; n < tries; n++) {
    const heard = await listen(page, seconds);
    keep?.(`${name}-heard.wav`, writeWav(heard));
    report = {
      theirs: likeness(heard, theirs).typical,
      own: likeness(heard, own).best,
      level: rms(heard.samples),
      voices: heard.voices,
    };
    if (report.theirs >= PRESENT) break;
  }
  const said = JSON.stringify(report);
  if (report.theirs < PRESENT) throw new Error(`${name} does not hear the other's voice (needs ${PRESENT}): ${said}`);
  if (report.own > ABSENT) throw new Error(`${name} hears an echo of the own voice (at most ${ABSENT}): ${said}`);
  return report;
}

/**
 * Is nothing audible on the page for half a second?
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<boolean>}
 */
export async function isSilent(page) {
  return rms((await listen(page, 0.5)).samples) < SILENCE;
}
