// A full day at the counter: why not then, and what instead; somebody who waits gets the time another gives up; somebody
// walks in, somebody comes again and again, and a booth is closed.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { signIn } from './lib/api.mjs';
import { now, today } from './lib/clock.mjs';
import { addName, chooseDay, chooseMode, closeSlip, firstTime, openAppointment, readSlip } from './lib/counter.mjs';
import { says, wordsOf } from './lib/screen.mjs';
import { button, containing, named } from './lib/seats.mjs';
import { MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { openWorld } from './lib/world.mjs';

let world;
let counter;
let doctor;

before(async () => {
  world = await openWorld('counter-full-day', { beginsAt: '10:00' });
  counter = await world.person('counter', { app: 'counter', seat: PLACE.office });
  doctor = await signIn(world.url, `desk:${PLACE.doctor}`);
});

after(() => world?.close());

const dayAfter = (date, n) => new Date(Date.parse(`${date}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);

test('a full day at the counter', async (t) => {
  const step = world.story(t);
  const { page } = counter;
  const { look } = world;
  const press = (name, place = page) => button(place, name).click();
  const add = (name) => page.getByRole('button', { name: containing(name) }).first().click();
  const tomorrow = dayAfter(today(), 1);

  await step('a full day says why, and what would be instead', async () => {
    const seat = await signIn(world.url, `counter:${PLACE.office}`);
    const ten = `${tomorrow}T10:00:00+09:00`;
    const hold = await seat.post('/v1/holds', { office: PLACE.office, start: ten, legs: [MEDICAL] }, { 'Idempotency-Key': randomUUID() });
    await seat.post(`/v1/holds/${hold.id}/confirm`, { resident: RESIDENTS[1] });
    await doctorIsAway(`${tomorrow}T00:00:00+09:00`, ten);
    await doctorIsAway(`${tomorrow}T10:20:00+09:00`, `${dayAfter(tomorrow, 1)}T00:00:00+09:00`);
    await press('新しい予約');
    await add('汐待もりた医院');
    await chooseDay(counter, tomorrow);
    await page.getByRole('button', { name: containing('なぜ') }).first().click();
    const dialog = page.getByRole('dialog');
    await says(page, 'この局でいちばん近い空き');
    await look(counter, 'why');
    assert.ok((await dialog.getByRole('listitem').count()) > 0, 'reasons are listed');
    await page.keyboard.press('Escape');
  });

  await step('somebody waits for that day', async () => {
    await chooseMode(counter, '空きを 待つ');
    await page.getByRole('radio', { name: named('この日の いつでも') }).click();
    await addName(counter, RESIDENTS[2]);
    await look(counter, 'wait');
    await press('待つ方に 入れる');
    await says(page, '空きを待っている方');
    await says(page, '1番目');
    await look(counter, 'waitlist');
    await press('きょうの予約へ 戻る');
    await says(page, '待つ方 1');
  });

  await step('another cancels, and who waits is offered the time: the one line says so', async () => {
    await press('次の日');
    await openAppointment(counter, RESIDENTS[1].kana);
    await press('予約を 取り消す');
    await look(counter, 'cancel');
    await press('取り消す');
    await says(page, '取り消しました');
    await says(page, /待っている方に空きが出ました。\d+分のうちに電話する/, { within: 30_000 });
    await look(counter, 'offer-line');
    await press('電話する方を 見る');
    await says(page, '10:00');
    await look(counter, 'offer');
    await press(`${RESIDENTS[2].kana} この時間で よい`);
    await says(page, '予約できました');
    assert.match(await wordsOf(page), /10:00から10:20/);
    await closeSlip(counter);
    await says(page, '待つ方 0');
  });

  await step('somebody without a booking is taken at once, or waits with a number', async () => {
    await press('予約なし');
    await add('汐待市役所 市民課');
    await addName(counter, RESIDENTS[3]);
    await look(counter, 'walk-in');
    await press('受け付けて 紙を出す');
    await says(page, '予約できました');
    const first = await readSlip(counter);
    await closeSlip(counter);
    await doctorIsAway(new Date(now()).toISOString(), `${tomorrow}T00:00:00+09:00`);
    await press('予約なし');
    await add('汐待もりた医院');
    await addName(counter, { kana: 'コヤマ ヒロシ', phone: '0999-00-1460' });
    await press('受け付けて 紙を出す');
    await says(page, '番の紙を出しました');
    const ticket = Number(/(\d+)番の紙を/.exec(await wordsOf(page))?.[1]);
    assert.ok(ticket > first.number, `ticket ${ticket} after ${first.number}`);
    await look(counter, 'ticket');
    await press('きょうの予約へ 戻る');
  });

  await step('a row of visits is held, one is left out, the others are booked on one paper', async () => {
    await press('新しい予約');
    await add('汐待市役所 市民課');
    await chooseMode(counter, 'くり返す');
    await firstTime(counter, 'ブース').click();
    await addName(counter, { kana: 'フジイ マサコ', phone: '0999-00-1461' });
    await look(counter, 'series-wish');
    await press('全部の 空きを 調べる');
    await says(page, 'くり返しの予約');
    await look(counter, 'series');
    await page.getByRole('button', { name: named('この日は やめる') }).last().click();
    await press('2回 予約する');
    await says(page, '2回予約できました');
    await look(counter, 'series-paper');
    await press('きょうの予約へ 戻る');
  });

  await step('a booth is closed for cleaning and opened again', async () => {
    await press('ブースを 止める');
    await page.getByRole('button', { name: named('ブース2') }).click();
    await press('止める');
    await says(page, '止めました');
    await look(counter, 'blocks');
    await press('ブース2を また 使う');
    await says(page, '止めているブースはありません');
    await press('きょうの予約へ 戻る');
  });

  await step('every screen could be read by everybody', () => world.allReadable());

  /** The doctor leaves the desk for a while; what is booked then stays. */
  function doctorIsAway(start, end) {
    return doctor.post('/v1/blocks', { desk: PLACE.doctor, kind: 'away', start, end, around: true }, { 'Idempotency-Key': randomUUID() });
  }
});
