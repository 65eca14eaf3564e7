// Plain WHIP and WHEP clients, as OBS, a document camera or a measuring rig would come: the browser's own peer
// connection and fetch, nothing of our session code.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, plainPage } from './lib/browser.mjs';
import { becomeReady } from './lib/booth.mjs';
import { admit, choose, seesSomebody } from './lib/desk.mjs';
import { hears } from './lib/hearing.mjs';
import { mediaOf } from './lib/media.mjs';
import { says } from './lib/screen.mjs';
import { button } from './lib/seats.mjs';
import { received } from './lib/seeing.mjs';
import { PLACE, RESIDENTS, arrive } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { hangUp, play, publish } from './lib/whip.mjs';
import { openWorld } from './lib/world.mjs';

let world;
const rigs = [];

before(async () => {
  world = await openWorld('whip');
});

after(async () => {
  await Promise.all(rigs.map((r) => r.close()));
  await world.close();
});

/** A browser with a face and a voice and two plain pages: one sends, one receives. */
async function rig(who, face) {
  const media = await mediaOf(face, { directory: world.artefacts.path('made') });
  const browser = await openBrowser({ name: who, media });
  rigs.push(browser);
  const up = await plainPage(browser.context, world.url);
  const down = await plainPage(browser.context, world.url);
  return { who, media, up, down: { page: down, who } };
}

function mint(room, participant, ...more) {
  return world.program.token('--room', room, '--participant', participant, '--publish', '--subscribe', ...more);
}

test('two plain clients exchange sound and picture with bench tokens', async () => {
  const one = await rig('rig-1', 'resident');
  const two = await rig('rig-2', 'doctor');
  const replies = [];
  for (const { who, up } of [one, two]) {
    const token = await mint('bench-room', who, '--bench');
    replies.push([up, await publish(up, { room: 'bench-room', token }), token]);
  }
  for (const { who, down } of [one, two]) {
    const token = await mint('bench-room', who, '--bench');
    const reply = await play(down.page, { room: 'bench-room', token });
    assert.equal(reply.status, 201);
    replies.push([down.page, reply, token]);
  }
  for (const [, reply] of replies) {
    assert.equal(reply.status, 201, reply.body);
    assert.match(reply.type, /^application\/sdp/);
    assert.notEqual(reply.location, '');
  }
  await Promise.all([seesSomebody(one.down), seesSomebody(two.down)]);
  const keep = world.artefacts.keep;
  await hears(one.down.page, { name: 'rig-1', theirs: two.media.clip, own: one.media.clip, keep });
  await hears(two.down.page, { name: 'rig-2', theirs: one.media.clip, own: two.media.clip, keep });
  for (const [page, reply, token] of replies) {
    assert.equal(await hangUp(page, reply, token), 200);
    await page.close();
  }
});

test('without the grant they wait behind the gate, are named, and come in when the desk lets them', async (t) => {
  const step = world.story(t);
  const [one, two] = await Promise.all([rigs[0], rigs[1]].map(async (r, i) => ({
    who: ['camera-1', 'monitor-1'][i],
    page: await plainPage(r.context, world.url),
  })));
  let desk;
  let visit;

  await step('a booth waits and the desk has chosen it', async () => {
    visit = await arrive(world.url, { resident: RESIDENTS[1] });
    const booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
    desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
    await becomeReady(booth);
    await choose(desk, visit.appointment.resident.kana);
  });

  await step('two pieces of equipment join, and the desk reads their names', async () => {
    const room = visit.session;
    const up = await publish(one.page, { room, token: await mint(room, one.who) });
    assert.equal(up.status, 201, up.body);
    const down = await play(two.page, { room, token: await mint(room, two.who) });
    assert.equal(down.status, 201, down.body);
    await until('both are connected', async () => {
      const counts = await Promise.all([received(one.page), received(two.page)]);
      return counts.every((c) => c.connected === 1);
    });
    await says(desk.page, one.who);
    await says(desk.page, two.who);
    await world.artefacts.picture(desk.page, 'desk-equipment-at-the-gate');
  });

  await step('nothing reaches the receiver or the desk while they wait', async () => {
    await until('the sender has sent for a while', async () => (await received(one.page)).videoPacketsSent > 60);
    assert.equal((await received(two.page)).packetsReceived, 0);
    assert.equal((await received(desk.page)).packetsReceived, 0);
  });

  await step('the consultation begins without them', async () => {
    await admit(desk);
    await seesSomebody(desk);
    await keepsNothing(two);
    await says(desk.page, one.who);
    await says(desk.page, two.who);
  });

  await step('the desk lets them in, and the receiver sees and hears', async () => {
    for (const { who } of [one, two]) {
      await button(desk.page, `${who}を 入れる`).click();
    }
    await seesSomebody(two);
    await world.artefacts.picture(desk.page, 'desk-equipment-let-in');
    assert.ok((await received(two.page)).audioPackets > 0);
  });
});

/** Shows that a waiting peer has received nothing although the room is alive around it. */
async function keepsNothing({ page }) {
  assert.equal((await received(page)).packetsReceived, 0);
}
