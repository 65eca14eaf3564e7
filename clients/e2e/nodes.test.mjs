// A consultation in two browsers outlives its servers: nobody touches anything.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { book, signIn } from './lib/api.mjs';
import { artefactsOf } from './lib/artefacts.mjs';
import { becomeReady } from './lib/booth.mjs';
import { SIZES, openBrowser } from './lib/browser.mjs';
import { admit, choose, seesSomebody } from './lib/desk.mjs';
import { restlessMediaOf } from './lib/media.mjs';
import { TALK, startNodes } from './lib/nodes.mjs';
import { until } from './lib/wait.mjs';

const PLAYING = fileURLToPath(new URL('page/playing.js', import.meta.url));
const artefacts = artefactsOf('nodes', { fresh: true });
const people = [];
let nodes;
let session;

before(async () => {
  nodes = await startNodes(artefacts.path('servers'));
  const at = nodes.brokers[0].url;
  const counter = await signIn(at, `counter:${TALK.office}`, await nodes.enroll(`counter:${TALK.office}`));
  const appointment = await book(counter, { ...TALK, resident: { kana: 'イソベ ハルエ', phone: '0999-00-1456' } });
  ({ session } = await counter.post('/v1/check-ins', { appointment: appointment.id }));
  const booth = await sit('booth', `booth:${TALK.booth}`, nodes.brokers[0].url, 'resident');
  const desk = await sit('desk', `desk:${TALK.desk}`, nodes.brokers[1].url, 'doctor');
  await becomeReady(booth);
  await choose(desk, appointment.resident.kana);
  await admit(desk);
  await Promise.all([seesSomebody(booth), seesSomebody(desk)]);
});

after(async () => {
  for (const { who, page, close } of people) {
    await page.screenshot({ path: artefacts.path(`${who}-at-the-end.png`) }).catch(() => {});
    await close();
  }
  await nodes?.close();
});

/** Opens somebody's page, signed in. */
async function sit(app, seat, url, face) {
  const { seat: identity } = await signIn(url, seat, await nodes.enroll(seat));
  const media = await restlessMediaOf(face, { directory: artefactsOf('made').folder });
  const one = { ...(await openBrowser({ name: app, size: SIZES[app], media })), who: app, app };
  people.push(one);
  await one.context.addInitScript((kept) => sessionStorage.setItem('madoguchi.seat', sessionStorage.getItem('madoguchi.seat') ?? kept), JSON.stringify(identity));
  await one.context.addInitScript({ path: PLAYING });
  await one.page.goto(`${url}/${app}/?seat=${seat.split(':')[1]}`);
  return one;
}

/** The longest time without sound at somebody's ears since then, milliseconds. */
const silence = ({ page }, since) =>
  page.evaluate((from) => Math.round(Math.max(...window.playing.holes.filter(({ at }) => at > from).map(({ ms }) => ms))), since);

const clicks = async () => (await Promise.all(people.map(({ page }) => page.evaluate(() => window.witness.clicks.length)))).reduce((a, b) => a + b, 0);

/** Both hear each other for a while. */
async function calm() {
  await until('both hear each other', async () => {
    const from = Date.now();
    await pass(1_000);
    for (const one of people) if ((await silence(one, from)) > 300) throw new Error(`${one.who}: silence`);
    return true;
  }, { within: 30_000 });
}

/** Does something to a server and tells how long each of the two heard nothing. */
async function harm(t, what, act) {
  await calm();
  const clicked = await clicks();
  const from = Date.now();
  await act();
  await pass(2_000);
  await calm();
  const [booth, desk] = await Promise.all(people.map((one) => silence(one, from)));
  t.diagnostic(`measured: ${what}: no sound for at most ${booth} ms at the booth, ${desk} ms at the desk`);
  assert.equal(await clicks(), clicked, 'somebody had to click');
  return Math.max(booth, desk);
}

test('a media node that is asked to end hands its rooms over: no gap over 200 ms in sound', async (t) => {
  const i = await nodes.carrying(session);
  const gap = await harm(t, 'media node, SIGTERM', async () => {
    nodes.nodes[i].signal('SIGTERM');
    assert.equal(await nodes.nodes[i].ended(), 0);
  });
  await nodes.anotherNode(i);
  assert.ok(gap <= 200, `${gap} ms`);
});

test('a media node that is killed is noticed, and both see and hear each other again on the other one', async (t) => {
  const i = await nodes.carrying(session);
  const gap = await harm(t, 'media node, killed', async () => {
    nodes.nodes[i].signal('SIGKILL');
    await nodes.nodes[i].ended();
    await pass(4_000);
  });
  assert.ok(gap <= 5_000 + 2_000, `${gap} ms`);
  await Promise.all(people.map((one) => seesSomebody(one)));
  assert.equal(await nodes.carrying(session), 1 - i);
});

test('a signaling node that is killed is noticed by nobody', async (t) => {
  const gap = await harm(t, 'signaling node, killed', async () => {
    nodes.brokers[0].signal('SIGKILL');
    await nodes.brokers[0].ended();
    await pass(3_000);
  });
  assert.ok(gap <= 200, `${gap} ms`);
});
