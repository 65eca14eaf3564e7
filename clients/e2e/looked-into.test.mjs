// When something goes wrong: a booth calls, nobody is at the counter, the office is telephoned; and afterwards the number of
// the slip tells an administrator why there was no sound. Beside it, what the lobby shows.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { book, signIn } from './lib/api.mjs';
import { becomeReady, checkInByNumber } from './lib/booth.mjs';
import { says } from './lib/screen.mjs';
import { button } from './lib/seats.mjs';
import { MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

let world;
let telephone;
const rings = [];

before(async () => {
  telephone = createServer((asked, answer) => {
    let body = '';
    asked.on('data', (part) => (body += part));
    asked.on('end', () => {
      rings.push({ ...JSON.parse(body), signature: asked.headers['webhook-signature'] });
      answer.end();
    });
  });
  await new Promise((done) => telephone.listen(0, '127.0.0.1', done));
  world = await openWorld('looked-into', { args: ['--telephone', `http://127.0.0.1:${telephone.address().port}/`] });
});

after(async () => {
  await world?.close();
  telephone?.close();
});

test('a call with nobody at the counter, and a visit that is looked into', async (t) => {
  const step = world.story(t);
  let booth;
  let lobby;
  let admin;
  let visit;

  await step('booth and lobby open, and nobody sits at the counter', async () => {
    booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
    lobby = await world.person('lobby', { app: 'lobby', seat: PLACE.office });
    await says(lobby.page, /番号は ?ありません|No number/, { within: 20_000 });
    await world.look(lobby, 'lobby-empty');
    const staff = await signIn(world.url, `counter:${PLACE.office}`);
    visit = await book(staff, { office: PLACE.office, booth: PLACE.booth, legs: [MEDICAL], resident: RESIDENTS[0] });
  });

  await step('the resident checks in, and the lobby shows the number alone', async () => {
    await checkInByNumber(booth, visit.reception);
    await button(booth.page, 'はい、わたしです').click({ timeout: 10_000 });
    await becomeReady(booth);
    const shown = await says(lobby.page, String(visit.number), { within: 20_000 });
    assert.ok(!shown.includes(RESIDENTS[0].kana.split(' ')[0]), shown);
    await world.look(lobby, 'lobby-waiting');
  });

  await step('the booth calls: the office is telephoned at once, and the booth says so', async () => {
    await button(booth.page, '係を呼ぶ').click();
    await says(booth.page, /局に電話しました/, { within: 10_000 });
    await world.look(booth, 'booth-phoned');
    assert.equal(rings.length, 1);
    assert.equal(rings[0].type, 'staff.called');
    assert.equal(rings[0].data.unattended, true);
    assert.match(rings[0].signature, /^v1,/);
  });

  await step('a counter that opens now reads that the telephone rang, and answers', async () => {
    const counter = await world.person('counter', { app: 'counter', seat: PLACE.office });
    await says(counter.page, /局の電話を鳴らしました/, { within: 20_000 });
    await world.look(counter, 'counter-phoned');
    await button(counter.page, 'いま 行きます').click();
    await says(booth.page, /局員が気づきました/, { within: 10_000 });
  });

  await step('an administrator finds out by the number what happened', async () => {
    admin = await world.person('admin', { app: 'admin', seat: 'admin' });
    await admin.page.locator('select[name=office]').selectOption(PLACE.office, { timeout: 20_000 });
    await admin.page.getByLabel('番号（呼び出し または 受付）').fill(String(visit.number), { timeout: 20_000 });
    await button(admin.page, '調べる').click();
    await says(admin.page, /呼び出しにだれも答えていませんでした/, { within: 10_000 });
    await world.look(admin, 'admin-timeline');
    const said = await (await signIn(world.url, 'admin:admin')).get(`/v1/offices/${PLACE.office}/timelines?number=${visit.number}`);
    assert.ok(!JSON.stringify(said).includes(RESIDENTS[0].kana), 'no name is in it');
  });

  await step('the booth is reloaded from there', async () => {
    const loaded = booth.page.waitForEvent('load', { timeout: 15_000 });
    await button(admin.page, 'ブースの画面を 読み込み直す').click();
    await loaded;
    await says(admin.page, /返事がありました/, { within: 10_000 });
    await until('the booth is back in its visit', async () => /お待ちください/.test(await booth.page.innerText('body')), { within: 20_000 });
  });

  await step('everything that was shown can be read by everybody', () => world.allReadable());
});
