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

/** Tells of a round, for the log and the artefacts. */
function tell(t, round, times) {
  for (const [who, list] of Object.entries(times)) {
    t.diagnostic(`admit → first frame, ${who}: median ${Math.round(median(list))} ms, worst ${Math.round(Math.max(...list))} ms of ${list.length}`);
    t.diagnostic(`  ${list.map(Math.round).join(' ')}`);
  }
  world.artefacts.keep(`admission-${round}.json`, JSON.stringify(times, null, 1));
}

/** Admits TRIES visits, one after the other, and returns how long each took on both screens. */
async function admitAgainAndAgain(round, booth, desk) {
  const times = { booth: [], desk: [] };
  for (let n = 0; n < TRIES; n++) {
    const resident = { kana: `ココロミ ${'アイウエオカキクケコサシスセソタチツテト'[n]}${'コミ'[round]}`, phone: `0999-00-${2 + round}${100 + n}` };
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
  return times;
}

test(`the first frame is on both screens within ${LIMIT} ms of admission, median of ${TRIES}`, async (t) => {
  const booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
  const desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
  const within = (times) => median(times.booth) < LIMIT && median(times.desk) < LIMIT;
  let times;
  try {
    // The machine is shared: a round that something else has slowed is told, and a whole second one decides.
    for (let round = 0; round < 2 && (times === undefined || !within(times)); round++) {
      times = await admitAgainAndAgain(round, booth, desk);
      tell(t, round, times);
    }
  } catch (error) {
    await world.pictureAll('failed');
    throw error;
  }
  assert.ok(median(times.booth) < LIMIT, 'booth');
  assert.ok(median(times.desk) < LIMIT, 'desk');
});
