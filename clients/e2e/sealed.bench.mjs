// What sealing costs: from the press of 迎える to the first picture and sound, and the processor time of the pages while they talk,
// with and without. Both programs and all four browsers stand all the time, and take turns, so that whatever else the machine does
// befalls both alike.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { admitAgainAndAgain, bothEnds, median } from './lib/admission.mjs';
import { leaveGoodbye } from './lib/booth.mjs';
import { end } from './lib/desk.mjs';
import { consult } from './lib/visit.mjs';
import { openWorld } from './lib/world.mjs';

/** Admissions each way, and how many are made before it is the other's turn. */
const TRIES = Number(process.env.MADOGUCHI_TRIES ?? 20);
const TURN = 2;
/** How long processor time is measured, in seconds. */
const SECONDS = 10;
/** The first picture may take this much longer with sealing. */
const FACTOR = 1.2;

/** @type {Record<string, {args: string[], world?: import('./lib/world.mjs').World, ends?: any, cdp?: any[]}>} */
const WAYS = { 'in clear': { args: ['--sealed=false'] }, 'sealed': { args: ['--sealed'] } };

before(async () => {
  for (const [name, way] of Object.entries(WAYS)) {
    way.world = await openWorld(`sealed-bench-${name.replace(' ', '-')}`, { args: way.args, judge: false });
    way.ends = await bothEnds(way.world);
    way.cdp = await Promise.all(Object.values(way.ends).map(watched));
  }
});

after(async () => {
  for (const { world } of Object.values(WAYS)) await world?.close();
});

async function watched({ page }) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  return session;
}

/** Processor time a page's process has had so far, in seconds: its workers, encoders and decoders too. */
async function spent(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ProcessTime').value;
}

/** Share of a core that each page takes while they talk, in percent. */
async function shares(sessions) {
  const begun = await Promise.all(sessions.map(spent));
  await pause(SECONDS * 1000);
  const ended = await Promise.all(sessions.map(spent));
  return ended.map((value, at) => (100 * (value - begun[at])) / SECONDS);
}

function append(times, more) {
  for (const [who, series] of Object.entries(more)) {
    times[who] ??= { picture: [], sound: [] };
    for (const [what, list] of Object.entries(series)) times[who][what].push(...list);
  }
}

test(`${TRIES} admissions in clear and as many sealed`, async (t) => {
  const times = {};
  for (let from = 0; from < TRIES; from += TURN) {
    for (const [name, { world, ends }] of Object.entries(WAYS)) {
      append((times[name] ??= {}), await admitAgainAndAgain(world, ends, { tries: Math.min(TURN, TRIES - from), from }));
    }
  }
  for (const [name, both] of Object.entries(times)) {
    for (const [who, { picture, sound }] of Object.entries(both)) {
      t.diagnostic(`${name}, ${who}: first picture ${told(picture)}; first sound ${told(sound)}`);
    }
  }
  for (const who of ['booth', 'desk']) {
    const [clear, sealed] = ['in clear', 'sealed'].map((name) => median(times[name][who].picture));
    t.diagnostic(`${who}: first picture ${(sealed / clear).toFixed(2)} × (at most ${FACTOR})`);
    assert.ok(sealed <= FACTOR * clear, `${who}: ${sealed} ms sealed, ${clear} ms in clear`);
  }
});

function told(list) {
  return `median ${median(list).toFixed(0)} ms, worst ${Math.max(...list).toFixed(0)} of ${list.length}`;
}

test(`${SECONDS} s of talk, in clear and sealed`, async (t) => {
  for (const [name, { world, ends, cdp }] of Object.entries(WAYS)) {
    await consult(world, ends);
    const [booth, desk] = await shares(cdp);
    t.diagnostic(`${name}: the booth's page takes ${booth.toFixed(0)} % of a core, the desk's ${desk.toFixed(0)} %`);
    await end(ends.desk);
    await leaveGoodbye(ends.booth);
  }
});
