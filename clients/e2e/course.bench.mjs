// The same in every language and window size, for the eye: node clients/e2e/run.mjs --bench course

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { courseOfAVisit } from './course.mjs';
import { galleryOf } from './lib/gallery.mjs';
import { openWorld } from './lib/world.mjs';

let world;

before(async () => {
  world = await openWorld('course-screens', { beginsAt: '10:00' });
});

after(() => world?.close());

test('the screens of a visit that is conducted', async (t) => {
  const { look, unreadable } = galleryOf(world);
  await courseOfAVisit(t, world, look);
  await t.test('could be read by everybody', () => assert.deepEqual(unreadable, []));
});
