// Those who keep a desk's day: a resident cancels and whoever waits gets the offer; a desk books the next visit, a row of
// them, and goes to lunch. Every new screen in three languages.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { bookAt, later, request, signIn, startsToday } from './lib/api.mjs';
import { today } from './lib/clock.mjs';
import { says } from './lib/screen.mjs';
import { button, named } from './lib/seats.mjs';
import { MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { NAMES, wording } from './lib/words.mjs';
import { openWorld } from './lib/world.mjs';

let world;
let staff;
let people;
let visit;

before(async () => {
  world = await openWorld('desk-plan', { beginsAt: '10:00' });
  staff = await signIn(world.url, `counter:${PLACE.office}`);
  const [first] = await startsToday(staff, PLACE.office, [MEDICAL]);
  visit = await bookAt(staff, { office: PLACE.office, start: first, legs: [MEDICAL], resident: RESIDENTS[0] });
  people = {
    doctor: await world.person('doctor', { app: 'desk', seat: PLACE.doctor, face: 'doctor' }),
    reception: await world.person('reception', { app: 'assistant', seat: 'morita' }),
    resident: await world.person('resident', { app: 'my', seat: '' }),
  };
});

after(() => world?.close());

test('a resident cancels and whoever waits gets the offer', async (t) => {
  const step = world.story(t);
  const { reception, resident, doctor } = people;
  let waiter;
  let taken;

  await step('the reception puts a resident on the waiting list, in a few touches', async () => {
    const free = await startsToday(staff, PLACE.office, [MEDICAL]);
    // Nothing else is free for whoever waits: they want exactly the time that is taken.
    taken = await bookAt(staff, { office: PLACE.office, start: free.at(-1), legs: [MEDICAL], resident: RESIDENTS[2] });
    const desk = await signIn(world.url, 'assistant:morita');
    waiter = await desk.post(
      '/v1/waitlist',
      { office: PLACE.office, legs: [MEDICAL], from: taken.start, to: later(taken.start, 1), resident: RESIDENTS[3] },
      { 'Idempotency-Key': 'waits' },
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
    await says(reception.page, '待っている方は いません');
  });

  await step('every screen can be read by everybody', () => world.allReadable());
});

test('a desk books the next visit, a row of them, and goes to lunch', async (t) => {
  const step = world.story(t);
  const { doctor, reception } = people;
  const { page } = doctor;

  await step('the next visit, without asking for a telephone number', async () => {
    await button(page, `${visit.number}番を 変える`).click();
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
    await button(page, `${visit.number}番を 変える`).click();
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
        await button(page, say('plan.open.label').replace('{{number}}', visit.number)).click();
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
