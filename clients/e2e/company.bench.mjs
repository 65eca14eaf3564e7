// More than two in a room, and a line that gets worse and worse; it takes minutes: node clients/e2e/run.mjs --bench company

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { groupOfTwo, guestsComeIn, lineGivesWay } from './company.mjs';
import { galleryOf } from './lib/gallery.mjs';
import { bothWays } from './lib/line.mjs';
import { cannot } from './lib/network.mjs';
import { consult, MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { openWorld } from './lib/world.mjs';

let line;
let world;

before(async () => {
  if (cannot) return;
  line = await bothWays();
  world = await openWorld('company-screens', { address: line.near, beginsAt: '10:00' });
});

after(async () => {
  await world?.close();
  await line?.remove();
});

test('company in the room, and a line that gives way', { skip: cannot }, async (t) => {
  const step = world.story(t);
  const { look, unreadable } = galleryOf(world);
  const people = { line };

  await step('a resident and a doctor talk', async () => {
    people.booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident', behind: line });
    people.doctor = await world.person('doctor', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
    await consult(world, { booth: people.booth, desk: people.doctor }, { legs: [MEDICAL], resident: RESIDENTS[2] });
  });
  await step('a second booth is taken into the room and goes back to its queue', () => groupOfTwo(world, look, people));
  await step('two guests come in, and everything of the booth is in sight', () => guestsComeIn(world, look, people));
  await step('the line carries sound only, then nothing, and the telephone is named; and it is back', () => lineGivesWay(look, people));
  await step('every screen could be read by everybody', () => assert.deepEqual(unreadable, []));
});
