// What goes wrong while two people talk: a tablet that reloads, and input nobody should send. The consultation goes on.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { request, signIn } from './lib/api.mjs';
import { today } from './lib/clock.mjs';
import { openBrowser, plainPage } from './lib/browser.mjs';
import { seesSomebody } from './lib/desk.mjs';
import { openSocket } from './lib/socket.mjs';
import { MEDICAL, PLACE, RESIDENTS, arrive, consult, keepsSeeing } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

let world;
let booth;
let desk;
let stranger;
let running;
let plain;

before(async () => {
  world = await openWorld('disturbance');
  booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
  desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
  stranger = await openBrowser({ name: 'stranger' });
  plain = await plainPage(stranger.context, world.url);
  running = await consult(world, { booth, desk }).catch(async (error) => {
    await world.pictureAll('failed');
    throw error;
  });
});

after(async () => {
  await stranger?.close();
  await world.close();
});

/** Does something wrong and shows that both go on seeing each other by the same peer connections. */
async function undisturbed(act) {
  const peers = () => Promise.all([booth, desk].map(({ page }) => page.evaluate(() => window.witness.peers.length)));
  const earlier = await peers();
  await act();
  await Promise.all([keepsSeeing(booth), keepsSeeing(desk)]);
  assert.deepEqual(await peers(), earlier, 'nobody had to connect again');
}

/** Shows that an answer is a problem document of a kind. */
function isProblem({ status, type, body }, wantedStatus, slug) {
  const said = `${status} ${type} ${JSON.stringify(body)}`;
  assert.equal(status, wantedStatus, said);
  assert.match(type, /^application\/problem\+json/, said);
  assert.equal(body.status, wantedStatus, said);
  assert.ok(body.title || body.detail, said);
  if (slug) assert.match(body.type ?? '', new RegExp(`/problems/${slug}$`), said);
}

test('an unknown service is named as such', () => undisturbed(async () => {
  const counter = await signIn(world.url, `counter:${PLACE.office}`);
  const path = `/v1/offices/${PLACE.office}/times?date=${today()}&leg=astrology@${PLACE.doctor}`;
  isProblem(await counter.ask('GET', path), 422, 'unknown-service');
}));

test('a time that has passed cannot be held', () => undisturbed(async () => {
  const counter = await signIn(world.url, `counter:${PLACE.office}`);
  const hold = { office: PLACE.office, start: '2026-01-05T10:00:00+09:00', legs: [MEDICAL] };
  isProblem(await counter.ask('POST', '/v1/holds', hold, { 'Idempotency-Key': randomUUID() }), 422, 'past-time');
}));

test('a hold that was given up cannot be confirmed', () => undisturbed(async () => {
  const counter = await signIn(world.url, `counter:${PLACE.office}`);
  const { times } = await counter.get(`/v1/offices/${PLACE.office}/times?date=${today()}&leg=medical@morita`);
  const { start } = times.findLast((time) => time.free);
  const resident = RESIDENTS[3];
  const body = { office: PLACE.office, start, legs: [MEDICAL], resident };
  const hold = await counter.post('/v1/holds', body, { 'Idempotency-Key': randomUUID() });
  assert.equal((await counter.ask('DELETE', `/v1/holds/${hold.id}`)).status, 204);
  isProblem(await counter.ask('POST', `/v1/holds/${hold.id}/confirm`, { resident }), 404, 'unknown-appointment');
}));

test('a token of one session does not open another', () => undisturbed(async () => {
  const other = await arrive(world.url, {
    booth: PLACE.otherBooth, resident: RESIDENTS[2], legs: [{ service: 'card', pool: 'shimin' }],
  });
  const elsewhere = await signIn(world.url, `booth:${PLACE.otherBooth}`);
  const { token } = await elsewhere.post(`/v1/sessions/${other.session}/token`);

  const whip = await request(world.url, 'POST', `/whip/${running.session}`, {
    bearer: token, body: 'v=0\r\n', headers: { 'Content-Type': 'application/sdp' },
  });
  isProblem(whip, 403);
  const mint = await elsewhere.ask('POST', `/v1/sessions/${running.session}/token`);
  assert.ok([403, 404].includes(mint.status), `${mint.status}`);
  isProblem(mint, mint.status);

  const socket = await openSocket(plain, { hello: (await signIn(world.url, 'desk:shimin-1')).bearer });
  await socket.say({ type: 'enter', id: 'e1', token });
  const refusal = await Promise.race([socket.hear('error', 'e1'), socket.closed()]);
  assert.ok(refusal.code, JSON.stringify(refusal));
  await socket.close();
}));

test('a booth cannot admit', () => undisturbed(async () => {
  const seat = await signIn(world.url, `booth:${PLACE.otherBooth}`);
  const [session] = await sessionsOf(seat);
  const socket = await openSocket(plain, { hello: seat.bearer });
  const { token } = await seat.post(`/v1/sessions/${session}/token`);
  await socket.say({ type: 'enter', id: 'e1', token });
  await socket.hear('ok', 'e1');
  await socket.say({ type: 'admit', id: 'a1', participant: `booth:${PLACE.otherBooth}` });
  const { code, message } = await socket.hear('error', 'a1');
  assert.ok(code && message);
  await socket.close();
}));

/** The live sessions of a seat, from the socket's snapshot. */
async function sessionsOf(seat) {
  const socket = await openSocket(plain, { hello: seat.bearer });
  const { sessions } = await socket.hear('seat');
  await socket.close();
  return sessions.map((s) => s.id);
}

for (const { what, text, code, re } of [
  { what: 'text that is no JSON', text: '{"type":', code: 'malformed' },
  { what: 'a message of no known type', text: '{"type":"abracadabra","id":"x"}', code: 'unknown_type', re: 'x' },
  { what: 'a message without what it needs', text: '{"type":"enter","id":"y"}', code: 'malformed', re: 'y' },
]) {
  test(`${what} is answered with ${code}, and the socket stands`, () => undisturbed(async () => {
    const socket = await openSocket(plain, { hello: (await signIn(world.url, 'desk:shimin-2')).bearer });
    await socket.say(text);
    const error = await socket.hear('error', re);
    assert.equal(error.code, code, JSON.stringify(error));
    assert.ok(error.message);
    assert.ok(await socket.stands());
    await socket.close();
  }));
}

for (const { what, send, code } of [
  { what: 'a binary frame', send: (s) => s.sayBytes(64), code: 4101 },
  { what: 'a frame larger than allowed', send: (s) => s.say(JSON.stringify({ type: 'offer', id: 'x', sdp: 'x'.repeat(4 << 20) })), code: 4102 },
]) {
  test(`${what} closes only the socket it came on, with ${code}`, () => undisturbed(async () => {
    const socket = await openSocket(plain, { hello: (await signIn(world.url, 'desk:shimin-2')).bearer });
    await send(socket);
    assert.equal((await socket.closed()).code, code);
  }));
}

test('WHIP with a wrong content type is refused in words', () => undisturbed(async () => {
  const token = await world.program.token('--room', running.session, '--participant', 'obs', '--publish');
  isProblem(await request(world.url, 'POST', `/whip/${running.session}`, { bearer: token, body: '{}' }), 415);
}));

test('WHIP with an offer that is none is refused in words', () => undisturbed(async () => {
  const token = await world.program.token('--room', running.session, '--participant', 'obs', '--publish');
  const headers = { 'Content-Type': 'application/sdp' };
  isProblem(await request(world.url, 'POST', `/whip/${running.session}`, { bearer: token, body: 'hello', headers }), 422, 'offer');
}));

test('a request with a body that is too large is refused', () => undisturbed(async () => {
  const counter = await signIn(world.url, `counter:${PLACE.office}`);
  const answer = await counter.ask('POST', '/v1/holds', `{"office":"${'x'.repeat(1 << 20)}"}`, { 'Idempotency-Key': randomUUID() });
  assert.equal(answer.status, 413);
}));

test('the booth reloads and is back in the same consultation without a touch', async (t) => {
  const from = Date.now();
  await booth.page.reload();
  await seesSomebody(booth);
  const first = await until('the first frame', () => booth.page.evaluate(() => window.witness.frames.find((f) => f.remote)?.at));
  t.diagnostic(`reload → first frame in the booth: ${Math.round(first - from)} ms`);
  await seesSomebody(desk);
  assert.ok(first - from < 3000, `${first - from} ms`);
});
