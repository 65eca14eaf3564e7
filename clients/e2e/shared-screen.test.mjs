// The desk shows its screen: a form, say. The resident sees it large, and the face again when it is over.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { says } from './lib/screen.mjs';
import { button } from './lib/seats.mjs';
import { isAlive, received, remotePictures } from './lib/seeing.mjs';
import { PLACE, consult } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

let world;

before(async () => {
  world = await openWorld('shared-screen');
});

after(() => world?.close());

/** What the large picture of the booth is of, and how large it comes. */
function large({ page }) {
  return page.evaluate(() => {
    const [video] = [...document.querySelectorAll('video')]
      .filter((one) => window.witness.isRemote(one.srcObject?.getVideoTracks?.()[0]))
      .toSorted((a, b) => b.clientWidth - a.clientWidth);
    return { label: video?.getAttribute('aria-label')?.replaceAll(/\s/g, ''), width: video?.videoWidth, fit: video && getComputedStyle(video).objectFit };
  });
}

test('the desk shows its screen, the resident sees it large, and it goes when the desk ends it', async (t) => {
  const step = world.story(t);
  let booth;
  let desk;

  await step('a consultation begins', async () => {
    booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
    desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
    await consult(world, { booth, desk });
  });

  await step('the desk shows its screen, and nothing is negotiated for it', async () => {
    const was = await received(booth.page);
    await button(desk.page, '画面を見せる').click();
    await says(desk.page, '画面を見せています');
    await until('the booth shows it', async () => {
      const { label, width, fit } = await large(booth);
      return label?.includes('見せているもの') && width > 160 && fit === 'contain';
    });
    assert.equal((await received(booth.page)).peers, was.peers);
    await world.look(booth, 'screen');
    await world.look(desk, 'screen');
    world.allReadable();
  });

  await step('the desk ends it: the face is back, moving', async () => {
    await button(desk.page, '画面を見せています').click();
    await until('the booth shows the face', async () => (await large(booth)).fit === 'cover');
    await until('it moves', async () => (await remotePictures(booth.page)).some(isAlive));
    assert.equal(await button(desk.page, '画面を見せる').count(), 1);
  });
});
