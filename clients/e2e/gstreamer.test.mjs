// A document camera that speaks WHIP through GStreamer, in a consultation of two browsers: it waits behind the gate, is
// let in by the professional, named on both screens, seen and heard on both.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ownAddress } from './lib/address.mjs';
import { becomeReady } from './lib/booth.mjs';
import { admit, choose, seesSomebody } from './lib/desk.mjs';
import { sendByGStreamer } from './lib/gstreamer.mjs';
import { says, wordsOf } from './lib/screen.mjs';
import { button } from './lib/seats.mjs';
import { allSay } from './lib/sealing.mjs';
import { received, remotePictures } from './lib/seeing.mjs';
import { PLACE, arrive } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

const CAMERA = 'camera-7';

let world;
let camera;

before(async () => {
  world = await openWorld('gstreamer', { judge: false, args: ['--sealed', '--media', `${ownAddress()}:0`] });
});

after(async () => {
  await camera?.stop();
  await world?.close();
});

/** Shows that a page shows two pictures, one of which is the ball on blue, and keeps decoding. */
function seesTheBall({ page, who }) {
  return until(`${who} sees the ball`, async () => {
    const pictures = await remotePictures(page);
    const ball = pictures.find((p) => p.width === 640 && p.height === 360 && p.change > 0.05 && p.mean > 10);
    if (pictures.length < 2 || !ball) throw new Error(JSON.stringify(pictures.map((p) => ({ ...p, thumb: undefined }))));
    return ball;
  }, { within: 20_000, every: 200 });
}

test('GStreamer sends into a consultation by WHIP', async (t) => {
  const step = world.story(t);
  let booth;
  let desk;
  let session;

  await step('a booth waits and the desk has chosen it', async () => {
    const visit = await arrive(world.url);
    session = visit.session;
    booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
    desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
    await becomeReady(booth);
    await choose(desk, visit.appointment.resident.kana);
  });

  await step('the camera joins and is named, and nothing of it arrives', async () => {
    const token = await world.program.token('--room', session, '--participant', CAMERA, '--publish');
    camera = await sendByGStreamer({ url: world.url, room: session, token });
    await says(desk.page, CAMERA);
    await admit(desk);
    await Promise.all([seesSomebody(booth), seesSomebody(desk)]);
    assert.equal((await remotePictures(desk.page)).length, 1);
  });

  await step('the desk lets it in: both see it, and it is named on both screens', async () => {
    const { audioPackets } = await received(booth.page);
    await button(desk.page, `${CAMERA}を 入れる`).click();
    await Promise.all([seesTheBall(booth), seesTheBall(desk)]);
    await says(desk.page, CAMERA);
    await says(booth.page, CAMERA);
    await allSay([booth, desk], 'open');
    await until('its voice arrives too', async () => (await received(booth.page)).audioPackets > audioPackets + 50);
    await world.artefacts.picture(booth.page, 'booth-with-camera');
    await world.artefacts.picture(desk.page, 'desk-with-camera');
  });

  await step('it hangs up and is gone from both screens', async () => {
    assert.equal(await camera.stop(), 0);
    camera = undefined;
    for (const { page, who } of [booth, desk]) {
      await until(`${who} no longer names it`, async () => !(await wordsOf(page)).includes(CAMERA));
    }
  });
});
