// Coming back measured at length, ten tries each: a reload of either page, a line cut for ten seconds, another address.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LIMITS, cut, figures, move, reload, talkOver } from './lib/comeback.mjs';
import { bothWays } from './lib/line.mjs';
import { cannot } from './lib/network.mjs';
import { openWorld } from './lib/world.mjs';

const TRIES = Number(process.env.TRIES ?? 10);

let line;
let world;
let ends;

before(async () => {
  if (cannot) return;
  line = await bothWays();
  world = await openWorld('comeback-bench', { address: line.near, judge: false });
  ends = await talkOver(world, line);
});

after(async () => {
  await world?.close().finally(() => line.remove());
});

/** Tries something so often, prints each series and holds the worst of all against a limit. */
async function again(t, what, limit, once) {
  const series = {};
  for (let n = 0; n < TRIES; n++) {
    for (const [name, value] of Object.entries(await once())) (series[name] ??= []).push(value);
  }
  for (const [name, list] of Object.entries(series)) t.diagnostic(figures(`${what}, ${name}`, list));
  const worst = Math.max(...Object.values(series).flat());
  assert.ok(worst <= limit, `${what}: worst ${Math.round(worst)} ms, not within ${limit}`);
}

test('the booth reloads', { skip: cannot }, (t) => again(t, 'booth reload', LIMITS.reload, () => reload(ends, 'booth')));

test('the desk reloads', { skip: cannot }, (t) => again(t, 'desk reload', LIMITS.reload, () => reload(ends, 'desk')));

test('the line is cut for ten seconds', { skip: cannot }, (t) => again(t, 'line back → sound', LIMITS.cut, () => cut(ends, line)));

test('the booth gets another address', { skip: cannot }, (t) => again(t, 'another address → sound', LIMITS.address, async () => {
  const { booth, desk, clicks } = await move(ends, line);
  assert.equal(clicks, 0, 'nobody had to press anything');
  return { booth, desk };
}));
