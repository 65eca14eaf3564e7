// Redis loses its primary while a clerk books: the counter says that nobody knows yet, asks by itself and says how it was
// settled. What everything was lost of is disputed where somebody else has the time by now, and the clerk decides.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { bookAt, signIn } from './lib/api.mjs';
import { artefactsOf } from './lib/artefacts.mjs';
import { addName, closeSlip, firstTime, freeTimes, openAppointment, readSlip } from './lib/counter.mjs';
import { says, wordsOf } from './lib/screen.mjs';
import { button, containing } from './lib/seats.mjs';
import { brokers, startLab } from './lib/service.mjs';
import { MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

let lab;
let area;
let world;
let counter;

before(async () => {
  const { folder } = artefactsOf('failover-redis', { fresh: true });
  lab = await startLab(folder);
  area = await brokers(join(folder, 'area'), lab.url);
  world = await openWorld('failover', { start: () => area.start('first') });
  counter = await world.person('counter', { app: 'counter', seat: PLACE.office });
});

after(async () => {
  await world?.close();
  await lab?.close();
});

test('a primary is lost while a clerk books', async (t) => {
  const step = world.story(t);
  const { page } = counter;
  const press = (name, place = page) => button(place, name).click();
  const add = (name) => page.getByRole('button', { name: containing(name) }).first().click();
  const booked = [];
  let seat;

  await step('the counter signs in with its code', async () => {
    await page.getByRole('textbox').last().fill(await world.program.enroll(`counter:${PLACE.office}`));
    await page.keyboard.press('Enter');
    await says(page, '新しい予約');
    seat = await signIn(world.url, `counter:${PLACE.office}`, await world.program.enroll(`counter:${PLACE.office}`));
  });

  await step('a seat is held, the replica hears nothing more, and the clerk confirms: nobody knows', async () => {
    await press('新しい予約');
    await add('汐待もりた医院');
    await firstTime(counter, 'ブース1').click();
    await says(page, /この席をあと\d+分\d+秒おさえています/);
    await addName(counter, RESIDENTS[0]);
    await lab.does('cut');
    await press('予約して 紙を出す');
    await says(page, '確認しています。「できました」とまだ言わないでください');
    await world.look(counter, 'unknown');
    assert.ok(!(await wordsOf(page)).includes('予約できました'));
  });

  await step('the primary dies, and it still says nothing else', async () => {
    await lab.does('kill');
    assert.match(await wordsOf(page), /確認しています/);
    await lab.does('heal');
    await says(page, '確認しています', { within: 1000 });
    assert.ok(!(await wordsOf(page)).includes('予約できました'), 'the new primary has no replica yet');
  });

  await step('the lost one comes back and follows: it is settled by itself, and the slip comes', async () => {
    await lab.does('return');
    await says(page, '予約できました', { within: 30_000 });
    const slip = await readSlip(counter);
    await world.look(counter, 'settled');
    booked.push(await found(slip.reception));
    await closeSlip(counter);
  });

  await step('the day says so too, while a confirmation is unknown', async () => {
    const start = new Date(Date.parse(booked[0].start) + 3_600_000).toISOString();
    const hold = await seat.post('/v1/holds', { office: PLACE.office, booth: PLACE.booth, start, legs: [MEDICAL] }, { 'Idempotency-Key': 'h2' });
    await lab.does('cut');
    const answer = await seat.ask('POST', `/v1/holds/${hold.id}/confirm`, { resident: RESIDENTS[1] });
    assert.equal(answer.status, 503);
    assert.match(answer.body.type, /outcome-unknown$/);
    await toTheDay(booked[0]);
    await says(page, '確認中', { within: 20_000 });
    await world.look(counter, 'day-unknown');
    await openAppointment(counter, RESIDENTS[1].kana);
    await says(page, '「予約できました」とまだ言わないでください');
    await world.look(counter, 'appointment-unknown');
    await lab.does('heal');
    await until('it is settled', async () => !(await wordsOf(page)).includes('言わないでください'), { within: 30_000 });
    await page.keyboard.press('Escape');
    booked.push(await seat.get(`/v1/appointments/${hold.id}`));
    assert.equal(booked[1].state, 'booked');
  });

  await step('everything is lost while this broker is away, and others book the same times', async () => {
    await world.program.stop();
    await lab.does('empty');
    const other = await area.start('second');
    const there = await signIn(other.url, `counter:${PLACE.office}`, await other.enroll(`counter:${PLACE.office}`));
    for (const [n, visit] of booked.entries()) {
      await bookAt(there, { office: PLACE.office, booth: PLACE.booth, start: visit.start, legs: [MEDICAL], resident: RESIDENTS[n + 2] });
    }
    await other.stop();
  });

  await step('the broker comes back: both are disputed, and the counter asks the clerk to decide', async () => {
    const { port } = world.program;
    Object.assign(world.program, await area.start('first', port));
    await says(page, '決めてください', { within: 30_000 });
    await world.look(counter, 'day-disputed');
  });

  await step('the clerk wants to keep one: somebody else has the time, so another is chosen', async () => {
    await openDisputed(booked[0]);
    await says(page, '機械の故障で予約がいちど失われ');
    await world.look(counter, 'disputed');
    await press('このまま 残す');
    await says(page, 'その時間はいまほかの方に取られました');
    await world.look(counter, 'disputed-taken');
    await press('別の時間に する');
    await (await freeTimes(counter)).first().click();
    await press('変えるだけ（電話のとき）');
    await until('it is booked elsewhere', async () => (await seat.get(`/v1/appointments/${booked[0].id}`)).state === 'booked');
    await closeSlip(counter);
  });

  await step('the other one is given up', async () => {
    await toTheDay(booked[1]);
    await openDisputed(booked[1]);
    await press('取りやめる');
    await until('it is cancelled', async () => (await seat.get(`/v1/appointments/${booked[1].id}`)).state === 'cancelled');
    await until('nothing is left to decide', async () => !(await wordsOf(page)).includes('決めてください'));
    await world.look(counter, 'day-decided');
  });

  await step('every screen could be read by everybody', () => world.allReadable());

  /** The appointment with a reception number. */
  async function found(reception) {
    const { days } = await seat.get(`/v1/offices/${PLACE.office}/days?leg=medical@morita&days=14`);
    for (const { date } of days) {
      const { appointments } = await seat.get(`/v1/appointments?from=${date}`);
      const one = appointments.find((a) => a.reception === reception);
      if (one) return one;
    }
    throw new Error(`no appointment has the reception number ${reception}`);
  }

  /** Goes to the day of a visit. */
  async function toTheDay({ start }) {
    const day = new Intl.DateTimeFormat('ja-JP', { timeZone: 'Asia/Tokyo', month: 'long', day: 'numeric' }).format(new Date(start));
    for (let n = 0; n < 14 && !(await wordsOf(page)).includes(`${day}（`); n++) await press('次の日');
    await says(page, `${day}（`);
  }

  /** Opens a disputed appointment, which stands beside the one that has its time. */
  async function openDisputed({ number }) {
    await page.getByRole('button', { name: containing(`${number}番`) }).filter({ hasText: containing('決めてください') }).click();
    await page.getByRole('dialog').waitFor();
  }
});
