// A consultation between two makes of browser: Chromium in the booth and Firefox at the desk, and the other way round.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ownAddress } from './lib/address.mjs';
import { becomeReady, idle, leaveGoodbye } from './lib/booth.mjs';
import { admit, choose, end, seesSomebody } from './lib/desk.mjs';
import { saidOfSealing } from './lib/sealing.mjs';
import { received, remotePictures } from './lib/seeing.mjs';
import { PLACE, RESIDENTS, arrive, keepsSeeing } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

let world;

before(async () => {
  world = await openWorld('firefox', { judge: false, args: ['--media', `${ownAddress()}:0`] });
});

after(() => world?.close());

/** A second of silence has an energy below this; one of a voice or of Firefox's tone, many times as much. */
const QUIET = 0.0005;

/** Shows that what a page decodes is sound: not how it sounds, since Firefox's own tone is all it can send. */
async function hearsSomething({ page, who }) {
  const { audioEnergy } = await received(page);
  await until(`${who} hears something`, async () => {
    const now = await received(page);
    if (now.audioEnergy < audioEnergy + QUIET) throw new Error(JSON.stringify({ from: audioEnergy, ...now }));
    return true;
  });
}

/** Shows that a page sees Firefox's camera: one colour over the whole picture, which changes slowly. */
function seesTheColour({ page, who }) {
  return until(`${who} sees the colour change`, async () => {
    const [picture] = await remotePictures(page, 12);
    if (!picture || picture.width < 160 || picture.mean < 10 || picture.change < 0.05) {
      throw new Error(JSON.stringify({ ...picture, thumb: undefined, ...(await received(page)) }));
    }
    return picture;
  }, { within: 20_000, every: 200 });
}

for (const [i, firefox] of ['desk', 'booth'].entries()) {
  test(`a consultation with the ${firefox} in Firefox and the other side in Chromium`, async (t) => {
    const step = world.story(t);
    let booth;
    let desk;

    await step('both see each other move', async () => {
      const at = [PLACE.booth, PLACE.otherBooth][i];
      const { appointment } = await arrive(world.url, { resident: RESIDENTS[i], booth: at });
      booth = await world.person(`booth-${i}`, {
        app: 'booth', seat: at, face: 'resident', firefox: firefox === 'booth',
      });
      desk = await world.person(`desk-${i}`, { app: 'desk', seat: PLACE.doctor, face: 'doctor', firefox: firefox === 'desk' });
      await becomeReady(booth);
      await choose(desk, appointment.resident.kana);
      await admit(desk);
      await Promise.all([
        firefox === 'booth' ? seesSomebody(booth) : seesTheColour(booth),
        firefox === 'desk' ? seesSomebody(desk) : seesTheColour(desk),
      ]);
      await world.artefacts.picture(booth.page, `booth-${firefox}-in-firefox`);
      await world.artefacts.picture(desk.page, `desk-${firefox}-in-firefox`);
    });

    await step('both screens say the same of sealing', async (s) => {
      await until('they agree', async () => {
        const [one, other] = await Promise.all([booth, desk].map(saidOfSealing));
        s.diagnostic(JSON.stringify([one, other]));
        return one.state === other.state && one.code === other.code && (one.state === 'sealed') === /^\d{6}$/.test(one.code);
      });
    });

    await step('both hear each other', async () => {
      await hearsSomething(booth);
      await hearsSomething(desk);
    });

    await step('pictures keep coming on one connection each', async () => {
      await Promise.all([keepsSeeing(booth), keepsSeeing(desk)]);
      for (const person of [booth, desk]) {
        const counts = await received(person.page);
        assert.equal(counts.connected, 1, JSON.stringify(counts));
      }
    });

    await step('the desk ends it, and both let go', async () => {
      await end(desk);
      await leaveGoodbye(booth);
      await idle(booth);
      await until('the booth has closed its connection', async () => (await received(booth.page)).peers === 0);
      await Promise.all([booth, desk].map((p) => p.close()));
      world.people.delete(booth.who);
      world.people.delete(desk.who);
      assert.deepEqual([...booth.faults, ...desk.faults], []);
    });
  });
}
