// What an office gives, for everybody to read, and an administrator who suspends one of its services.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { says } from './lib/screen.mjs';
import { button } from './lib/seats.mjs';
import { PLACE } from './lib/visit.mjs';
import { openWorld } from './lib/world.mjs';

let world;
let admin;
let reader;

before(async () => {
  world = await openWorld('catalogue');
  admin = await world.person('admin', { app: 'admin', seat: 'admin' });
  reader = await world.person('reader', { app: 'counter', seat: PLACE.office });
});

after(() => world?.close());

test('what an office gives and who takes it out of the offer', async (t) => {
  const step = world.story(t);
  const office = `${world.url}/offices/${PLACE.office}`;

  await step('anybody reads the page of an office in three languages, on the screen and on paper', async () => {
    for (const [lang, words] of [['ja', '汐待もりた医院'], ['easy', 'やって います'], ['en', 'Medical consultation']]) {
      await reader.page.goto(`${office}?lang=${lang}`);
      await says(reader.page, words);
      await world.look(reader, `office-${lang}`);
    }
    await reader.page.emulateMedia({ media: 'print' });
    await world.look({ ...reader, app: 'paper' }, 'office-print');
    assert.equal(await reader.page.locator('nav').isVisible(), false, 'the choice of language is not printed');
    await reader.page.emulateMedia({ media: 'screen' });
    await reader.page.setViewportSize({ width: 360, height: 740 });
    await world.look(reader, 'office-narrow');
  });

  await step('the papers of a facility come as PDF', async () => {
    for (const [name, file] of [['届出書（記載事項）', 'notification'], ['掲示', 'notice'], ['利用料', 'fees'], ['急変の手順', 'emergency']]) {
      const [kept] = await Promise.all([admin.page.waitForEvent('download'), admin.page.getByRole('button', { name: `${name} 汐待浜郵便局` }).click()]);
      assert.equal(kept.suggestedFilename(), `shiomachihama-${file}.pdf`);
      const text = await readFile(await kept.path());
      assert.equal(text.subarray(0, 5).toString('latin1'), '%PDF-');
      assert.ok(text.length > 20_000, `${file} has ${text.length} bytes`);
    }
  });

  await step('the administrator suspends a service, with the reason', async () => {
    await says(admin.page, '局ごとの相談と根拠');
    await says(admin.page, 'お知らせを送る先は決めてありません');
    await world.look(admin, 'offers');
    await admin.page.getByRole('button', { name: '休止する 汐待浜郵便局 診療' }).click();
    await says(admin.page, '診療を休止しますか');
    await admin.page.getByRole('textbox', { name: '理由' }).fill('汐待市から 連絡が あったため');
    await world.look(admin, 'suspend');
    await button(admin.page, '休止する').click();
    await says(admin.page, '休止中');
    await world.look(admin, 'suspended');
  });

  await step('the page of the office says so within a second, and nothing can be booked', async () => {
    await reader.page.goto(`${office}?lang=ja`);
    await says(reader.page, 'いまは休止しています', { within: 1_000 });
    const answer = await fetch(`${world.url}/v1/offices/${PLACE.office}/days?leg=medical@morita&days=3`);
    const { days } = await answer.json();
    assert.deepEqual(days.map((day) => [day.free, day.reason?.code]), Array.from({ length: 3 }, () => [0, 'service-suspended']));
  });

  await step('it is resumed', async () => {
    await admin.page.getByRole('button', { name: '再開する 汐待浜郵便局 診療' }).click();
    await admin.page.getByRole('textbox', { name: '理由' }).fill('市の 確認が 済んだため');
    await button(admin.page, '再開する').click();
    await says(admin.page, /実施中/);
    await reader.page.reload();
    await says(reader.page, '行っています');
    const answer = await fetch(`${world.url}/v1/offices/${PLACE.office}/days?leg=medical@morita&days=1`);
    assert.ok((await answer.json()).days[0].free > 0);
  });

  await step('everything could be read by everybody', () => world.allReadable());
});
