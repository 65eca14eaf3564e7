// What the clock brings: noon and closing are told ten minutes before, at counter, booth and desk; somebody does not come,
// which counts only once the other side was there; a booth is cleaned; a first visit takes the time a first visit takes.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bookAt, signIn } from './lib/api.mjs';
import { becomeReady } from './lib/booth.mjs';
import { putForward } from './lib/browser.mjs';
import { now, today } from './lib/clock.mjs';
import { addName, closeSlip, firstTime, openAppointment } from './lib/counter.mjs';
import { admit, choose, end, seesSomebody } from './lib/desk.mjs';
import { says, wordsOf } from './lib/screen.mjs';
import { button, containing } from './lib/seats.mjs';
import { GUIDANCE, MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { NAMES, wording } from './lib/words.mjs';
import { openWorld } from './lib/world.mjs';

const NO_SHOW = 5_000; // the grace of this story, ms

let world;
let staff;
let here; // is in the booth
let missed; // never comes
let people;

before(async () => {
  world = await openWorld('counter-clock', { beginsAt: '11:34:50', args: ['--office-hours', '--no-show-after', `${NO_SHOW}ms`] });
  staff = await signIn(world.url, `counter:${PLACE.office}`);
  const start = `${today()}T11:35:00+09:00`;
  here = await bookAt(staff, { office: PLACE.office, start, legs: [MEDICAL], booth: PLACE.booth, resident: RESIDENTS[0] });
  missed = await bookAt(staff, { office: PLACE.office, start, legs: [GUIDANCE], booth: PLACE.otherBooth, resident: RESIDENTS[1] });
  await staff.post('/v1/check-ins', { appointment: here.id });
  people = {
    counter: await world.person('counter', { app: 'counter', seat: PLACE.office }),
    booth: await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' }),
    doctor: await world.person('doctor', { app: 'desk', seat: PLACE.doctor, face: 'doctor' }),
  };
});

after(() => world?.close());

test('what the clock brings', async (t) => {
  const step = world.story(t);
  const { look } = world;
  const { counter, booth, doctor } = people;
  const press = (name, place = counter.page) => button(place, name).click();

  await step('ten minutes before noon whoever waits in the booth and the desk are told', async () => {
    await becomeReady(booth);
    await says(doctor.page, '待っています'); // the page has the server's clock by then
    const by = await clocksSay('11:51');
    for (const { page } of [booth, doctor]) await says(page, /あと[89]分で(局の)?昼休みです/, { within: 20_000 });
    await says(booth.page, '急がなくてだいじょうぶです');
    await look(booth, 'noon-waiting');
    await look(doctor, 'noon-day');
    await clocksBack(by);
  });

  await step('who has not come is no no-show while the other side was not there either', async () => {
    await until('the grace is over', () => now() > Date.parse(missed.start) + NO_SHOW);
    await openAppointment(counter, RESIDENTS[1].kana);
    await press('来られなかった');
    await press('来られなかった', counter.page.getByRole('alertdialog'));
    await says(counter.page, '相手もいませんでした。来られなかったことにはできません');
    await look(counter, 'unattended');
    assert.equal((await staff.get(`/v1/appointments/${missed.id}`)).state, 'booked');
  });

  await step('once it is there, it is', async () => {
    await world.person('pharmacist', { app: 'desk', seat: missed.legs[0].desk });
    const question = counter.page.getByRole('alertdialog');
    await until('the pharmacist is seen at the desk', async () => {
      await press('来られなかった', question);
      return (await staff.get(`/v1/appointments/${missed.id}`)).state === 'noshow';
    }, { within: 25_000, every: 1000 });
    await says(counter.page, `${missed.number}番の方は来られなかったと記録しました`);
    await look(counter, 'no-show');
    assert.equal((await staff.get(`/v1/appointments/${missed.id}`)).state, 'noshow');
  });

  await step('a visit goes on: ten minutes before noon counter, booth and desk say so, and the counter before closing', async () => {
    await choose(doctor, RESIDENTS[0].kana);
    await admit(doctor);
    await Promise.all([seesSomebody(booth), seesSomebody(doctor)]);
    // Over hours a desk signs in anew and takes the server's time again, so closing is looked at on the counter alone.
    for (const [time, words, who] of [['11:51', /あと[89]分で(局の)?昼休みです/, [counter, booth, doctor]], ['16:51', /あと[89]分で閉まります/, [counter]]]) {
      const by = await clocksSay(time, who);
      for (const { page } of who) await says(page, words, { within: 20_000 });
      await says(counter.page, new RegExp(`${here.number}番の方がまだ終わりません`));
      for (const one of who) await look(one, `shuts-${time.replace(':', '')}`);
      await clocksBack(by, who);
    }
  });

  await step('the visit is over and its booth is to be cleaned; cleaned, it is free at once', async () => {
    await end(doctor);
    await says(counter.page, 'ブース1を清掃する。終わったら押す', { within: 20_000 });
    await look(counter, 'clean');
    const dirty = await staff.get(`/v1/appointments/${here.id}`);
    assert.ok(Date.parse(dirty.boothUntil) > now() + 60_000, 'the booth is kept for its cleaning');
    await press('清掃しました');
    await says(counter.page, 'ブース1はもう使えます');
    const { boothUntil } = await staff.get(`/v1/appointments/${here.id}`);
    assert.ok(Date.parse(boothUntil) < Date.parse(dirty.boothUntil) - 60_000, `free at ${boothUntil}, not at ${dirty.boothUntil}`);
    await until('nothing is left to be cleaned', async () => !(await wordsOf(counter.page)).includes('清掃する'));
    await look(counter, 'cleaned');
  });

  await step('a first visit is ticked, takes longer, and says what to bring', async () => {
    const { page } = counter;
    await press('新しい予約');
    await page.getByRole('button', { name: containing('汐待もりた医院') }).first().click();
    await firstTime(counter, 'ブース').waitFor();
    await page.getByRole('checkbox', { name: containing('はじめての方') }).click();
    await says(page, '30分');
    await says(page, 'お伝えください:保険証');
    await look(counter, 'first-visit');
    await firstTime(counter, 'ブース').click();
    await addName(counter, RESIDENTS[2]);
    await press('予約して 紙を出す');
    await says(page, '予約できました');
    await closeSlip(counter);
    const { appointments } = await staff.get(`/v1/appointments?from=${today()}&days=7`);
    const made = appointments.find((a) => a.resident?.kana === RESIDENTS[2].kana);
    assert.equal(made.legs[0].first, true);
    assert.equal(Date.parse(made.legs[0].end) - Date.parse(made.legs[0].start), 30 * 60_000);
  });

  await step('the same in the other languages', async () => {
    const { page } = counter;
    for (const language of ['easy', 'en']) {
      const say = wording(language, 'counter');
      await page.getByRole('combobox').selectOption(language);
      await button(page, say('counter.new')).click();
      await page.getByRole('button', { name: containing('汐待もりた医院') }).first().click();
      await page.getByRole('checkbox').first().click();
      await says(page, '30');
      await look(counter, `${language}-first-visit`);
      await button(page, say('counter.book.stop')).click();
    }
    await page.getByRole('combobox').selectOption({ label: NAMES.ja });
  });

  await step('every screen could be read by everybody', () => world.allReadable());

  /** Puts the clocks of the screens forward to a time of today; returns by how much. */
  async function clocksSay(time, who = [counter, booth, doctor]) {
    const by = Date.parse(`${today()}T${time}:00+09:00`) - now();
    for (const { page } of who) await putForward(page, by);
    return by;
  }

  async function clocksBack(by, who = [counter, booth, doctor]) {
    for (const { page } of who) await putForward(page, -by);
  }
});
