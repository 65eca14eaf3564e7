// Every screen of a visit in やさしい日本語 and in English: the words fit, and axe finds nothing serious.

import { after, before, test } from 'node:test';
import { book, signIn } from './lib/api.mjs';
import { seesSomebody } from './lib/desk.mjs';
import { says } from './lib/screen.mjs';
import { button, containing } from './lib/seats.mjs';
import { MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { NAMES, wording } from './lib/words.mjs';
import { openWorld } from './lib/world.mjs';

let world;
let booth;
let desk;
let counter;

before(async () => {
  world = await openWorld('languages');
  booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
  desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
  counter = await world.person('counter', { app: 'counter', seat: PLACE.office });
});

after(() => world?.close());

// A booth each: staff who have been called to one are still on their way when the next visit begins there.
const VISITS = [
  { language: 'easy', seat: PLACE.booth, resident: RESIDENTS[0] },
  { language: 'en', seat: PLACE.otherBooth, resident: RESIDENTS[1] },
];

for (const { language, seat, resident } of VISITS) {
  test(`a visit in ${NAMES[language]}`, async (t) => {
    const step = world.story(t);
    const words = { booth: wording(language, 'booth'), desk: wording(language, 'desk'), counter: wording(language, 'counter') };
    const look = (person, what) => world.look(person, `${language}-${what}`);
    let reception;

    await step('everybody chooses the language', async () => {
      await booth.page.goto(`${world.url}/booth/?seat=${seat}`);
      await button(booth.page, NAMES[language]).click({ timeout: 20_000 });
      await says(booth.page, words.booth('idle.start'));
      await look(booth, 'idle');
      for (const person of [desk, counter]) {
        await person.page.getByRole('combobox').selectOption(language);
        await look(person, 'day');
      }
      const staff = await signIn(world.url, `counter:${PLACE.office}`);
      ({ reception } = await book(staff, { office: PLACE.office, booth: seat, legs: [MEDICAL], resident }));
    });

    await step('the booth checks in and waits', async () => {
      await booth.page.getByRole('button', { name: containing(words.booth('idle.start')) }).click();
      await says(booth.page, words.booth('checkin.title'));
      await look(booth, 'check-in');
      for (const digit of reception) await booth.page.keyboard.press(digit);
      await button(booth.page, words.booth('name.yes')).click();
      await says(booth.page, words.booth('check.voice.ok'), { within: 20_000 });
      await look(booth, 'check');
      await button(booth.page, words.booth('check.hear.yes')).click();
      await says(booth.page, words.booth('wait.title'), { within: 20_000 });
      await look(booth, 'waiting');
    });

    await step('desk and booth talk', async () => {
      await look(desk, 'somebody-waits');
      await desk.page.getByRole('button', { name: containing(resident.kana) }).first().click();
      await button(desk.page, words.desk('desk.welcome')).waitFor();
      await look(desk, 'admit');
      await button(desk.page, words.desk('desk.welcome')).click();
      await Promise.all([seesSomebody(booth), seesSomebody(desk)]);
      await look(booth, 'consultation');
      await look(desk, 'consultation');
    });

    await step('the booth sends what a stethoscope hears', async () => {
      await button(booth.page, words.booth('sound.begin')).click();
      await look(booth, 'sound-which');
      await button(booth.page, 'Fake Audio Input 1').click();
      await desk.page.locator('[data-device-sound]').waitFor();
      await look(booth, 'sound-on');
      await look(desk, 'sound-on');
      await button(booth.page, words.booth('sound.end')).click();
    });

    await step('the booth calls staff, then stops', async () => {
      await button(booth.page, words.booth('call.staff')).click();
      await says(booth.page, words.booth('call.coming'));
      await look(booth, 'calling');
      const cover = counter.page.getByRole('alertdialog');
      await cover.waitFor();
      await look(counter, 'call');
      await button(cover, words.counter('counter.call.go')).click();
      await button(booth.page, words.booth('call.close')).click();
      await button(booth.page, words.booth('talk.end')).click();
      await look(booth, 'stop');
      await button(booth.page, words.booth('leave.yes')).click();
      await says(booth.page, words.booth('bye.title.left'));
      await look(booth, 'goodbye');
      await button(booth.page, words.booth('bye.done')).click();
    });

    await step('every screen could be read by everybody', () => world.allReadable());
  });
}
