// Sealed end to end, and somebody in between who meddles: what is changed, repeated, put into another order or in somebody else's
// place is noticed, said on the screen, and not played. And whoever has left can open nothing that is sent afterwards.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { chooseMore, seesSomebody } from './lib/desk.mjs';
import { dialog } from './lib/question.mjs';
import { says } from './lib/screen.mjs';
import { button, containing } from './lib/seats.mjs';
import { tamperWith } from './lib/tamperer.mjs';
import { PLACE, consult } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

/** How long each way of tampering lasts, in seconds. */
const SECONDS = 3;

/** What each is found out as, and how many pictures of each sender may have been shown: where two are exchanged, the first comes
 *  before there is anything to compare it with. */
const WAYS = {
  flipped: { fault: ['forged', 'clear'], shown: 0 },
  shuffled: { fault: ['clear', 'forged'], shown: 0 },
  replayed: { fault: ['replayed'], shown: 0 },
  reordered: { fault: ['reordered'], shown: 1 },
  swapped: { fault: ['swapped'], shown: 0 },
};

let world;

before(async () => {
  world = await openWorld('tampered', { args: ['--sealed'], judge: false });
});

after(async () => {
  await world?.close();
});

/** Keeps what seals and opens frames alive after the page has put it away, as somebody would who has changed their page. */
function putNothingAway() {
  Worker.prototype.terminate = () => {};
}

/** A family member comes by a link and is let in. */
async function guestComesIn(desk) {
  await chooseMore(desk, '人を 招く');
  await dialog(desk).getByRole('textbox').fill('磯部 健');
  await button(dialog(desk), 'リンクを 作る').click();
  const link = await dialog(desk).locator('[data-link]').textContent({ timeout: 10_000 });
  await button(dialog(desk), '閉じる').click();
  const guest = await world.person('guest', { app: 'guest', seat: '', face: 'pharmacist' });
  await guest.page.addInitScript(putNothingAway);
  const tamperer = await tamperWith(guest);
  await guest.page.goto('about:blank');
  await guest.page.goto(link);
  await button(guest.page, 'はじめる').click();
  await desk.page.getByRole('button', { name: containing('磯部 健を 入れる') }).click({ timeout: 20_000 });
  await seesSomebody(guest);
  return { guest, tamperer };
}

const facesOf = ({ lines }) => lines.filter(({ purpose, came }) => purpose === 'face' && came > 0);

/** Waits until somebody shows pictures of two others. */
function seesTwo(who, tamperer) {
  return until(`${who} is shown two people`, async () => {
    const earlier = facesOf(await tamperer.counts());
    await pause(500);
    const later = facesOf(await tamperer.counts());
    return later.filter(({ played }, at) => played > (earlier[at]?.played ?? 0) + 3).length === 2;
  }, { within: 20_000 });
}

test('somebody in between meddles', async (t) => {
  const step = world.story(t, { meddled: true });
  const booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
  const desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
  const node = await tamperWith(desk);
  let guest;
  let former;

  await step('booth, desk and a guest see each other, and nobody says anything of meddling', async () => {
    await consult(world, { booth, desk });
    ({ guest, tamperer: former } = await guestComesIn(desk));
    await seesTwo('desk', node);
    assert.equal(await desk.page.locator('[data-meddled]').count(), 0);
  });

  for (const [way, { fault, shown }] of Object.entries(WAYS)) {
    await step(`${way} frames are noticed, and none of them is shown`, async (s) => {
      await pause(1_000); // a while of pictures that have been shown
      const honest = await node.counts();
      await node.become(way);
      const begun = await node.counts();
      // Those who are put in each other's place may yet be named there.
      await pause(way === 'swapped' ? 8_000 : SECONDS * 1000);
      const ended = await node.counts();
      await node.become('honest');
      const faces = facesOf(ended).map(({ came, played }, at) => ({ came: came - facesOf(begun)[at].came, played: played - facesOf(begun)[at].played }));
      s.diagnostic(`${way}: of ${faces.map(({ came }) => came).join(' and ')} pictures, ${faces.map(({ played }) => played).join(' and ')} were played`);
      for (const { came, played } of faces) assert.ok(came > 20 && played <= shown, `${played} of ${came} were played`);
      await until(`it is noticed as ${fault.join(' or ')}`, async () => {
        const { faults } = await node.counts();
        s.diagnostic(JSON.stringify(faults));
        return fault.some((one) => (faults[one] ?? 0) > (honest.faults[one] ?? 0));
      });
      await says(desk.page, '途中で 変えられた 音か 絵が ありました。再生していません。');
      if (way === 'flipped') await world.artefacts.picture(desk.page, 'desk-meddled');
      await seesTwo('desk', node);
    });
  }

  await step('whoever has left can open what was sent before, and nothing that is sent afterwards', async (s) => {
    const participant = `booth:${PLACE.booth}`;
    // Of the two faces that the desk is shown, the booth's frames are those that open under the booth's name.
    const open = async () => {
      const played = [];
      for (const frames of await node.recorded('face')) played.push(await former.lead(frames, 'face', participant));
      return Math.max(...played);
    };
    const during = await open();
    await desk.page.getByRole('button', { name: containing('磯部 健に 出てもらう') }).click();
    await says(guest.page, '相談への 参加は 終わりました');
    await pause(6_000); // as long as frames are recorded: at thirty a second all are newer than the leaving
    await seesSomebody(desk);
    const afterwards = await open();
    s.diagnostic(`of the last pictures of the booth the guest's page opens ${during} while let in, and ${afterwards} after leaving`);
    assert.ok(during > 20, `${during} while let in`);
    assert.equal(afterwards, 0);
  });
});
