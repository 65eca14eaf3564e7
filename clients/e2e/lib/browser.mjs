// One Chromium process for each person, since a capture file belongs to a browser, not to a page.

import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const inPage = (name) => fileURLToPath(new URL(`../page/${name}.js`, import.meta.url));
const IN_EVERY_PAGE = ['ahead', 'witness', 'measure', 'sight', 'layout', 'traces', 'tongue'].map(inPage);
const IN_PLAIN_PAGES = ['whip', 'socket'].map(inPage);
const CHROMIUM = process.env.CHROME_PATH ?? '/usr/bin/chromium';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  '--use-fake-ui-for-media-stream',
];

/** Window sizes the screens are drawn for. */
export const SIZES = {
  booth: { width: 1280, height: 800 },
  desk: { width: 1440, height: 900 },
  counter: { width: 1366, height: 768 },
  assistant: { width: 1440, height: 900 },
  guest: { width: 360, height: 740 },
  lobby: { width: 1920, height: 1080 },
};

/**
 * @typedef {object} Person
 * @property {import('playwright-core').Browser} browser
 * @property {import('playwright-core').BrowserContext} context
 * @property {import('playwright-core').Page} page
 * @property {string[]} complaints refused requests and other errors in the console so far
 * @property {string[]} faults exceptions nobody caught, and what the content security policy stopped
 * @property {() => Promise<void>} close ends the process
 */

/**
 * Starts a browser for somebody and opens an empty page in it.
 *
 * @param {object} options
 * @param {string} options.name for messages
 * @param {{width: number, height: number}} [options.size] of the window
 * @param {import('./media.mjs').Media} [options.media] what camera and microphone give; none: nothing is attached
 * @param {string} [options.locale] of the browser
 * @param {import('./network.mjs').Namespace} [options.inside] network namespace to run in
 * @param {string[]} [options.flags] further switches of the browser
 * @param {string} [options.secure] origin that is given camera and microphone although it is not HTTPS
 * @param {string} [options.profile] folder in which the browser keeps what it keeps, as a booth's does; none: it forgets
 * @returns {Promise<Person>}
 */
export async function openBrowser({ name, size = SIZES.desk, media, locale = 'ja-JP', inside, secure, flags = [], profile }) {
  const args = [...FLAGS, ...flags];
  if (media) {
    args.push(
      '--use-fake-device-for-media-stream=fps=30',
      `--use-file-for-fake-video-capture=${media.camera}`,
      `--use-file-for-fake-audio-capture=${media.voice}`,
    );
  }
  if (secure) args.push(`--unsafely-treat-insecure-origin-as-secure=${secure}`);
  const executablePath = await executable(inside);
  const person = {
    viewport: size,
    locale,
    timezoneId: 'Asia/Tokyo',
    permissions: media ? ['camera', 'microphone'] : [],
    reducedMotion: 'reduce',
  };
  const browser = profile ? undefined : await chromium.launch({ executablePath, args });
  const context = profile ? await chromium.launchPersistentContext(profile, { executablePath, args, ...person }) : await browser.newContext(person);
  for (const path of IN_EVERY_PAGE) await context.addInitScript({ path });
  const page = await context.newPage();
  const complaints = [];
  const faults = [];
  page.on('pageerror', (error) => faults.push(`${name}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    // A refused request is an error to the console too, but may be what a story is about; a broken policy never is.
    const list = message.text().includes('Content Security Policy') ? faults : complaints;
    list.push(`${name}: ${message.text()}`);
  });
  page.on('response', async (response) => {
    if (response.status() < 400) return;
    const body = await response.text().catch(() => '');
    complaints.push(`${name}: ${response.status()} ${response.request().method()} ${response.url()} ${body}`);
  });
  return { browser, context, page, complaints, faults, close: () => (browser ?? context).close() };
}

/**
 * Puts the clock of a page forward, as if so much time had passed: what it shows by the clock it shows at once.
 *
 * @param {import('playwright-core').Page} page
 * @param {number} by milliseconds
 */
export function putForward(page, by) {
  return page.evaluate((ms) => window.ahead.by(ms), by);
}

/**
 * Opens a page of the program's origin that runs nothing of ours but plain WHIP, WHEP and socket clients.
 *
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} url of the program
 */
export async function plainPage(context, url) {
  const page = await context.newPage();
  for (const path of IN_PLAIN_PAGES) await page.addInitScript({ path });
  // The landing page has no script of its own and may talk to the program like any app.
  await page.goto(`${url}/`);
  return page;
}

/** The browser itself, or a script that starts it in a namespace. Playwright's pipes pass through `ip netns exec`. */
async function executable(inside) {
  if (!inside) return CHROMIUM;
  const script = join(inside.directory, 'chromium');
  await writeFile(script, `#!/bin/sh\nexec ip netns exec ${inside.name} ${CHROMIUM} "$@"\n`);
  await chmod(script, 0o755);
  return script;
}
