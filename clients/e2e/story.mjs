// The first consultation, as it is told in the README: booked and checked in at the counter, waiting in the booth, let
// in by the doctor, ended, and nothing left behind. Told once over the plain network and once without UDP.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { checkDevices, idle, leaveGoodbye } from './lib/booth.mjs';
import { plainPage } from './lib/browser.mjs';
import { answerCall, bookVisit, checkIn, closeSlip, readSlip } from './lib/counter.mjs';
import { admit, choose, end, openLargeTalk, seesSomebody, toggleMicrophone, write } from './lib/desk.mjs';
import { hears, isSilent } from './lib/hearing.mjs';
import { says } from './lib/screen.mjs';
import { button } from './lib/seats.mjs';
import { received, resemblance, thumbnails } from './lib/seeing.mjs';
import { traces } from './lib/traces.mjs';
import { PLACE, RESIDENTS } from './lib/visit.mjs';
import { standsStill, until } from './lib/wait.mjs';
import { play } from './lib/whip.mjs';

const RESIDENT = RESIDENTS[0];

/**
 * Tells the story step by step.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('./lib/world.mjs').World} world
 * @param {{transport: 'udp'|'tcp'}} expected how media must have travelled
 */
export async function firstConsultation(t, world, { transport }) {
  const step = world.story(t);
  const { look } = world;
  let counter;
  let booth;
  let desk;
  let watcher;
  let slip;
  let history;

  await step('counter, booth and desk open', async (own) => {
    counter = await world.person('counter', { app: 'counter', seat: PLACE.office });
    booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
    desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
    own.diagnostic(`cameras and microphones: ${booth.media.real ? 'clips of MADOGUCHI_DATA' : 'drawn faces and made-up voices'}`);
    await idle(booth, { within: 20_000 });
    history = await lengthOfHistory(booth);
    await look(booth, 'idle');
    await look(counter, 'day');
    await look(desk, 'day');
  });

  await step('the counter books in under a minute and prints the slip', async (own) => {
    const from = performance.now();
    await bookVisit(counter, { with: '医院', boothName: 'ブース1', resident: RESIDENT, look: (what) => look(counter, what) });
    const seconds = (performance.now() - from) / 1000;
    own.diagnostic(`booked in ${seconds.toFixed(1)} s, screenshots and axe included`);
    assert.ok(seconds < 60);
    slip = await readSlip(counter);
    assert.match(slip.reception, /^\d{6}$/);
    assert.ok(slip.words.includes('医院') && !slip.words.includes('診療'), `a neutral word only: ${slip.words}`);
    assert.ok(!slip.words.includes(RESIDENT.kana.split(' ')[0]), 'no name: slips get lost');
    assert.ok(slip.words.includes('汐待浜郵便局ブース1'), slip.words);
    assert.ok(slip.qr, 'the QR code is printed');
    await look(counter, 'slip');
    await closeSlip(counter);
  });

  await step('the counter checks in, and the booth asks for nothing but the devices', async () => {
    await checkIn(counter, slip.number);
    await says(booth.page, '音は 聞こえますか', { within: 20_000 });
    await says(booth.page, 'お声が 届いています', { within: 20_000 });
    await look(booth, 'check');
    await checkDevices(booth);
  });

  await step('the booth waits and says for whom and how long', async () => {
    const words = await says(booth.page, 'このまま お待ちください', { within: 20_000 });
    assert.ok(words.includes(`あなたの番号${slip.number}`), words);
    await says(booth.page, /あと\d+分から\d+分ぐらい|もうすぐです/);
    await says(booth.page, 'いまは だれも 見ていません');
    await look(booth, 'waiting');
  });

  await step('before admission nothing arrives at the desk, nor at a WHEP peer', async () => {
    await says(desk.page, RESIDENT.kana);
    await says(desk.page, /\d+分/);
    await look(desk, 'day-somebody-waits');
    await choose(desk, RESIDENT.kana);
    await until('the desk is connected', async () => (await received(desk.page)).connected === 1);
    watcher = await watch(world, counter, desk);
    const sent = (await received(booth.page)).videoPacketsSent;
    await until('the booth sends', async () => (await received(booth.page)).videoPacketsSent > sent + 50);
    assert.equal((await received(desk.page)).packetsReceived, 0, 'desk');
    assert.equal((await received(booth.page)).packetsReceived, 0, 'booth');
    assert.equal((await received(watcher)).packetsReceived, 0, 'WHEP peer');
    await look(desk, 'admit');
  });

  await step('the desk admits, and both see each other move', async (own) => {
    await admit(desk);
    const [inBooth, atDesk] = await Promise.all([seesSomebody(booth), seesSomebody(desk)]);
    await isOf(inBooth, desk, booth);
    await isOf(atDesk, booth, desk);
    for (const person of [booth, desk]) {
      const sums = await received(person.page);
      own.diagnostic(`${person.who}: ${sums.framesDecoded} frames decoded over ${sums.protocols}`);
      assert.ok(sums.framesDecoded > 10);
      assert.deepEqual([...new Set(sums.protocols)], [transport]);
    }
    assert.equal((await received(watcher)).packetsReceived, 0, 'the WHEP peer still waits');
    await look(booth, 'consultation');
    await look(desk, 'consultation');
    await watcher.close();
  });

  await step('each hears the other, and no echo', async (own) => {
    await Promise.all([[booth, desk], [desk, booth]].map(async ([ear, mouth]) => {
      const report = await hears(ear.page, {
        name: ear.who, theirs: mouth.media.clip, own: ear.media.clip, keep: world.artefacts.keep,
      });
      own.diagnostic(`${ear.who} hears the other ${report.theirs.toFixed(1)} and itself ${report.own.toFixed(1)} σ above the background`);
    }));
  });

  await step('what the desk writes is large in the booth, and the booth answers', async () => {
    await openLargeTalk(desk);
    await write(desk, 'きょうは お薬手帳を お持ちですか');
    await says(booth.page, 'きょうは お薬手帳を お持ちですか');
    await look(booth, 'written');
    await look(desk, 'talk');
    await button(booth.page, 'はい').click();
    await says(desk.page, 'はい');
  });

  await step('mute is silence', async () => {
    await toggleMicrophone(desk);
    await until('the booth hears nothing', () => isSilent(booth.page));
    await until('no sound arrives in the booth', () => standsStill(() => received(booth.page).then((s) => s.audioPackets)));
    await toggleMicrophone(desk);
    await until('the booth hears again', async () => !(await isSilent(booth.page)));
  });

  await step('the booth calls, the counter rings until somebody answers', async () => {
    await button(booth.page, '係を呼ぶ').click();
    await says(counter.page, 'ブース1が 呼んでいます');
    await until('the counter is heard to ring', async () => !(await isSilent(counter.page)));
    await look(counter, 'call');
    await look(booth, 'calling');
    await answerCall(counter);
    await says(booth.page, '局員が 気づきました');
    await until('the ringing stops', () => isSilent(counter.page));
    await button(booth.page, 'この画面を 閉じる').click();
  });

  await step('the desk ends, the booth says goodbye and is idle', async () => {
    await end(desk);
    await says(booth.page, 'おつかれさまでした');
    await look(booth, 'goodbye');
    await leaveGoodbye(booth);
    await idle(booth);
    await look(booth, 'idle-again');
    await says(desk.page, '面談を 終わりました');
    await look(desk, 'day-after');
  });

  await step('the booth holds nothing of the resident', async () => {
    const secrets = [RESIDENT.kana, ...RESIDENT.kana.split(' '), RESIDENT.phone, slip.reception, /s_[a-z2-7]{16,}/i];
    assert.deepEqual(await traces(booth, secrets), []);
    assert.equal(await lengthOfHistory(booth), history, 'nothing to go back to');
    const { peers } = await received(booth.page);
    assert.equal(peers, 0, 'no peer connection is left');
  });

  await step('every screen could be read by everybody', () => world.allReadable());
}

function lengthOfHistory({ page }) {
  return page.evaluate(() => window.history.length);
}

/** A WHEP peer with a token for the desk's session, in the counter's browser. */
async function watch(world, counter, desk) {
  const room = desk.session();
  const page = await plainPage(counter.context, world.url);
  const token = await world.program.token('--room', room, '--participant', 'monitor', '--subscribe');
  const reply = await play(page, { room, token });
  assert.equal(reply.status, 201, reply.body);
  await until('the WHEP peer is connected', async () => (await received(page)).connected === 1);
  return page;
}

/** Shows that a picture is the other person's camera and not the own one. */
async function isOf({ thumb }, other, own) {
  const likest = async ({ media }) => {
    const frames = await thumbnails(other.page, await readFile(media.camera));
    return Math.max(...frames.map((frame) => resemblance(frame, thumb)));
  };
  const [theirs, ours] = [await likest(other), await likest(own)];
  assert.ok(theirs > 0.6 && theirs > ours + 0.2, `resembles the other ${theirs.toFixed(2)}, oneself ${ours.toFixed(2)}`);
}
