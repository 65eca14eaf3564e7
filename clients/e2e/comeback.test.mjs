// Coming back, once each: either page reloads, the booth's line is cut for ten seconds, the booth gets another address.
// Nobody presses anything. comeback.bench.mjs does the same at length.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LIMITS, cut, figures, move, reload, talkOver } from './lib/comeback.mjs';
import { bothWays } from './lib/line.mjs';
import { cannot } from './lib/network.mjs';
import { openWorld } from './lib/world.mjs';

let line;
let world;
let ends;

before(async () => {
  if (cannot) return;
  line = await bothWays();
  world = await openWorld('comeback', { address: line.near, judge: false });
  ends = await talkOver(world, line);
});

after(async () => {
  await world?.close().finally(() => line.remove());
});

test('whoever is disturbed is back by itself', { skip: cannot }, async (t) => {
  const step = world.story(t);
  const within = (s, what, limit, times) => {
    for (const [name, time] of Object.entries(times)) s.diagnostic(figures(`${what}, ${name}`, [time]));
    assert.ok(Math.max(...Object.values(times)) <= limit, `${JSON.stringify(times)}, not within ${limit} ms`);
  };

  await step('the booth reloads', async (s) => within(s, 'booth reload', LIMITS.reload, await reload(ends, 'booth')));
  await step('the desk reloads', async (s) => within(s, 'desk reload', LIMITS.reload, await reload(ends, 'desk')));
  await step('the line is cut for ten seconds', async (s) => within(s, 'line back → sound', LIMITS.cut, await cut(ends, line)));
  await step('the booth gets another address', async (s) => {
    const { clicks, ...times } = await move(ends, line);
    assert.equal(clicks, 0);
    within(s, 'another address → sound', LIMITS.address, times);
  });
});
