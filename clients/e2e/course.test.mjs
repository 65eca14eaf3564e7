// How a visit is conducted, pressed on every screen that takes part.

import { after, before, test } from 'node:test';
import { courseOfAVisit } from './course.mjs';
import { openWorld } from './lib/world.mjs';

// The rest is looked at by course.bench.mjs, in every language and size.
const LOOKED_AT = new Set(['staff-inside', 'called', 'day-later', 'staff-listens', 'emergency-cover', 'emergency-stands', 'passed-on']);

let world;

before(async () => {
  world = await openWorld('course', { beginsAt: '10:00' });
});

after(() => world?.close());

test('a visit is called, put back, paused, looked after, alarmed, and passed on', async (t) => {
  await courseOfAVisit(t, world, async (person, what) => LOOKED_AT.has(what) && world.look(person, what));
  await t.test('every screen could be read by everybody', () => world.allReadable());
});
