// The audit trail at the administrator's: who looked at whom, whether the chain is whole, that somebody has reviewed it, and a file
// that leaves the house. Nobody reads unseen, and whoever may not is told so.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { book, request, signIn } from './lib/api.mjs';
import { faults, LEAST, says } from './lib/screen.mjs';
import { button } from './lib/seats.mjs';
import { MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

let world;

before(async () => {
  world = await openWorld('audit');
});

after(async () => {
  await world?.close();
});

test('the audit trail is read, filtered, verified, reviewed and exported', async (t) => {
  const step = world.story(t);
  let admin;
  let other;
  let visit;
  const trail = () => admin.page.getByRole('region', { name: '監査の記録' });
  /** How often the administrator has done something, by the trail: what has just happened is in it within a second. */
  const noted = async (action) => (await other.get(`/v1/audit?who=admin:admin&action=${action}`)).entries.length;
  const rows = () => trail().locator('tr[data-seq]');

  await step('a counter books and looks at its day, and somebody comes with a token that is none', async () => {
    const counter = await signIn(world.url, `counter:${PLACE.office}`);
    visit = await book(counter, { office: PLACE.office, booth: PLACE.booth, legs: [MEDICAL], resident: RESIDENTS[0] });
    await counter.get('/v1/appointments');
    assert.equal((await request(world.url, 'GET', '/v1/appointments', { bearer: 'not.a.token' })).status, 401);
    const desk = await signIn(world.url, `desk:${PLACE.doctor}`);
    assert.equal((await desk.ask('GET', '/v1/audit')).status, 403);
    other = await signIn(world.url, 'admin:other');
    admin = await world.person('admin', { app: 'admin', seat: 'admin' });
    await admin.page.setViewportSize({ width: 1280, height: 800 });
  });

  await step('nothing is read before it is opened', async () => {
    await button(trail(), '記録を 開く').click({ timeout: 20_000 });
    await until('entries are listed', async () => (await rows().count()) > 3);
    await until('the opening is the one reading that is noted', async () => (await noted('audit.read')) === 1);
  });

  await step('what concerns one visit is found, and an entry shows everything', async () => {
    await trail().locator('input[name=visit]').fill(visit.id);
    await trail().locator('select[name=kind]').selectOption('people');
    await button(trail(), 'しらべる').click();
    await until('only who saw the person', async () => {
      const texts = await rows().allInnerTexts();
      return texts.length > 0 && texts.every((text) => text.includes('person.read') && text.includes(`counter:${PLACE.office}`));
    });
    await rows().first().getByRole('button').click();
    const details = await trail().locator('tr[data-details]').innerText();
    assert.match(details, /127\.0\.0\.1/);
    assert.ok(details.includes(visit.id) && !details.includes(RESIDENTS[0].kana), details);
  });

  await step('who was refused is found', async () => {
    await trail().locator('input[name=visit]').fill('');
    await trail().locator('select[name=kind]').selectOption('');
    await trail().locator('select[name=outcome]').selectOption('refused');
    await button(trail(), 'しらべる').click();
    await until('the bad token and the desk', async () => {
      const all = (await rows().allInnerTexts()).join('\n');
      return all.includes('token.refused') && all.includes('audit.read') && all.includes(`desk:${PLACE.doctor}`);
    });
  });

  await step('the chain is verified, and the review noted', async () => {
    await button(trail(), 'いま 確かめる').click();
    await says(admin.page, /件を確かめました。変えられたところはありません/, { within: 10_000 });
    await trail().getByLabel('気づいたこと（書かなくても よい）').fill('十一月分');
    await trail().getByRole('button', { name: /番まで 点検した/ }).click();
    await says(admin.page, /admin:adminが\d+番まで点検/, { within: 10_000 });
    assert.match(await trail().innerText(), /十一月分/);
  });

  await step('an export warns first, and is a file', async () => {
    await button(trail(), '取り出す').click();
    await says(admin.page, /IPアドレスなど/);
    const [file] = await Promise.all([admin.page.waitForEvent('download'), button(trail(), '表（CSV）で 取り出す').click()]);
    assert.equal(file.suggestedFilename(), 'audit.csv');
    await until('the export is noted', async () => (await noted('audit.export')) === 1);
  });

  await step('it can be read by everybody, in three languages and two sizes', async () => {
    const bad = [];
    for (const [language, name, size] of [['ja', '監査の記録', { width: 1920, height: 1080 }], ['easy', /記録/, { width: 1280, height: 800 }], ['en', 'Audit trail', { width: 1280, height: 800 }]]) {
      await admin.page.getByRole('combobox').first().selectOption(language);
      await admin.page.setViewportSize(size);
      const region = admin.page.locator('[data-audit=state]');
      await region.scrollIntoViewIfNeeded();
      await world.artefacts.picture(admin.page, `trail-${language}-${size.width}`);
      if (language !== 'easy') bad.push(...(await faults(admin.page, { ...LEAST.admin, axe: language === 'ja' })).map((fault) => `${language} (${name}): ${fault}`));
    }
    assert.deepEqual(bad, []);
  });
});
