// Who one is: an administrator by the organisation's provider, an officer by a passkey, a booth by a key that cannot leave it;
// and a booth whose token was stolen is put out in the middle of a consultation.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { book, request } from './lib/api.mjs';
import { becomeReady, idle } from './lib/booth.mjs';
import { plainPage } from './lib/browser.mjs';
import { admit, choose, seesSomebody } from './lib/desk.mjs';
import { atProvider, authenticator, claimsOf, codeFor, fillSignIn, putOut, seatOf, signInByProvider } from './lib/login.mjs';
import { says } from './lib/screen.mjs';
import { button } from './lib/seats.mjs';
import { received } from './lib/seeing.mjs';
import { openSocket } from './lib/socket.mjs';
import { MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { publish } from './lib/whip.mjs';
import { openWorld } from './lib/world.mjs';

let world;

before(async () => {
  // Browsers make passkeys at secure pages only, and of those without TLS for localhost alone.
  world = await openWorld('identity', { args: ['--sign-in'], named: 'localhost' });
});

after(() => world?.close());

/** Tries to take the key out of the browser, in every format there is; returns what the browser says to it. */
function exportKeys() {
  return new Promise((done, fail) => {
    const asked = indexedDB.open('madoguchi', 1);
    asked.addEventListener('error', () => fail(asked.error));
    asked.addEventListener('success', () => {
      const all = asked.result.transaction('keys').objectStore('keys').getAll();
      all.addEventListener('success', async () => {
        asked.result.close();
        const said = [];
        for (const { key } of all.result) {
          for (const format of ['jwk', 'pkcs8', 'raw']) {
            said.push(await crypto.subtle.exportKey(format, key).then(() => 'exported', (error) => error.name));
          }
          said.push(`extractable: ${key.extractable}`);
        }
        done(said);
      });
    });
  });
}

test('nobody is anybody without showing it, and whoever is put out is out', async (t) => {
  const step = world.story(t);
  const { look } = world;
  let admin;
  let desk;
  let booth;
  let finger;
  let stolen;
  let thief;

  await step('an administrator signs in by the provider, and not by one factor', async () => {
    admin = await world.person('admin', { app: 'admin', seat: 'demo' });
    await says(admin.page, '試用のログインで はじめる');
    for (const [width, height] of [[1280, 800], [1366, 768]]) {
      await admin.page.setViewportSize({ width, height });
      await look(admin, `sign-in-${width}`);
    }
    await atProvider(admin.page, '管理', 1);
    await says(admin.page, '二つの方法での 確かめが ありませんでした');
    await look(admin, 'one-factor');
    await atProvider(admin.page, '管理', 2);
    await says(admin.page, '席の 登録と 停止');
    assert.equal(new URL(admin.page.url()).hash, '', 'nothing of it is left in the address');
  });

  await step('an officer makes a passkey with a one-time code, and signs in by it', async () => {
    const { code, put } = await codeFor(admin, `desk:${PLACE.doctor}`);
    await look(admin, 'code');
    await put();
    desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
    finger = await authenticator(desk.page);
    await says(desk.page, 'パスキーで はじめる');
    await look(desk, 'sign-in');
    await fillSignIn(desk.page, { code });
    const first = await seatOf(desk.page);
    assert.equal((await finger.passkeys()).length, 1);
    assert.equal((await finger.passkeys())[0].rpId, 'localhost');
    assert.equal((await request(world.url, 'POST', '/v1/sign-out', { bearer: first.token })).status, 204);
    await says(desk.page, 'パスキーで はじめる');
    assert.equal((await request(world.url, 'GET', '/v1/me', { bearer: first.token })).status, 401, 'signed out is signed out');
    await finger.verifies(false);
    await button(desk.page, 'パスキーで はじめる').click();
    await until('a finger that does not fit opens nothing', async () => (await desk.page.getByRole('alert').count()) > 0);
    assert.ok((await seatOf(desk.page)).token === first.token, 'no other token than the dead one');
    await finger.verifies(true);
    await button(desk.page, 'パスキーで はじめる').click();
    await until('the officer is in', async () => (await seatOf(desk.page)).token !== first.token);
    assert.equal((await request(world.url, 'GET', '/v1/me', { bearer: (await seatOf(desk.page)).token })).body.seat, `desk:${PLACE.doctor}`);
  });

  await step('a booth is enrolled with a key that cannot be taken out of it', async () => {
    const { code, put } = await codeFor(admin, `booth:${PLACE.booth}`);
    await put();
    booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
    await says(booth.page, 'この ブースを 登録します');
    await look(booth, 'enrolment');
    await booth.page.setViewportSize({ width: 1366, height: 768 });
    await look(booth, 'enrolment-1366');
    await booth.page.setViewportSize({ width: 1280, height: 800 });
    await booth.page.locator('input').nth(1).fill(code); // its label has furigana in it
    await button(booth.page, '登録する').click();
    await idle(booth);
    assert.deepEqual(await booth.page.evaluate(exportKeys), ['InvalidAccessError', 'InvalidAccessError', 'InvalidAccessError', 'extractable: false']);
    const { iat, exp, sid } = claimsOf((await seatOf(booth.page)).token);
    assert.equal(exp - iat, 600, 'ten minutes');
    await booth.page.evaluate(() => sessionStorage.clear());
    await booth.page.reload();
    await idle(booth);
    assert.equal(claimsOf((await seatOf(booth.page)).token).sid, sid, 'back by its key alone');
  });

  await step('booth and desk are in a consultation, and a thief has copied the booth’s tokens', async () => {
    const counter = await signInByProvider(world.url, `counter:${PLACE.office}`);
    const appointment = await book(counter, { office: PLACE.office, legs: [MEDICAL], booth: PLACE.booth, resident: RESIDENTS[0] });
    const { session } = await counter.post('/v1/check-ins', { appointment: appointment.id });
    await becomeReady(booth);
    await choose(desk, RESIDENTS[0].kana);
    await admit(desk);
    await Promise.all([seesSomebody(booth), seesSomebody(desk)]);
    const { token, signIn } = await seatOf(booth.page);
    const room = (await request(world.url, 'POST', `/v1/sessions/${session}/token`, { bearer: token })).body.token;
    stolen = { token, room, session, signIn };
    assert.equal((await request(world.url, 'GET', '/v1/me', { bearer: token })).status, 200, 'it is good until then');
    thief = await plainPage(desk.context, world.url);
  });

  await step('the administrator puts the booth out: within five seconds nothing of it is left', async (own) => {
    await look(admin, 'seats');
    const frames = () => received(desk.page).then((sums) => sums.framesDecoded);
    const from = performance.now();
    const done = putOut(admin, `booth:${PLACE.booth}`);
    await says(booth.page, 'この ブースを 登録します', { within: 5000 });
    const closed = performance.now();
    let last = await frames();
    let still = performance.now();
    await until('the desk decodes nothing more of the booth', async () => {
      const now = await frames();
      if (now !== last) [last, still] = [now, performance.now()];
      return performance.now() - still > 1000;
    }, { within: 8000 });
    await done;
    own.diagnostic(`measured: press → booth’s socket closed and page out ${Math.round(closed - from)} ms, last frame at the desk ${Math.round(still - from)} ms`);
    assert.ok(still - from < 5000 && closed - from < 5000);
    assert.equal((await received(booth.page)).peers, 0, 'the booth has no connection left');
    await look(admin, 'revoked');
  });

  await step('the stolen tokens open nothing: not HTTP, not the socket, not WHIP', async () => {
    assert.equal((await request(world.url, 'GET', '/v1/me', { bearer: stolen.token })).status, 401);
    const socket = await openSocket(thief);
    await socket.say({ type: 'hello', token: stolen.token });
    const { code } = await socket.closed();
    assert.ok(code >= 4000, `closed with ${code}`);
    const reply = await publish(thief, { room: stolen.session, token: stolen.room });
    assert.equal(reply.status, 401, reply.body);
    const { challenge } = (await request(world.url, 'POST', '/v1/challenges')).body;
    const again = await request(world.url, 'POST', '/v1/sign-in/renew', { body: { signIn: stolen.signIn, challenge, signature: 'AAAA' } });
    assert.equal(again.status, 401);
  });

  await step('every screen could be read by everybody', () => world.allReadable());
});
