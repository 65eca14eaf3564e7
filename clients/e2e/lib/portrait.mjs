// A drawn person for the camera, so that no real one has to appear in a published picture: head and shoulders in a
// room, breathing, blinking and talking.

import { fileURLToPath } from 'node:url';
import { openBrowser } from './browser.mjs';

/** Colours and hair of each seed; invented people. */
const LOOKS = {
  1: { hair: '#b9b4b2', style: 'bun', coat: '#8c7aa3', inner: '#f6efe4', wall: '#ddd7cd', skin: '#f0cfb0', glasses: false },
  2: { hair: '#3a2f33', style: 'bob', coat: '#f7f8f8', inner: '#9ed2d6', wall: '#c9d5d4', skin: '#f3d3b8', glasses: false },
  3: { hair: '#4a3b30', style: 'short', coat: '#e9f1ee', inner: '#7da58c', wall: '#d3d9e0', skin: '#ecc8a6', glasses: true },
};

const FRAMES = 90;
const PAINTER = fileURLToPath(new URL('../page/portrait.js', import.meta.url));

/**
 * Draws three seconds at 30 frames a second that can be looped.
 *
 * @param {1|2|3} seed whom
 * @returns {Promise<Buffer>} JPEG images of 640×480, one after the other
 */
export async function drawPortrait(seed) {
  const artist = await openBrowser({ name: 'artist' });
  try {
    await artist.page.addScriptTag({ path: PAINTER });
    const frames = await artist.page.evaluate((order) => window.paint(order), { look: LOOKS[seed], count: FRAMES });
    return Buffer.concat(frames.map((f) => Buffer.from(f, 'base64')));
  } finally {
    await artist.close();
  }
}
