// A visit at the counter: three matters booked in ten clicks and a minute, moved, printed, shortened, and its changed times
// seen at once.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { signIn } from './lib/api.mjs';
import { today } from './lib/clock.mjs';
import { addName, closeSlip, firstTime, freeTimes, openAppointment, readSlip } from './lib/counter.mjs';
import { says, wordsOf } from './lib/screen.mjs';
import { button, containing } from './lib/seats.mjs';
import { PLACE, RESIDENTS } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

let world;
let counter;
let doctor;

before(async () => {
  world = await openWorld('counter', { beginsAt: '10:00' });
  counter = await world.person('counter', { app: 'counter', seat: PLACE.office });
  doctor = await signIn(world.url, `desk:${PLACE.doctor}`);
});

after(() => world?.close());

test('a visit at the counter', async (t) => {
  const step = world.story(t);
  const { page } = counter;
  const { look } = world;
  const clicks = () => page.evaluate(() => window.witness.clicks.length);
  const printed = () => page.evaluate(() => window.witness.printed());
  const press = (name, place = page) => button(place, name).click();
  const add = (name) => page.getByRole('button', { name: containing(name) }).first().click();
  const focused = () => page.evaluate(() => document.querySelector('button:focus')?.textContent.replaceAll(/\s/g, '') ?? '');
  const clock = (at) => new Date(Date.parse(at) + 9 * 3_600_000).toISOString().slice(11, 16).replace(/^0/, '');
  let slip;

  await step('nothing is booked, and the one line says that there is nothing to do', async () => {
    await says(page, 'いま すること いまは ありません');
    await look(counter, 'empty');
  });

  await step('doctor, pharmacist and a second matter are booked in ten clicks and under a minute', async (own) => {
    const [from, begun] = [performance.now(), await clicks()];
    await press('新しい予約');
    await add('汐待もりた医院');
    await add('汐待しおかぜ薬局');
    await add('行政相談');
    await firstTime(counter, 'ブース1').click();
    await says(page, /この席をあと\d+分\d+秒おさえています/);
    await addName(counter, RESIDENTS[0]);
    await press('予約して 紙を出す');
    await says(page, '予約できました');
    const [seconds, touched] = [(performance.now() - from) / 1000, (await clicks()) - begun];
    own.diagnostic(`${touched} clicks, ${seconds.toFixed(1)} s`);
    assert.ok(touched <= 10, `${touched} clicks`);
    assert.ok(seconds < 60, `${seconds} s`);
  });

  await step('the slip is printed, readable, and names neither the resident nor the matter', async () => {
    slip = await readSlip(counter);
    assert.match(slip.reception, /^\d{6}$/);
    assert.ok(slip.words.includes('医院→薬局→行政相談'), slip.words);
    assert.ok(!slip.words.includes(RESIDENTS[0].kana.split(' ')[0]) && !slip.words.includes('診療'), slip.words);
    await page.emulateMedia({ media: 'print' });
    await look({ ...counter, app: 'paper' }, 'slip-paper');
    await page.emulateMedia({ media: 'screen' });
    await look(counter, 'slip');
    await closeSlip(counter);
  });

  await step('the appointment is moved; the old time stands until the new one does, and the slip is printed again', async () => {
    const papers = await printed();
    await openAppointment(counter, RESIDENTS[0].kana);
    await look(counter, 'appointment');
    await press('時間を 変える');
    await says(page, '新しい時間が決まるまで、いまの予約はそのままです');
    const times = await freeTimes(counter);
    await times.nth(1).click();
    await look(counter, 'move');
    const [old] = await todays();
    await press('変えて 紙を出す');
    await says(page, `${slip.number}番の 時間を 変えました`);
    const again = await readSlip(counter);
    assert.equal(again.number, slip.number);
    assert.equal(again.reception, slip.reception);
    assert.notEqual(again.words, slip.words);
    assert.equal(await printed(), papers + 1);
    const moved = (await todays())[0];
    assert.ok(Date.parse(moved.start) > Date.parse(old.start) && moved.sequence === old.sequence + 1, JSON.stringify(moved));
    await closeSlip(counter);
  });

  await step('the doctor runs fifteen minutes late: the new times are there at once, the old ones struck out', async () => {
    await doctor.post(`/v1/desks/${PLACE.doctor}/delay`, { minutes: 15 }, { 'Idempotency-Key': randomUUID() });
    const [late] = await todays();
    const [was, now] = [late.legs[0].planned, late.legs[0].start];
    assert.equal((Date.parse(now) - Date.parse(was)) / 60_000 > 0, true, JSON.stringify(late.legs));
    const struck = page.locator('s').first();
    await until('the old time is struck out', async () => (await struck.innerText()).includes(clock(was)));
    await says(page, clock(now));
    await look(counter, 'late');
    await openAppointment(counter, RESIDENTS[0].kana);
    await look(counter, 'late-appointment');
  });

  await step('a leg that is not needed is given back in one touch', async () => {
    const begun = await clicks();
    await press('行政相談は いらない');
    await says(page, 'いらなくなりました');
    assert.equal((await clicks()) - begun, 1);
    await look(counter, 'leg-given');
    await page.keyboard.press('Escape');
    await says(page, /番の方は\d+:\d+に終わります/);
    const [shorter] = await todays();
    assert.equal(shorter.legs[2].freed, true);
    assert.equal(shorter.end, shorter.legs[1].end);
  });

  await step('the doctor runs late again and there is no room: the one line says whom to telephone', async () => {
    const [visit] = await todays();
    const hour = (from, n) => new Date(Date.parse(from) + n * 3_600_000).toISOString();
    await close(PLACE.booth, visit.boothUntil, hour(visit.boothUntil, 1));
    await close(PLACE.otherBooth, visit.start, hour(visit.boothUntil, 1));
    const late = await doctor.post(`/v1/desks/${PLACE.doctor}/delay`, { minutes: 15 }, { 'Idempotency-Key': randomUUID() });
    assert.equal(late.conflicts.length, 1, JSON.stringify(late));
    await says(page, `${slip.number}番の方に電話し、別の時間を選んでもらう`);
    await look(counter, 'choice');
    await press('時間を 選ぶ');
    await (await freeTimes(counter)).first().click();
    await press('変えるだけ（電話のとき）');
    await says(page, `${slip.number}番の 時間を 変えました`);
    await closeSlip(counter);
    await until('nobody is to be telephoned', async () => !(await wordsOf(page)).includes('電話し'));
  });

  await step('a booking is begun by keyboard alone', async () => {
    await page.keyboard.press('Tab');
    for (let n = 0; n < 40 && !(await focused()).includes('新しい予約'); n++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await says(page, '1. だれと 話しますか');
    for (let n = 0; n < 40 && !(await focused()).includes('行政相談'); n++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await says(page, '時間を選ぶと、席をおさえます');
    await press('やめる');
  });

  await step('every screen could be read by everybody', () => world.allReadable());

  /** Closes a booth for a while. */
  async function close(booth, start, end) {
    const seat = await signIn(world.url, `counter:${PLACE.office}`);
    await seat.post('/v1/blocks', { booth, kind: 'cleaning', start, end }, { 'Idempotency-Key': randomUUID() });
  }

  /** Today's appointments as the counter is told them, the first one first. */
  async function todays() {
    const seat = await signIn(world.url, `counter:${PLACE.office}`);
    const { appointments } = await seat.get(`/v1/appointments?from=${today()}`);
    return appointments.filter((a) => a.state === 'booked' || a.state === 'arrived');
  }
});
