// The first consultation where a firewall lets no UDP pass: media travel over ICE-TCP.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cannot, withoutUDP } from './lib/network.mjs';
import { openWorld } from './lib/world.mjs';
import { firstConsultation } from './story.mjs';

let network;
let world;

before(async () => {
  if (cannot) return;
  network = await withoutUDP();
  world = await openWorld('udp-blocked', { inside: network, judge: false });
});

after(async () => {
  await world?.close();
  await network?.remove();
});

test('the first consultation with UDP blocked', { skip: cannot }, async (t) => {
  await firstConsultation(t, world, { transport: 'tcp' });
  await t.test('the firewall was at work', async () => {
    assert.match(await network.dropped(), /udp counter packets [1-9]/);
  });
});
