// A consultation that is sealed end to end: both see and hear, both read the same code, and whoever gets everything that is
// forwarded, and opens nothing, sees nothing and hears nothing that resembles what was said.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { seesSomebody } from './lib/desk.mjs';
import { hears, listen } from './lib/hearing.mjs';
import { received } from './lib/seeing.mjs';
import { ABSENT, likeness, writeWav } from './lib/sound.mjs';
import { PLACE, consult } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

let world;

before(async () => {
  world = await openWorld('sealed', { args: ['--sealed'] });
});

after(async () => {
  await world?.close();
});

/** What a page says of sealing: its state and code. */
async function saidBy({ page }) {
  return page.locator('[data-sealing]').first().evaluate((note) => ({ state: note.dataset.sealing, code: note.dataset.code }));
}

/** Waits until both screens show that they are sealed, with one code. */
async function agreed(booth, desk, not = '') {
  let said;
  await until('both screens show the same code', async () => {
    said = await Promise.all([saidBy(booth), saidBy(desk)]);
    return said.every(({ state, code }) => state === 'sealed' && /^\d{6}$/.test(code) && code === said[0].code && code !== not);
  });
  return said[0].code;
}

/** In a page: what arrives goes to the decoders as it came, as it does where somebody has got hold of a token and has no key. */
function openNothing() {
  Object.defineProperty(RTCRtpReceiver.prototype, 'transform', { get: () => null, set: () => {} });
}

test('what is said and shown is for the two at the ends', async (t) => {
  const step = world.story(t);
  const keep = world.artefacts.keep;
  const booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
  const desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
  let code;

  await step('booth and desk see and hear each other', async () => {
    await consult(world, { booth, desk });
    await hears(booth.page, { name: 'booth', theirs: desk.media.clip, own: booth.media.clip, keep });
    await hears(desk.page, { name: 'desk', theirs: booth.media.clip, own: desk.media.clip, keep });
  });

  await step('their screens say that it is sealed, and show the same code', async () => {
    code = await agreed(booth, desk);
    await world.artefacts.picture(booth.page, 'booth-sealed');
    await world.artefacts.picture(desk.page, 'desk-sealed');
  });

  await step('a page that is loaded again is back, under another code that both show', async () => {
    await booth.page.reload();
    await Promise.all([seesSomebody(booth), seesSomebody(desk)]);
    await agreed(booth, desk, code);
  });

  await step('whoever is let in and opens nothing presents no frame and hears nothing intelligible', async (s) => {
    await booth.page.addInitScript(openNothing);
    await booth.page.reload();
    await agreed(booth, desk);
    let counts;
    await until('sound and pictures arrive', async () => {
      counts = await received(booth.page);
      return counts.audioPackets > 150 && counts.videoPackets > 100;
    }, { within: 30_000 });
    const heard = await listen(booth.page, 6);
    keep('booth-without-key-heard.wav', writeWav(heard));
    counts = await received(booth.page);
    const alike = likeness(heard, desk.media.clip).typical;
    s.diagnostic(`without a key: ${counts.videoPackets} packets of pictures came, ${counts.framesDecoded} were shown; ` +
      `what was heard resembles what was said by ${alike.toFixed(1)} (at most ${ABSENT})`);
    assert.equal(counts.framesDecoded, 0);
    assert.ok(alike < ABSENT, `what was heard resembles what was said: ${alike}`);
  });
});
