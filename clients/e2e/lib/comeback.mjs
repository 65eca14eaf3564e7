// Coming back: a reload, a line that is cut, another address. What it takes until both ends hear and see each other again.

import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median } from './admission.mjs';
import { received } from './seeing.mjs';
import { PLACE, consult } from './visit.mjs';
import { until } from './wait.mjs';

const EARS = fileURLToPath(new URL('../page/ears.js', import.meta.url));

/** How long a line is cut, and how long both ends talk undisturbed before the next disturbance; milliseconds. */
export const CUT = 10_000;
const CALM = 1_000;

/** How soon people must be back, milliseconds. */
export const LIMITS = { reload: 3_000, cut: 2_000, address: 10_000 };

/**
 * A consultation whose booth sits behind a line of its own.
 *
 * @param {import('./world.mjs').World} world
 * @param {import('./line.mjs').Line} line
 */
export async function talkOver(world, line) {
  const booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident', restless: true, behind: line });
  const desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor', restless: true });
  for (const { context, page } of [booth, desk]) {
    await context.addInitScript({ path: EARS }); // for every page from now on
    await page.reload();
  }
  await consult(world, { booth, desk });
  return { booth, desk };
}

/** The first moment after `from` at which a page heard the others, milliseconds since. */
function heardAfter({ page, who }, from, within = 60_000) {
  return until(`${who} hears again`, async () => {
    const at = await page.evaluate((since) => window.ears?.heard.find((one) => one >= since), from);
    if (!at) throw new Error('nothing yet');
    return Math.max(1, at - from);
  }, { within });
}

/** The first frame of somebody else after `from`, likewise. */
function seenAfter({ page, who }, from, within = 60_000) {
  return until(`${who} sees again`, async () => {
    const at = await page.evaluate((since) => window.witness.frames.find((one) => one.remote && one.at >= since)?.at, from);
    if (!at) throw new Error('nothing yet');
    return Math.max(1, at - from);
  }, { within });
}

/** Both ends hear each other for a while, so that one disturbance is over before the next begins. */
async function calm(ends) {
  await pass(CALM);
  const from = Date.now();
  await Promise.all(ends.map((end) => heardAfter(end, from)));
  await until('both are connected', async () => {
    for (const { page } of ends) if ((await received(page)).connected < 1) throw new Error('not yet');
    return true;
  });
}

/** Loads one end's page again; milliseconds until it hears and sees, and until the other hears it again. */
export async function reload(ends, who) {
  await calm(Object.values(ends));
  const [one, other] = who === 'booth' ? [ends.booth, ends.desk] : [ends.desk, ends.booth];
  const from = Date.now();
  await one.page.reload({ waitUntil: 'commit' });
  const gone = Date.now(); // what the other hears until then was said before
  const [heard, seen, otherHeard] = await Promise.all([heardAfter(one, from), seenAfter(one, from), heardAfter(other, gone + 300)]);
  return { own: Math.max(heard, seen), heard, seen, other: otherHeard + 300 + gone - from };
}

/** Cuts the booth's line for a while; milliseconds from its return until each end hears the other. */
export async function cut(ends, line) {
  await calm(Object.values(ends));
  const gone = Date.now();
  await line.cut(true);
  await pass(CUT);
  for (const { page, who } of Object.values(ends)) {
    const last = await page.evaluate(() => window.ears.heard.at(-1));
    if (last > gone + 2_000) throw new Error(`${who} heard something ${last - gone} ms after the line was cut`);
  }
  await line.cut(false);
  const from = Date.now();
  const [booth, desk] = await Promise.all([heardAfter(ends.booth, from), heardAfter(ends.desk, from)]);
  return { booth, desk };
}

/** Gives the booth another address and takes the old one away; milliseconds until each end hears the other again. */
export async function move(ends, line) {
  await calm(Object.values(ends));
  const clicks = await clicksOf(ends);
  const from = Date.now();
  await line.move();
  // A packet or two may still be played that had arrived before.
  const [booth, desk] = await Promise.all([heardAfter(ends.booth, from + 500), heardAfter(ends.desk, from + 500)]);
  return { booth: booth + 500, desk: desk + 500, clicks: (await clicksOf(ends)) - clicks };
}

async function clicksOf(ends) {
  const counts = await Promise.all(Object.values(ends).map(({ page }) => page.evaluate(() => window.witness.clicks.length)));
  return counts.reduce((sum, one) => sum + one, 0);
}

/** "what: median … worst … of …" for logs. */
export function figures(what, list) {
  return `measured: ${what}: median ${Math.round(median(list))} ms, worst ${Math.round(Math.max(...list))} ms of ${list.length} (${list.map(Math.round).join(' ')})`;
}
