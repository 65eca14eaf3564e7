// The first consultation over the plain network.

import { after, before, test } from 'node:test';
import { openWorld } from './lib/world.mjs';
import { firstConsultation } from './story.mjs';

let world;

before(async () => {
  world = await openWorld('first-consultation');
});

after(() => world?.close());

test('the first consultation, end to end', (t) => firstConsultation(t, world, { transport: 'udp' }));
