// Every screen of the counter in every language, on small screens and at twice its size: the words fit, and axe finds
// nothing serious.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { book, signIn } from './lib/api.mjs';
import { freeTimes } from './lib/counter.mjs';
import { button, containing, named } from './lib/seats.mjs';
import { says } from './lib/screen.mjs';
import { GUIDANCE, MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { NAMES, wording } from './lib/words.mjs';
import { openWorld } from './lib/world.mjs';

let world;
let counter;

before(async () => {
  world = await openWorld('counter-screens');
  const seat = await signIn(world.url, `counter:${PLACE.office}`);
  await book(seat, { office: PLACE.office, booth: PLACE.booth, legs: [MEDICAL, GUIDANCE], resident: RESIDENTS[0] });
  await hasToWait(await signIn(world.url, `desk:${PLACE.doctor}`), seat);
  counter = await world.person('counter', { app: 'counter', seat: PLACE.office });
});

after(() => world?.close());

/** The window a screen is drawn for, the smallest one, and the first zoomed to twice its size. */
const USUAL = { width: 1366, height: 768 };
const SMALL = { width: 1024, height: 768 };
const ZOOMED = { width: 683, height: 384 };

const VISITS = [
  { language: 'ja', size: SMALL, axe: false },
  { language: 'ja', size: ZOOMED, axe: false },
  { language: 'easy', size: USUAL, axe: true },
  { language: 'easy', size: SMALL, axe: false },
  { language: 'easy', size: ZOOMED, axe: false },
  { language: 'en', size: USUAL, axe: true },
  { language: 'en', size: SMALL, axe: false },
  { language: 'en', size: ZOOMED, axe: false },
];

for (const { language, size, axe } of VISITS) {
  test(`the counter in ${NAMES[language]} at ${size.width} by ${size.height}`, async () => {
    const { page } = counter;
    const w = wording(language, 'counter');
    const press = (key, place = page) => button(place, w(key)).click();
    const radio = (key) => page.getByRole('radio', { name: named(w(key)) }).click();
    const add = (name) => page.getByRole('button', { name: containing(name) }).first().click();
    const cut = [];
    const see = async (what) => {
      const name = `${language}-${size.width}-${what}`;
      if (axe) await world.look(counter, name);
      else await world.artefacts.picture(page, `counter-${name}`);
      cut.push(...(await page.evaluate(() => window.layout.clipped())).map((fault) => `${what}: ${fault}`));
    };
    await page.setViewportSize(size);
    await page.getByRole('combobox').first().selectOption(language);
    await says(page, w('counter.new'));
    await see('day');

    await press('counter.new');
    await add('汐待市役所 市民課');
    await add('行政相談');
    await (await freeTimes(counter)).first().click();
    await page.getByRole('timer').waitFor();
    await see('booking');
    for (const mode of ['wait', 'series', 'now']) {
      await radio(`counter.mode.${mode}`);
      await see(mode);
    }
    await radio('counter.mode.once');
    await page.getByRole('button', { name: containing(w('counter.why.ask')) }).first().click();
    await says(page, w('counter.why.instead'));
    await see('why');
    await page.keyboard.press('Escape');
    await press('counter.book.stop');

    await page.getByRole('button', { name: containing(RESIDENTS[0].kana) }).first().click();
    await page.getByRole('dialog').waitFor();
    await see('appointment');
    await press('counter.open.move');
    await (await freeTimes(counter)).nth(1).click();
    await see('move');
    await press('counter.move.stop');

    await button(page, w('counter.wait.some').replace('{{count}}', '1')).click();
    await says(page, RESIDENTS[1].kana);
    await see('waitlist');
    await press('counter.made.day');
    await press('counter.blocks.open');
    await says(page, w('counter.blocks.none'));
    await see('blocks');
    await press('counter.made.day');
    assert.deepEqual(cut, []);
    world.allReadable();
  });
}

/** Somebody who waits for a morning the doctor is away. */
async function hasToWait(doctor, seat) {
  const from = new Date(Date.now() + 5 * 86_400_000).toISOString();
  const to = new Date(Date.now() + 5 * 86_400_000 + 3_600_000).toISOString();
  const key = () => ({ 'Idempotency-Key': randomUUID() });
  await doctor.post('/v1/blocks', { desk: PLACE.doctor, kind: 'away', start: from, end: new Date(Date.parse(to) + 3_600_000).toISOString() }, key());
  await seat.post('/v1/waitlist', { office: PLACE.office, legs: [MEDICAL], from, to, resident: RESIDENTS[1] }, key());
}
