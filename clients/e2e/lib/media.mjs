// What cameras and microphones give. With MADOGUCHI_DATA set: clips of people and read sentences; without, or when a
// picture is to be published: drawn portraits and made-up voices.

import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawPortrait } from './portrait.mjs';
import { readWav, writeWav } from './sound.mjs';
import { babble } from './babble.mjs';

/**
 * @typedef {object} Media
 * @property {string} camera file for --use-file-for-fake-video-capture
 * @property {string} voice file for --use-file-for-fake-audio-capture
 * @property {import('./sound.mjs').Sound} clip what the voice file contains
 * @property {boolean} real true: from MADOGUCHI_DATA
 */

/** Who appears in the tests: a face and a voice of the data set, and the seeds of the drawn and made-up ones. */
const CAST = {
  resident: { video: 'webcam-b.mjpeg', audio: 'common_voice_ja_38852485_16k.wav', seed: 1 },
  doctor: { video: 'headpose-male.mjpeg', audio: 'common_voice_ja_38864552_16k.wav', seed: 2 },
  pharmacist: { video: 'webcam-d.mjpeg', audio: 'common_voice_ja_38898180_16k.wav', seed: 3 },
};

/** Directory of the data set, or nothing. */
export const dataSet = process.env.MADOGUCHI_DATA;

/**
 * Camera of somebody, and a microphone into which they speak without a pause: for measuring when sound begins.
 *
 * @param {keyof typeof CAST} who
 * @param {{directory: string}} options as of mediaOf
 * @returns {Promise<Media>}
 */
export async function restlessMediaOf(who, { directory }) {
  const media = await mediaOf(who, { directory });
  const clip = babble(CAST[who].seed, { pauses: false });
  const voice = join(directory, `${who}-restless.wav`);
  await mkdir(directory, { recursive: true });
  await writeFile(voice, writeWav(clip));
  return { ...media, voice, clip };
}

/**
 * Camera and microphone of somebody.
 *
 * @param {keyof typeof CAST} who
 * @param {{directory: string, publishable?: boolean}} options where made files are kept between runs; publishable: no
 *   clips of persons even if they are there
 * @returns {Promise<Media>}
 */
export async function mediaOf(who, { directory, publishable = false }) {
  const { video, audio, seed } = CAST[who];
  if (dataSet && !publishable) {
    const voice = join(dataSet, 'media', 'audio', audio);
    const camera = join(dataSet, 'media', 'video', video);
    return { camera, voice, clip: readWav(await readFile(voice)), real: true };
  }
  await mkdir(directory, { recursive: true });
  const camera = join(directory, `${who}.mjpeg`);
  const voice = join(directory, `${who}.wav`);
  if (!(await exists(camera))) await writeFile(camera, await drawPortrait(seed));
  if (!(await exists(voice))) await writeFile(voice, writeWav(babble(seed)));
  return { camera, voice, clip: readWav(await readFile(voice)), real: false };
}

function exists(path) {
  return access(path).then(() => true, () => false);
}
