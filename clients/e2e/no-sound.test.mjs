// Why was there no sound? What only the pages can see (a microphone that was unplugged, a volume at nothing) is found by the
// number of the slip afterwards.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { signIn } from './lib/api.mjs';
import { says } from './lib/screen.mjs';
import { button } from './lib/seats.mjs';
import { PLACE, consult } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

let world;

before(async () => {
  world = await openWorld('no-sound');
});

after(() => world?.close());

test('an administrator reads why nothing was to be heard', async (t) => {
  const step = world.story(t);
  let booth;
  let desk;
  let visit;
  let operator;

  /** What the pages have told of their media so far: "booth microphone ended" … */
  async function told() {
    const said = await operator.get(`/v1/offices/${PLACE.office}/timelines?number=${visit.number}`);
    return said.visits.flatMap((one) => one.moments).filter((one) => one.kind === 'seen')
      .flatMap((one) => Object.entries(one.more).map(([what, word]) => `${one.who.split(':')[0]} ${what} ${word}`));
  }
  const tells = (what) => until(what, async () => {
    const all = await told();
    if (!all.includes(what)) throw new Error(all.join(', '));
    return true;
  }, { within: 15_000 });

  await step('they talk', async () => {
    booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
    desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
    visit = (await consult(world, { booth, desk })).appointment;
    operator = await signIn(world.url, 'admin:admin');
  });

  await step('the microphone of the booth is pulled out', async () => {
    await booth.page.evaluate(() => {
      const devices = navigator.mediaDevices;
      const ask = devices.getUserMedia.bind(devices);
      window.plugIn = () => { devices.getUserMedia = ask; };
      devices.getUserMedia = () => Promise.reject(new DOMException('pulled out', 'NotFoundError'));
      const sent = window.witness.peers.flatMap((peer) => peer.getSenders()).filter((one) => one.track?.kind === 'audio' && one.track.readyState === 'live');
      for (const { track } of sent) {
        track.stop();
        track.dispatchEvent(new Event('ended')); // as the browser tells of a device that is gone
      }
    });
    await tells('booth microphone ended');
  });

  await step('it is put in again', async () => {
    await booth.page.evaluate(() => {
      window.plugIn();
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    });
    await tells('booth microphone ok');
  });

  await step('what plays the sound of the desk is at nothing', async () => {
    await desk.page.evaluate(() => {
      for (const one of document.querySelectorAll('audio')) one.volume = 0;
    });
    await tells('desk output muted');
    assert.deepEqual(await told(), ['booth microphone ended', 'booth microphone ok', 'desk output muted'], 'what is as it should be is not told');
  });

  await step('the number of the slip tells all of it in words', async () => {
    const admin = await world.person('admin', { app: 'admin', seat: 'admin' });
    await admin.page.locator('select[name=office]').selectOption(PLACE.office, { timeout: 20_000 });
    await admin.page.getByLabel('番号（呼び出し または 受付）').fill(visit.reception, { timeout: 20_000 });
    await button(admin.page, '調べる').click();
    await says(admin.page, /ブースのマイクが外れたか、使えなくなっていました/, { within: 10_000 });
    await says(admin.page, /相手の席の音量が0でした/, { within: 10_000 });
    await world.look(admin, 'admin-no-sound');
  });
});
