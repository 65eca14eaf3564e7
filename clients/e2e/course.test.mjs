// How a visit is conducted, pressed on every screen that takes part.

import { after, before, test } from 'node:test';
import { courseOfAVisit } from './course.mjs';
import { openWorld } from './lib/world.mjs';

let world;

before(async () => {
  world = await openWorld('course', { beginsAt: '10:00' });
});

after(() => world?.close());

test('a visit is called, put back, paused, looked after, alarmed, and passed on', async (t) => {
  await courseOfAVisit(t, world, world.look);
  await t.test('every screen could be read by everybody', () => world.allReadable());
});
