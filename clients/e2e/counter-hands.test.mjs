// What is pressed less often: an offer that is declined, by telephone and on the own page; a row of visits of which one
// cannot be had; somebody who has not come.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { bookAt, later, signIn, startsToday } from './lib/api.mjs';
import { putForward } from './lib/browser.mjs';
import { now, today } from './lib/clock.mjs';
import { addName, chooseMode, firstTime, openAppointment } from './lib/counter.mjs';
import { says, wordsOf } from './lib/screen.mjs';
import { button, containing } from './lib/seats.mjs';
import { MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

let world;
let counter;
let resident;
let staff;
let doctor;

before(async () => {
  world = await openWorld('counter-hands', { beginsAt: '10:00' });
  counter = await world.person('counter', { app: 'counter', seat: PLACE.office });
  resident = await world.person('resident', { app: 'my', seat: '' });
  staff = await signIn(world.url, `counter:${PLACE.office}`);
  doctor = await signIn(world.url, `desk:${PLACE.doctor}`);
});

after(() => world?.close());

const key = () => ({ 'Idempotency-Key': randomUUID() });

test('what is pressed less often', async (t) => {
  const step = world.story(t);
  const { page } = counter;
  const { look } = world;
  const press = (name, place = page) => button(place, name).click();
  let taken;
  const waiters = [];

  await step('two wait for the time somebody else has, who gives it up', async () => {
    const free = await startsToday(staff, PLACE.office, [MEDICAL]);
    taken = await bookAt(staff, { office: PLACE.office, start: free.at(-1), legs: [MEDICAL], resident: RESIDENTS[0] });
    for (const who of [RESIDENTS[1], RESIDENTS[2]]) {
      const wish = { office: PLACE.office, legs: [MEDICAL], from: taken.start, to: later(taken.start, 1), resident: who };
      waiters.push(await staff.post('/v1/waitlist', wish, key()));
    }
    await staff.post(`/v1/appointments/${taken.id}/cancel`);
    await says(page, /待っている方に空きが出ました/, { within: 20_000 });
  });

  await step('the first declines by telephone: it is the next one\'s turn', async () => {
    await press('電話する方を 見る');
    await look(counter, 'offer');
    await press(`${RESIDENTS[1].kana} 断られた`);
    await says(page, '次の方に回しました');
    await until('the second is offered it', async () => (await button(page, `${RESIDENTS[2].kana} 断られた`).count()) === 1, { within: 20_000 });
    await look(counter, 'declined');
  });

  await step('the second declines on the own page, and waits on', async () => {
    const own = resident.page;
    await own.goto(`${world.url}/my/?office=${PLACE.office}`);
    const fields = own.locator('input[inputmode=numeric]');
    await fields.nth(0).fill(waiters[1].reception);
    await fields.nth(1).fill(RESIDENTS[2].phone.slice(-4));
    await button(own, '予約を 見る').click();
    await says(own, 'この時間に しますか');
    await look(resident, 'offer');
    await button(own, 'ほかの 時間を 待つ').click();
    await says(own, '空きを 待っています');
    assert.ok(!(await wordsOf(own)).includes('この時間にしますか'), 'the offer is gone');
    await look(resident, 'waits-on');
    await until('nobody holds it any more', async () => (await staff.get(`/v1/waitlist?office=${PLACE.office}`)).waiting.every((w) => !w.offer));
    await press('きょうの予約へ 戻る');
  });

  await step('a row of visits: one day cannot be had and says why, another time of that day is taken', async () => {
    await press('新しい予約');
    await page.getByRole('button', { name: containing('汐待もりた医院') }).first().click();
    await chooseMode(counter, 'くり返す');
    const time = firstTime(counter, 'ブース');
    const clock = /\d+:\d\d/.exec((await time.innerText()).replaceAll(/\s/g, ''))[0].padStart(5, '0');
    const second = new Date(Date.parse(`${today()}T00:00:00Z`) + 28 * 86_400_000).toISOString().slice(0, 10);
    const from = `${second}T${clock}:00+09:00`;
    await doctor.post('/v1/blocks', { desk: PLACE.doctor, kind: 'away', start: from, end: later(from, 20) }, key());
    await time.click();
    await addName(counter, RESIDENTS[3]);
    await press('全部の 空きを 調べる');
    await says(page, 'くり返しの予約');
    await says(page, '2回予約する');
    await look(counter, 'series-conflict');
    const row = page.getByRole('listitem').filter({ hasText: containing(`${Number(second.slice(5, 7))}月${Number(second.slice(8))}日`) });
    await row.getByRole('button').first().click();
    await says(page, '3回予約する');
    await look(counter, 'series-alternative');
    await press('3回 予約する');
    await says(page, '3回予約できました');
    await press('きょうの予約へ 戻る');
  });

  await step('somebody has not come: too early to say so, the screen tells for how long', async () => {
    const [start] = (await startsToday(staff, PLACE.office, [MEDICAL])).filter((s) => Date.parse(s) > now());
    const late = await bookAt(staff, { office: PLACE.office, start, legs: [MEDICAL], resident: RESIDENTS[0] });
    await putForward(page, Date.parse(start) - now() + 60_000);
    await openAppointment(counter, RESIDENTS[0].kana);
    await press('来られなかった');
    await says(page, `${late.number}番の方は来られませんでしたか`);
    await look(counter, 'noshow');
    await press('来られなかった', page.getByRole('alertdialog').or(page.getByRole('dialog')));
    await says(page, 'まだ早すぎます。もう少し待ってから押してください');
    await look(counter, 'noshow-early');
    await page.keyboard.press('Escape');
  });

  await step('every screen could be read by everybody', () => world.allReadable());
});
