// The doctor runs late and nobody telephones: booth, counter, pharmacy and reception show the new times by themselves;
// a resident cancels, and whoever waits for a time gets the offer. Every new screen in three languages.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { request, signIn, today } from './lib/api.mjs';
import { becomeReady } from './lib/booth.mjs';
import { admit, choose, seesSomebody } from './lib/desk.mjs';
import { says, wordsOf } from './lib/screen.mjs';
import { button, containing, named } from './lib/seats.mjs';
import { GUIDANCE, MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { NAMES, wording } from './lib/words.mjs';
import { openWorld } from './lib/world.mjs';

let world;
let staff;
let people;
const visits = [];

/** A time as screens write it. */
const clock = (at) => new Intl.DateTimeFormat('ja-JP', { timeZone: 'Asia/Tokyo', hour: 'numeric', minute: '2-digit' }).format(new Date(at));
const later = (at, minutes) => new Date(Date.parse(at) + minutes * 60_000).toISOString();
const said = (text) => text.replaceAll(/\s/g, '');

/** Books at a given start, as the clerk does. */
async function bookAt(start, legs, booth, resident) {
  const hold = await staff.post('/v1/holds', { office: PLACE.office, start, legs, booth, resident }, { 'Idempotency-Key': randomUUID() });
  return staff.post(`/v1/holds/${hold.id}/confirm`, { resident });
}

/** The free starts of today from now on. */
async function starts(legs, booth) {
  const query = legs.map((l) => `leg=${l.service}@${l.pool}`).join('&');
  const { times } = await staff.get(`/v1/offices/${PLACE.office}/times?date=${today()}&${query}`);
  return times.filter((t) => t.free && (!booth || t.booth === booth)).map((t) => t.start);
}

before(async () => {
  world = await openWorld('running-late');
  staff = await signIn(world.url, `counter:${PLACE.office}`);
  const [first] = await starts([MEDICAL, GUIDANCE], PLACE.booth);
  visits.push(await bookAt(first, [MEDICAL, GUIDANCE], PLACE.booth, RESIDENTS[0]));
  visits.push(await bookAt(later(first, 20), [MEDICAL], PLACE.otherBooth, RESIDENTS[1]));
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
    await says(page, 'いま 15分 おくれと 知らせています');
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
    await button(doctor.page, '薬剤師は 要らない').click();
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

test('a resident cancels and whoever waits gets the offer', async (t) => {
  const step = world.story(t);
  const { reception, resident, doctor } = people;
  let waiter;
  let taken;

  await step('the reception puts a resident on the waiting list, in a few touches', async () => {
    const free = await starts([MEDICAL]);
    // Nothing else is free for whoever waits: they want exactly the time that is taken.
    taken = await bookAt(free.at(-1), [MEDICAL], undefined, RESIDENTS[2]);
    const desk = await signIn(world.url, 'assistant:morita');
    waiter = await desk.post(
      '/v1/waitlist',
      { office: PLACE.office, legs: [MEDICAL], from: taken.start, to: later(taken.start, 1), resident: RESIDENTS[3] },
      { 'Idempotency-Key': randomUUID() },
    );
    await says(reception.page, RESIDENTS[3].kana);
    await says(reception.page, waiter.reception);
    await world.look(reception, 'waiting');
  });

  await step('the one who waits sees the place on the own page', async () => {
    const { page } = resident;
    await page.goto(`${world.url}/my/?office=${PLACE.office}`);
    const fields = page.locator('input[inputmode=numeric]');
    await fields.nth(0).fill(waiter.reception);
    await fields.nth(1).fill(RESIDENTS[3].phone.slice(-4));
    await button(page, '予約を 見る').click();
    await says(page, '空きを 待っています');
    await world.look(resident, 'waiting');
  });

  await step('another resident cancels on the own page', async () => {
    const numbers = { office: PLACE.office, reception: taken.reception, last4: RESIDENTS[2].phone.slice(-4) };
    const seen = await request(world.url, 'POST', '/v1/my/appointment', { body: numbers });
    assert.equal(seen.body.state, 'booked');
    const gone = await request(world.url, 'POST', '/v1/my/cancel', { body: numbers });
    assert.equal(gone.body.state, 'cancelled');
  });

  await step('the offer is at the reception, with the number to telephone, and on the page of the one who waits', async () => {
    await says(reception.page, '空きました', { within: 20_000 });
    await says(reception.page, RESIDENTS[3].phone);
    await world.look(reception, 'offer');
    await says(resident.page, 'この時間に しますか', { within: 25_000 });
    await world.look(resident, 'offer');
  });

  await step('the resident takes it, and reads the number to come with', async () => {
    await button(resident.page, 'この時間に する').click();
    const words = await says(resident.page, /受付番号は\d{6}です/);
    const reception6 = /受付番号は(\d{6})です/.exec(words)[1];
    await world.look(resident, 'accepted');
    const list = await staff.get(`/v1/appointments?office=${PLACE.office}&from=${today()}`);
    const made = list.appointments.find((a) => a.reception === reception6);
    assert.equal(made.state, 'booked');
    assert.equal(made.start, taken.start);
    await says(doctor.page, RESIDENTS[3].kana);
    assert.ok((await wordsOf(reception.page)).includes(said('待っている方は いません')));
  });

  await step('every screen can be read by everybody', () => world.allReadable());
});

test('a desk books the next visit, a row of them, and goes to lunch', async (t) => {
  const step = world.story(t);
  const { doctor, reception } = people;
  const { page } = doctor;

  await step('the next visit, without asking for a telephone number', async () => {
    await button(page, `${visits[1].number}番を 変える`).click();
    await button(page.getByRole('dialog'), '次回の 予約').click();
    const times = page.getByRole('list', { name: named('空いている 時間') });
    await times.getByRole('button').first().click();
    await world.look(doctor, 'again');
    await button(page.getByRole('dialog'), '予約する').click();
    await says(page, '予約できました');
    await world.look(doctor, 'again-booked');
    await button(page.getByRole('dialog'), '閉じる').click();
  });

  await step('a row of three', async () => {
    await button(page, `${visits[1].number}番を 変える`).click();
    await button(page.getByRole('dialog'), '次回の 予約').click();
    await page.getByRole('dialog').getByRole('combobox').selectOption('3');
    await button(page.getByRole('dialog'), '4週 あと').click();
    const times = page.getByRole('list', { name: named('空いている 時間') });
    await times.getByRole('button').nth(3).click();
    await button(page.getByRole('dialog'), '空きを おさえる').click();
    await says(page, '3回分を おさえました');
    await world.look(doctor, 'row');
    await button(page.getByRole('dialog'), '3回 予約する').click();
    await says(page, '予約できました');
    await button(page.getByRole('dialog'), '閉じる').click();
  });

  await step('a time away, which the reception sees and lifts', async () => {
    await button(page, '次の日').click();
    await button(page, '席を はずす 時間を 入れる').click();
    await button(page.getByRole('dialog'), '昼休み 12時から 13時').click();
    await world.look(doctor, 'away');
    await button(page.getByRole('dialog'), '受け付けない ようにする').click();
    await says(page, '12:00 – 13:00');
    await world.look(doctor, 'away-day');
    await button(reception.page, '次の日').click();
    await says(reception.page, '12:00 – 13:00');
    await button(reception.page, '12:00 からを やめる').click();
    await says(page, 'この日は ありません');
    await button(reception.page, 'きょう').click();
    await button(page, 'きょう').click();
  });

  await step('every screen can be read by everybody', () => world.allReadable());
});

test('the new screens in the other languages', async (t) => {
  const step = world.story(t);
  const { doctor, reception, resident } = people;
  for (const language of ['easy', 'en']) {
    await step(NAMES[language], async () => {
      const words = { desk: wording(language, 'desk'), assistant: wording(language, 'assistant'), my: wording(language, 'my') };
      for (const [person, kind] of [[doctor, 'desk'], [reception, 'assistant']]) {
        const { page } = person;
        const say = words[kind];
        await page.getByRole('combobox').selectOption(language);
        await says(page, say('plan.late'));
        await world.look(person, `${language}-day`);
        await button(page, say('plan.late.by').replace('{{minutes}}', '30')).click();
        await page.getByRole('dialog').waitFor();
        await says(page, /30/);
        await world.look(person, `${language}-late`);
        await button(page.getByRole('dialog'), say('work.no')).click();
        await button(page, say('plan.open.label').replace('{{number}}', visits[1].number)).click();
        await world.look(person, `${language}-sheet`);
        await button(page.getByRole('dialog'), say('plan.again')).click();
        await page.locator('[data-free]').first().waitFor();
        await world.look(person, `${language}-again`);
        await button(page.getByRole('dialog'), say('work.no')).click();
      }
      await button(reception.page, words.assistant('assistant.book')).click();
      await reception.page.locator('[data-free]').first().waitFor();
      await world.look(reception, `${language}-book`);
      await button(reception.page.getByRole('dialog'), words.assistant('work.no')).click();
      await button(resident.page, NAMES[language]).click();
      await says(resident.page, words.my('my.state.booked'));
      await world.look(resident, `${language}-booked`);
    });
  }
  await step('every screen can be read by everybody', () => world.allReadable());
});
