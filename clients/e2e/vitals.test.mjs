// Readings: staff bind a cuff and an oximeter to the booth; in the consultation the doctor asks for both, they come by themselves, and
// a third is typed by hand. The desk confirms, downloads FHIR after a warning, and after the goodbye nothing of it is left.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { BLUETOOTH_FLAGS, openRadio } from './lib/bluetooth.mjs';
import { idle, leaveGoodbye } from './lib/booth.mjs';
import { end } from './lib/desk.mjs';
import { says } from './lib/screen.mjs';
import { button, containing } from './lib/seats.mjs';
import { PLACE, consult } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

/** 184 over 98, mean 127, pulse 71, irregular, measured at this moment by the cuff's own clock, which is Japanese. */
function pressureNow() {
  const now = new Date(Date.now() + 9 * 3_600_000);
  const stamp = Buffer.alloc(7);
  stamp.writeUInt16LE(now.getUTCFullYear());
  stamp.set([now.getUTCMonth() + 1, now.getUTCDate(), now.getUTCHours(), now.getUTCMinutes(), now.getUTCSeconds()], 2);
  return `16b80062007f00${stamp.toString('hex')}47000400`;
}

/** 97 percent at 70 beats, without a clock. */
const SATURATION = '0061004600';
/** Values that stand nowhere else, to be looked for afterwards. */
const MARKS = [/(?<![\w.-])184(?![\w.-])/, /(?<![\w.-])36\.8(?![\w-])/];
const LARGE = { width: 1920, height: 1080 };
const SMALL = { width: 1280, height: 800 };

let world;

before(async () => {
  world = await openWorld('vitals', { args: ['--sealed'] });
});

after(() => world?.close());

/** Judges a booth's screen and keeps its picture; `large`: at the size of a large panel too, which takes its time. */
async function lookAtBooth(booth, what, { large = false } = {}) {
  if (large) {
    await booth.page.setViewportSize(LARGE);
    await world.look(booth, `${what}-1920`);
    await booth.page.setViewportSize(SMALL);
  }
  await world.look(booth, what);
}

function desksRow(desk, kind) {
  return desk.page.locator(`[data-reading="${kind}"]`);
}

test('what was measured in the booth is seen at the desk, and left nowhere', async (t) => {
  const step = world.story(t);
  const booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident', flags: BLUETOOTH_FLAGS });
  const radio = await openRadio(booth);
  const cuff = await radio.device({ address: '09:09:09:09:09:01', name: 'Cuff A-2', service: 0x1810, characteristic: 0x2a35 });
  const finger = await radio.device({ address: '09:09:09:09:09:02', name: 'Finger P-1', service: 0x1822, characteristic: 0x2a5e });
  const desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
  await desk.page.setViewportSize({ width: 1366, height: 768 });
  let saved;

  await step('staff bind a cuff and an oximeter before anybody comes', async () => {
    await button(booth.page, '局員用：機械').click();
    await says(booth.page, 'まだ 登録していません');
    cuff.choose();
    await button(booth.page, '血圧 登録する').click();
    await says(booth.page, 'CuffA-2');
    finger.choose();
    await button(booth.page, '酸素 登録する').click();
    await says(booth.page, 'FingerP-1');
    await lookAtBooth(booth, 'devices', { large: true });
    await button(booth.page, 'もどる').click();
    await idle(booth);
  });

  await step('the doctor asks for both, and they come without a dialog or a touch', async (s) => {
    await consult(world, { booth, desk });
    await world.look(desk, 'before');
    await button(desk.page, 'すべてを 測ってもらう').click();
    await says(booth.page, '血圧をはかります');
    await says(booth.page, '機械とつながっています', { within: 10_000 });
    await says(desk.page, '血圧測っています');
    await lookAtBooth(booth, 'blood-pressure', { large: true });
    await cuff.says('00ff07ff07ff07');
    await says(booth.page, 'うまくはかれませんでした');
    await lookAtBooth(booth, 'refused');
    await cuff.says(pressureNow());
    const sent = Date.now();
    await says(desk.page, '184/98');
    s.diagnostic(`at the desk ${Date.now() - sent} ms after the cuff has said it`);
    await lookAtBooth(booth, 'sent');
    await says(booth.page, '酸素をはかります', { within: 10_000 });
    await lookAtBooth(booth, 'oxygen');
    await finger.says(SATURATION);
    await says(desk.page, '酸素97');
    await says(desk.page, '脈が不規則');
    await says(desk.page, '上の血圧がめずらしい値');
  });

  await step('a temperature is typed, looked at and sent', async () => {
    await says(booth.page, '体温をはかります', { within: 10_000 });
    await lookAtBooth(booth, 'temperature');
    await button(booth.page, 'うまくできません').click();
    await lookAtBooth(booth, 'trouble');
    await button(booth.page, '数字を自分で入れる').click();
    for (const key of ['3', '6', '. てん', '8']) await button(booth.page, key).click();
    await lookAtBooth(booth, 'by-hand');
    await button(booth.page, 'つぎへ').click();
    await says(booth.page, 'これでよいですか');
    await lookAtBooth(booth, 'check');
    await button(booth.page, 'はい、送る').click();
    await says(desk.page, '36.8');
    await says(booth.page, '体重をはかります', { within: 10_000 });
    await lookAtBooth(booth, 'weight');
  });

  await step('the weight is shown to the camera, and the doctor types it', async () => {
    await button(booth.page, 'うまくできません').click();
    await booth.page.getByRole('button', { name: containing('カメラで') }).click();
    await says(desk.page, 'カメラに見せています');
    await lookAtBooth(booth, 'camera');
    await button(desk.page, '読んだ値を入れる').click();
    const dialog = desk.page.getByRole('dialog');
    await button(dialog, '体重').click();
    await dialog.getByRole('textbox').fill('63.4');
    await world.look(desk, 'enter');
    await button(dialog, '加える').click();
    await says(desk.page, '63.4');
    await button(booth.page, 'おわりました').click();
    await until('the booth shows the doctor again', async () => (await booth.page.locator('[data-measure]').count()) === 0);
  });

  await step('each is confirmed, and the confirmed ones are saved as FHIR after a warning', async () => {
    for (const what of ['血圧', '酸素']) await button(desk.page, `${what}を確認する`).click();
    await world.look(desk, 'readings');
    await button(desk.page, 'FHIR で 保存').click();
    await says(desk.page, '暗号にならずに');
    await world.look(desk, 'warning');
    const download = desk.page.waitForEvent('download');
    await button(desk.page, '保存する').click();
    saved = JSON.parse(await readFile(await (await download).path(), 'utf8'));
    const codes = saved.entry.map(({ resource }) => resource.code.coding[0].code);
    assert.deepEqual(codes.toSorted(), ['2708-6', '29463-7', '8867-4', '8867-4', '85354-9'].toSorted());
    const pressure = saved.entry.find(({ resource }) => resource.code.coding[0].code === '85354-9').resource;
    assert.deepEqual(pressure.component.map(({ valueQuantity }) => [valueQuantity.value, valueQuantity.code]), [[184, 'mm[Hg]'], [98, 'mm[Hg]'], [127, 'mm[Hg]']]);
    assert.equal(pressure.device.display, 'Cuff A-2');
    assert.ok(!JSON.stringify(saved).includes('36.8'), 'what was not confirmed is not saved');
  });

  await step('a desk that is loaded again is told everything again, and nobody else was', async () => {
    await desk.page.reload();
    await says(desk.page, '184/98', { within: 20_000 });
    assert.equal(await desksRow(desk, 'blood-pressure').count(), 1);
  });

  await step('after the goodbye nothing of it is left', async () => {
    await end(desk);
    await leaveGoodbye(booth);
    await idle(booth);
    for (const { page } of [booth, desk]) {
      const kept = await page.evaluate(() => window.traces.all());
      assert.deepEqual(kept.filter(([, text]) => MARKS.some((mark) => mark.test(text))), []);
    }
    const log = await readFile(world.artefacts.path('program.log'), 'utf8');
    assert.deepEqual(log.split('\n').filter((line) => MARKS.some((mark) => mark.test(line)) || line.includes('184/98')), [], 'the server has never had it');
  });

  await step('every screen could be read by everybody', () => world.allReadable());
});
