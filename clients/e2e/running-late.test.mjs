// One day at a counter, told as a whole: a clerk books doctor, pharmacist and a second matter in one visit in under a minute
// and ten clicks, moves it and prints; the doctor runs fifteen minutes late and nobody telephones: booth, counter, pharmacy
// and reception show the new times by themselves; the pharmacist is freed in one touch; another resident cancels on the
// screen, and who waits gets the offer.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { bookAt, clock, later, signIn, startsToday } from './lib/api.mjs';
import { becomeReady } from './lib/booth.mjs';
import { putForward } from './lib/browser.mjs';
import { now, today } from './lib/clock.mjs';
import { addName, closeSlip, firstTime, freeTimes, openAppointment, readSlip } from './lib/counter.mjs';
import { admit, choose, chooseMore, seesSomebody } from './lib/desk.mjs';
import { says } from './lib/screen.mjs';
import { button, containing, named } from './lib/seats.mjs';
import { MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

let world;
let staff;
let people;
const visits = [];

before(async () => {
  world = await openWorld('running-late', { beginsAt: '10:00' });
  staff = await signIn(world.url, `counter:${PLACE.office}`);
  people = {
    counter: await world.person('counter', { app: 'counter', seat: PLACE.office }),
    booth: await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' }),
    doctor: await world.person('doctor', { app: 'desk', seat: PLACE.doctor, face: 'doctor' }),
    reception: await world.person('reception', { app: 'assistant', seat: 'morita' }),
    resident: await world.person('resident', { app: 'my', seat: '' }),
  };
});

after(() => world?.close());

test('the doctor runs late and nobody telephones', async (t) => {
  const step = world.story(t);
  const { counter, booth, doctor, reception, resident } = people;
  let pharmacist; // whoever of the pharmacy has got the visit
  const look = world.look;
  /** Marks every page, to show later that none has been loaded again. */
  const mark = () => Promise.all(Object.values(people).map(({ page }) => page.evaluate(() => { window.sameage = true; })));
  const unloaded = ({ page }) => page.evaluate(() => window.sameage === true);

  await step('the clerk books doctor, pharmacist and a second matter in one visit, in ten clicks and under a minute', async (own) => {
    const { page } = counter;
    const clicks = () => page.evaluate(() => window.witness.clicks.length);
    const add = (name) => page.getByRole('button', { name: containing(name) }).first().click();
    const [from, begun] = [performance.now(), await clicks()];
    await button(page, '新しい予約').click();
    await add('汐待もりた医院');
    await add('汐待しおかぜ薬局');
    await add('行政相談');
    await firstTime(counter, 'ブース1').click();
    await says(page, /この席をあと\d+分\d+秒おさえています/);
    await addName(counter, RESIDENTS[0]);
    await button(page, '予約して 紙を出す').click();
    await says(page, '予約できました');
    const [seconds, touched] = [(performance.now() - from) / 1000, (await clicks()) - begun];
    own.diagnostic(`${touched} clicks, ${seconds.toFixed(1)} s`);
    assert.ok(touched <= 10 && seconds < 60, `${touched} clicks, ${seconds} s`);
    await look(counter, 'booked');
  });

  await step('the clerk moves it and prints', async () => {
    const { page } = counter;
    const { number, reception: six } = await readSlip(counter);
    const papers = await page.evaluate(() => window.witness.printed());
    await closeSlip(counter);
    await openAppointment(counter, RESIDENTS[0].kana);
    await button(page, '時間を 変える').click();
    const old = await visitOf(six);
    await (await freeTimes(counter)).nth(1).click();
    await button(page, '変えて 紙を出す').click();
    await says(page, `${number}番の 時間を 変えました`);
    await readSlip(counter);
    assert.equal(await page.evaluate(() => window.witness.printed()), papers + 1);
    await look(counter, 'moved');
    await closeSlip(counter);
    visits.push(await visitOf(six));
    assert.ok(Date.parse(visits[0].start) > Date.parse(old.start), `${old.start} to ${visits[0].start}`);
    pharmacist = await world.person('pharmacist', { app: 'desk', seat: visits[0].legs[1].desk });
    people.pharmacist = pharmacist;
    const [next] = (await startsToday(staff, PLACE.office, [MEDICAL], PLACE.otherBooth)).filter((s) => Date.parse(s) >= Date.parse(visits[0].legs[0].end));
    visits.push(await bookAt(staff, { office: PLACE.office, booth: PLACE.otherBooth, start: next, legs: [MEDICAL], resident: RESIDENTS[1] }));
  });

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
    await says(counter.page, 'お話し中です');
    const endsAt = (await visitOf(visits[0].reception)).legs[0].end;
    await putForward(doctor.page, Date.parse(endsAt) - now() + 5000);
    await doctor.page.locator('[data-overrun]').waitFor();
    await look(doctor, 'overrun');
    await button(doctor.page.locator('[data-overrun]'), '＋5分').click();
    await doctor.page.locator('[data-overrun]').waitFor({ state: 'detached' });
    await button(doctor.page, '終わる').click();
    await button(doctor.page.getByRole('alertdialog').or(doctor.page.getByRole('dialog')), '終わる').click();
    await says(doctor.page, '面談を 終わりました');
  });

  await step('somebody waits for exactly the time another has, at the reception', async () => {
    const free = await startsToday(staff, PLACE.office, [MEDICAL]);
    const taken = await bookAt(staff, { office: PLACE.office, start: free.at(-1), legs: [MEDICAL], resident: RESIDENTS[2] });
    const desk = await signIn(world.url, 'assistant:morita');
    const wish = { office: PLACE.office, legs: [MEDICAL], from: taken.start, to: later(taken.start, 1), resident: RESIDENTS[3] };
    await desk.post('/v1/waitlist', wish, { 'Idempotency-Key': 'waits' });
    visits.push(taken);
    await says(reception.page, RESIDENTS[3].kana);
  });

  await step('the resident cancels on the screen', async () => {
    const { page } = resident;
    const fields = page.locator('input[inputmode=numeric]');
    await fields.nth(0).fill(visits[2].reception);
    await fields.nth(1).fill(RESIDENTS[2].phone.slice(-4));
    await button(page, '予約を 見る').click();
    await says(page, '予約しています');
    await button(page, '予約を 取り消す').click();
    await look(resident, 'sure');
    await button(page.locator('section'), '取り消す').click();
    await says(page, '予約を 取り消しました');
    await look(resident, 'cancelled');
  });

  await step('who waits gets the offer, at counter and reception, and takes it by telephone', async () => {
    await says(reception.page, '空きました', { within: 20_000 });
    await says(counter.page, /待っている方に空きが出ました。\d+分のうちに電話する/, { within: 20_000 });
    await look(counter, 'offer-line');
    await button(counter.page, '電話する方を 見る').click();
    await button(counter.page, `${RESIDENTS[3].kana} この時間で よい`).click();
    await says(counter.page, '予約できました');
    const { appointments } = await staff.get(`/v1/appointments?from=${today()}`);
    const made = appointments.find((a) => a.state === 'booked' && a.resident?.kana === RESIDENTS[3].kana);
    assert.equal(made?.start, visits[2].start);
  });

  await step('no peer connection was ever made at the reception, nor any device opened', async () => {
    assert.equal(await reception.page.evaluate(() => window.witness.peers.length), 0);
    assert.equal(await reception.page.locator('video, audio').count(), 0);
  });

  await step('every screen can be read by everybody', () => world.allReadable());

  /** One of today's appointments by its reception number. */
  async function visitOf(six) {
    const { appointments } = await staff.get(`/v1/appointments?from=${today()}`);
    const one = appointments.find((a) => a.reception === six);
    assert.ok(one, `nobody has ${six}`);
    return one;
  }
});
