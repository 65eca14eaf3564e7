// A resident without an account looks at the booking and cancels it, in every language, on a telephone and a computer.

import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { book, signIn } from './lib/api.mjs';
import { says } from './lib/screen.mjs';
import { button } from './lib/seats.mjs';
import { MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { NAMES, wording } from './lib/words.mjs';
import { openWorld } from './lib/world.mjs';

let world;
let resident;

before(async () => {
  world = await openWorld('residents-page');
  resident = await world.person('resident', { app: 'my', seat: '' });
});

after(() => world?.close());

for (const [n, language] of ['ja', 'easy', 'en'].entries()) {
  test(`a resident cancels in ${NAMES[language]}`, async (t) => {
    const step = world.story(t);
    const say = wording(language, 'my');
    const { page } = resident;
    const look = (what) => world.look(resident, `${language}-${what}`);
    const who = RESIDENTS[n];
    let booked;

    const enter = async (last4) => {
      // By place, not by label: readings over the words are part of a label's text.
      const fields = page.locator('input[inputmode=numeric]');
      await fields.nth(0).fill(booked.reception);
      await fields.nth(1).fill(last4);
      await button(page, say('my.look')).click();
    };

    await step('the counter books', async () => {
      const staff = await signIn(world.url, `counter:${PLACE.office}`);
      booked = await book(staff, { office: PLACE.office, legs: [MEDICAL], resident: who });
      await page.setViewportSize(n === 1 ? { width: 390, height: 844 } : { width: 1280, height: 900 });
      await page.goto(`${world.url}/my/?office=${PLACE.office}`);
      await button(page, NAMES[language]).click();
      await says(page, say('my.title'));
      await look('ask');
    });

    await step('a wrong number is told kindly', async () => {
      await enter('0000');
      await says(page, say('my.trouble.wrong'));
      await look('wrong');
    });

    await step('the right numbers show date, office and number', async () => {
      await enter(who.phone.slice(-4));
      const words = await says(page, say('my.state.booked'));
      assert.match(words, new RegExp(String(booked.number)));
      assert.match(words, { ja: /医院/, easy: /おいしゃさん/, en: /Clinic/ }[language]);
      assert.doesNotMatch(words, new RegExp(who.kana.replace(' ', '')));
      await look('booking');
    });

    await step('the resident cancels after being asked once more', async () => {
      await button(page, say('my.cancel')).click();
      await says(page, say('my.cancel.ask'));
      await look('sure');
      await page.getByRole('region').or(page.locator('section')).getByRole('button', { name: say('my.cancel.yes') }).click();
      await says(page, say('my.cancelled'));
      await look('cancelled');
      const staff = await signIn(world.url, `counter:${PLACE.office}`);
      assert.equal((await staff.get(`/v1/appointments/${booked.id}`)).state, 'cancelled');
    });

    await step('every screen can be read by everybody', () => world.allReadable());
  });
}
