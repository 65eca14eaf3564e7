// A consultation that is sealed end to end: both see and hear, both read the same code, and whoever gets everything that is
// forwarded, and opens nothing, sees nothing and hears nothing that resembles what was said.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openLargeTalk, seesSomebody, write } from './lib/desk.mjs';
import { hears, listen } from './lib/hearing.mjs';
import { says } from './lib/screen.mjs';
import { agree, keepWhatIsSent, onlyPicturesOf } from './lib/sealing.mjs';
import { received } from './lib/seeing.mjs';
import { ABSENT, likeness, writeWav } from './lib/sound.mjs';
import { PLACE, consult, keepsSeeing } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

let world;

before(async () => {
  world = await openWorld('sealed', { args: ['--sealed'] });
});

after(async () => {
  await world?.close();
});

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
    code = await agree([booth, desk]);
    await world.artefacts.picture(booth.page, 'booth-sealed');
    await world.artefacts.picture(desk.page, 'desk-sealed');
  });

  await step('a page that is loaded again is back, under another code that both show', async () => {
    await booth.page.reload();
    await Promise.all([seesSomebody(booth), seesSomebody(desk)]);
    await agree([booth, desk], code);
  });

  await step('what is written goes sealed too', async (s) => {
    await Promise.all([booth, desk].map(({ page }) => page.addInitScript(keepWhatIsSent)));
    await Promise.all([booth, desk].map(({ page }) => page.reload()));
    await Promise.all([seesSomebody(booth), seesSomebody(desk)]);
    await agree([booth, desk]);
    await openLargeTalk(desk);
    await write(desk, 'くすりは 朝だけ');
    await says(booth.page, 'くすりは 朝だけ');
    const sent = (await Promise.all([booth, desk].map(({ page }) => page.evaluate(() => window.sentOverChannels)))).flat();
    s.diagnostic(`${sent.length} messages over data channels, ${sent.filter(({ inClear }) => inClear).length} of them in clear`);
    assert.ok(sent.length >= 2, 'the words and their acknowledgement');
    assert.deepEqual(sent.filter(({ inClear, bytes }) => inClear || bytes.includes('くすり') || bytes.includes('"v"')), []);
  });

  await step('pictures in VP9 are sealed and opened as well', async () => {
    await Promise.all([booth, desk].map(({ page }) => page.addInitScript(onlyPicturesOf, 'video/VP9')));
    await Promise.all([booth, desk].map(({ page }) => page.reload()));
    await Promise.all([seesSomebody(booth), seesSomebody(desk)]);
    await agree([booth, desk]);
    for (const { page, who } of [booth, desk]) {
      assert.deepEqual(await page.evaluate(() => window.measure.codecs('video')), ['video/VP9'], who);
      await keepsSeeing({ page, who });
    }
  });

  await step('whoever is let in and opens nothing presents no frame and hears nothing intelligible', async (s) => {
    await booth.page.addInitScript(openNothing);
    await booth.page.reload();
    await agree([booth, desk]);
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
