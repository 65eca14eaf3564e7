// From the press of 迎える to the first frame on both screens, again and again in the same two browsers.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { becomeReady, idle, leaveGoodbye } from './lib/booth.mjs';
import { admit, choose, end } from './lib/desk.mjs';
import { PLACE, arrive } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

const TRIES = 20;
const LIMIT = 300;

let world;

before(async () => {
  world = await openWorld('admission');
});

after(() => world?.close());

/** When 迎える was pressed last, in milliseconds since 1970. */
function pressed({ page }) {
  return page.evaluate(() => window.witness.clicks.findLast((c) => c.text.replaceAll(/\s/g, '').includes('迎える')).at);
}

/** When the first remote frame after some moment was presented. */
function firstFrame({ page, who }, since) {
  return until(`${who} presents a frame`, () => page.evaluate(
    (from) => window.witness.frames.find((f) => f.remote && f.at > from && f.width > 2)?.at,
    since,
  ));
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

test(`the first frame is on both screens within ${LIMIT} ms of admission, median of ${TRIES}`, async (t) => {
  const booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
  const desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
  const times = { booth: [], desk: [] };
  try {
    for (let n = 0; n < TRIES; n++) {
      const resident = { kana: `ココロミ ${'アイウエオカキクケコサシスセソタチツテト'[n]}コ`, phone: `0999-00-2${100 + n}` };
      await arrive(world.url, { resident });
      await becomeReady(booth);
      await choose(desk, resident.kana);
      await admit(desk);
      const from = await pressed(desk);
      times.booth.push((await firstFrame(booth, from)) - from);
      times.desk.push((await firstFrame(desk, from)) - from);
      await end(desk);
      await leaveGoodbye(booth);
      await idle(booth);
    }
  } catch (error) {
    await world.pictureAll('failed');
    throw error;
  }
  for (const [who, list] of Object.entries(times)) {
    const line = `admit → first frame, ${who}: median ${Math.round(median(list))} ms, worst ${Math.round(Math.max(...list))} ms of ${list.length}`;
    t.diagnostic(line);
    t.diagnostic(`  ${list.map(Math.round).join(' ')}`);
  }
  world.artefacts.keep('admission.json', JSON.stringify(times, null, 1));
  assert.ok(median(times.booth) < LIMIT, 'booth');
  assert.ok(median(times.desk) < LIMIT, 'desk');
});
