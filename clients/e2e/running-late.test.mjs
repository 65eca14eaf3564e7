// The doctor runs late and nobody telephones: booth, counter, pharmacy and reception show the new times by themselves;
// the pharmacist is freed in one touch.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { bookAt, clock, later, signIn, startsToday } from './lib/api.mjs';
import { becomeReady } from './lib/booth.mjs';
import { admit, choose, seesSomebody, chooseMore } from './lib/desk.mjs';
import { says } from './lib/screen.mjs';
import { button, containing, named } from './lib/seats.mjs';
import { GUIDANCE, MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

let world;
let staff;
let people;
const visits = [];

before(async () => {
  world = await openWorld('running-late', { beginsAt: '10:00' });
  staff = await signIn(world.url, `counter:${PLACE.office}`);
  const [first] = await startsToday(staff, PLACE.office, [MEDICAL, GUIDANCE], PLACE.booth);
  visits.push(await bookAt(staff, { office: PLACE.office, booth: PLACE.booth, start: first, legs: [MEDICAL, GUIDANCE], resident: RESIDENTS[0] }));
  visits.push(await bookAt(staff, { office: PLACE.office, booth: PLACE.otherBooth, start: later(first, 20), legs: [MEDICAL], resident: RESIDENTS[1] }));
  people = {
    counter: await world.person('counter', { app: 'counter', seat: PLACE.office }),
    booth: await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' }),
    doctor: await world.person('doctor', { app: 'desk', seat: PLACE.doctor, face: 'doctor' }),
    pharmacist: await world.person('pharmacist', { app: 'desk', seat: PLACE.pharmacist }),
    reception: await world.person('reception', { app: 'assistant', seat: 'morita' }),
    resident: await world.person('resident', { app: 'my', seat: '' }),
  };
});

after(() => world?.close());

test('the doctor runs late and nobody telephones', async (t) => {
  const step = world.story(t);
  const { counter, booth, doctor, pharmacist, reception, resident } = people;
  const look = world.look;
  /** Marks every page, to show later that none has been loaded again. */
  const mark = () => Promise.all(Object.values(people).map(({ page }) => page.evaluate(() => { window.sameage = true; })));
  const unloaded = ({ page }) => page.evaluate(() => window.sameage === true);

  await step('the reception prepares a visit in ten touches', async () => {
    const { page } = reception;
    await says(page, RESIDENTS[0].kana);
    await look(reception, 'day');
    let touches = 0;
    const touch = async (what) => {
      await what.click();
      touches++;
    };
    await touch(button(page, `${visits[0].number}番を 変える`));
    const sheet = page.getByRole('dialog');
    await sheet.waitFor();
    for (const words of ['本人の 確認', '診療計画の 合意', '付き添いの方が 来ます']) {
      const box = sheet.getByRole('checkbox', { name: named(words) });
      await touch(box);
      await until(`${words} is kept`, async () => (await box.isChecked()) && (await box.isEnabled()));
    }
    await look(reception, 'prepare');
    await touch(button(sheet, '閉じる'));
    assert.ok(touches <= 10, `${touches} touches`);
    await says(page, '準備 2/4');
  });

  await step('its doctor sees what is prepared, and no more of it is kept than from a list', async () => {
    await says(doctor.page, '付き添いの方が 来ます');
    await look(doctor, 'day');
  });

  await step('the reception moves the second visit, and the counter shows it', async () => {
    const { page } = reception;
    await button(page, `${visits[1].number}番を 変える`).click();
    await button(page.getByRole('dialog'), '時間を 変える').click();
    const times = page.getByRole('list', { name: named('空いている 時間') });
    const wanted = clock(later(visits[1].start, 5));
    await times.getByRole('button', { name: containing(wanted) }).first().click();
    await look(reception, 'move');
    await button(page.getByRole('dialog'), 'この時間に 変える').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const moved = await staff.get(`/v1/appointments/${visits[1].id}`);
    assert.equal(clock(moved.start), wanted);
    await says(counter.page, wanted);
  });

  await step('the resident arrives and waits', async () => {
    await staff.post('/v1/check-ins', { appointment: visits[0].id });
    await becomeReady(booth);
    await says(booth.page, /予定の時間は/);
    await says(reception.page, '待っています');
    await look(booth, 'on-time');
  });

  await step('the doctor sees what fifteen minutes would do, and announces them with one touch more', async () => {
    await mark();
    const { page } = doctor;
    await button(page, '＋15分').click();
    await says(page, '15分 おくれると 知らせますか');
    await says(page, '2件の 時間が こう 変わります');
    await says(page, clock(later(visits[0].start, 15)));
    assert.equal((await staff.get(`/v1/appointments/${visits[0].id}`)).start, visits[0].start, 'looking changes nothing');
    await look(doctor, 'late-preview');
    await button(page.getByRole('dialog'), '知らせる').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await says(page, 'つぎは 予定より 15分 おそく 始まります');
    await look(doctor, 'late');
  });

  await step('booth, counter, pharmacy and reception show it without being loaded again', async () => {
    const doctorAt = clock(later(visits[0].start, 15));
    const pharmacistAt = clock(later(visits[0].legs[1].start, 15));
    await says(booth.page, /予定より1[3-9]分ほどおくれています/);
    await says(booth.page, /新しい時間は/);
    await says(counter.page, doctorAt);
    await says(pharmacist.page, pharmacistAt);
    const struck = pharmacist.page.locator('s', { hasText: clock(visits[0].legs[1].start) });
    await struck.waitFor();
    await says(reception.page, doctorAt);
    for (const [who, person] of Object.entries(people)) assert.ok(await unloaded(person), `${who} was not loaded again`);
    await look(booth, 'late');
    await look(pharmacist, 'late');
    await look(counter, 'late');
    await look(reception, 'late');
  });

  await step('the resident sees the new time on the own page', async () => {
    const { page } = resident;
    await page.goto(`${world.url}/my/?office=${PLACE.office}`);
    const fields = page.locator('input[inputmode=numeric]');
    await fields.nth(0).fill(visits[0].reception);
    await fields.nth(1).fill(RESIDENTS[0].phone.slice(-4));
    await button(page, '予約を 見る').click();
    await says(page, '時間が おそくなりました');
    await look(resident, 'late');
    await button(page, 'はじめに もどる').click();
  });

  await step('the pharmacist is not needed: one touch, and nobody is handed over to', async () => {
    await choose(doctor, RESIDENTS[0].kana);
    await admit(doctor);
    await Promise.all([seesSomebody(booth), seesSomebody(doctor)]);
    await look(doctor, 'consultation');
    await chooseMore(doctor, '薬剤師は 要らない');
    await until('nobody comes after', async () => (await button(doctor.page, '薬剤師へ 引き継ぐ').count()) === 0);
    await until('the pharmacist reads so', async () => (await pharmacist.page.locator('s', { hasText: '服薬指導' }).count()) > 0);
    await look(pharmacist, 'freed');
    await button(doctor.page, '終わる').click();
    await button(doctor.page.getByRole('alertdialog').or(doctor.page.getByRole('dialog')), '終わる').click();
    await says(doctor.page, '面談を 終わりました');
  });

  await step('no peer connection was ever made at the reception, nor any device opened', async () => {
    assert.equal(await reception.page.evaluate(() => window.witness.peers.length), 0);
    assert.equal(await reception.page.locator('video, audio').count(), 0);
  });

  await step('every screen can be read by everybody', () => world.allReadable());
});
