// A visit of two legs: the doctor, then the pharmacist, while the resident just stays seated. Checked in at the booth
// itself, with the number on the slip.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { book, signIn } from './lib/api.mjs';
import { becomeReady, checkInByNumber, idle, leaveGoodbye } from './lib/booth.mjs';
import { admit, choose, end, handOverToPharmacist, seesSomebody } from './lib/desk.mjs';
import { hears } from './lib/hearing.mjs';
import { says } from './lib/screen.mjs';
import { button } from './lib/seats.mjs';
import { received } from './lib/seeing.mjs';
import { traces } from './lib/traces.mjs';
import { GUIDANCE, MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

let world;

before(async () => {
  world = await openWorld('two-legs');
});

after(() => world?.close());

test('a visit goes from the doctor to the pharmacist without a touch in the booth', async (t) => {
  const step = world.story(t);
  const resident = RESIDENTS[1];
  let appointment;
  let booth;
  let doctor;
  let pharmacist;
  const touches = () => booth.page.evaluate(() => window.witness.clicks.length);
  let touched;

  await step('a visit of two legs is booked', async () => {
    const counter = await signIn(world.url, `counter:${PLACE.office}`);
    appointment = await book(counter, { office: PLACE.office, booth: PLACE.booth, legs: [MEDICAL, GUIDANCE], resident });
    assert.equal(appointment.legs.length, 2);
    booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
    doctor = await world.person('doctor', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
    pharmacist = await world.person('pharmacist', { app: 'desk', seat: appointment.legs[1].desk, face: 'pharmacist' });
  });

  await step('a wrong number is refused in words, the right one asks for the name', async () => {
    await idle(booth, { within: 20_000 });
    const wrong = appointment.reception === '000000' ? '111111' : '000000';
    await checkInByNumber(booth, wrong);
    await says(booth.page, 'この 番号の 予約は 見つかりません');
    for (let n = 0; n < wrong.length; n++) await booth.page.keyboard.press('Backspace');
    for (const digit of appointment.reception) await booth.page.keyboard.press(digit);
    await says(booth.page, `${resident.kana} さま ですか`);
    await world.look(booth, 'name');
    await button(booth.page, 'はい、わたしです').click();
  });

  await step('the doctor talks with the resident', async () => {
    await becomeReady(booth);
    await choose(doctor, resident.kana);
    await admit(doctor);
    await Promise.all([seesSomebody(booth), seesSomebody(doctor)]);
    touched = await touches();
  });

  await step('the doctor hands over; nobody sees or hears meanwhile', async () => {
    await handOverToPharmacist(doctor);
    await says(doctor.page, '引き継ぎました');
    await says(booth.page, '次は 薬剤師さんです');
    await says(booth.page, 'いまは だれも 見ていません');
    await world.look(booth, 'handover');
    await until('the doctor has no connection any more', async () => (await received(doctor.page)).peers === 0);
    await choose(pharmacist, resident.kana);
    await until('the pharmacist is connected', async () => (await received(pharmacist.page)).connected === 1);
    assert.equal((await received(pharmacist.page)).packetsReceived, 0);
  });

  await step('the pharmacist admits, both see and hear each other', async () => {
    await admit(pharmacist);
    await Promise.all([seesSomebody(booth), seesSomebody(pharmacist)]);
    await hears(booth.page, {
      name: 'booth', theirs: pharmacist.media.clip, own: booth.media.clip, keep: world.artefacts.keep,
    });
    await world.look(booth, 'pharmacist');
    await world.look(pharmacist, 'consultation');
    assert.equal(await touches(), touched, 'the booth was not touched');
  });

  await step('the pharmacist ends, and the booth is idle', async () => {
    await end(pharmacist);
    await leaveGoodbye(booth);
    await idle(booth);
  });

  await step('the booth, which has shown the name, holds nothing of it', async () => {
    const secrets = [...resident.kana.split(' '), resident.phone, appointment.reception, appointment.id];
    assert.deepEqual(await traces(booth, secrets), []);
  });

  await step('every screen could be read by everybody', () => world.allReadable());
});
