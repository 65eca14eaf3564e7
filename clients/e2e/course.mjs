// The course of a visit as desk and counter conduct it: staff in the booth, called, put back, paused, an emergency, passed on
// without a word and with one. Told once in `make test`, and once more as a bench with every screen in every language and size.

import assert from 'node:assert/strict';
import { groupOfTwo } from './company.mjs';
import { becomeReady } from './lib/booth.mjs';
import { dialog, saysNoMore } from './lib/question.mjs';
import { admit, choose, chooseMore, end, seesSomebody } from './lib/desk.mjs';
import { isSilent } from './lib/hearing.mjs';
import { says } from './lib/screen.mjs';
import { button } from './lib/seats.mjs';
import { received } from './lib/seeing.mjs';
import { arrive, MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';

const RESIDENT = RESIDENTS[2];
const DOCTOR = '森田';
const CHEMIST = '汐崎';

/**
 * @param {import('node:test').TestContext} t
 * @param {import('./lib/world.mjs').World} world
 * @param {(person: any, what: string) => Promise<void>} look at a screen
 */
export async function courseOfAVisit(t, world, look) {
  const step = world.story(t);
  let booth;
  let doctor;
  let counter;
  let lobby;
  let pharmacist;
  let number;

  await step('staff sees the resident in: booth, desk and counter say so, and that no voice is connected', async () => {
    const { appointment } = await arrive(world.url, { legs: [MEDICAL], resident: RESIDENT });
    number = String(appointment.number);
    [booth, doctor, counter, lobby] = await Promise.all([
      world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' }),
      world.person('doctor', { app: 'desk', seat: PLACE.doctor, face: 'doctor' }),
      world.person('counter', { app: 'counter', seat: PLACE.office }),
      world.person('lobby', { app: 'lobby', seat: PLACE.office }),
    ]);
    await button(counter.page, '局の人が 入りました').click({ timeout: 20_000 });
    await becomeReady(booth);
    const words = await says(booth.page, '局の人が 中に います');
    assert.ok(words.includes('声はつながりません'), words);
    await choose(doctor, RESIDENT.kana);
    await says(doctor.page, '局の人が ブースに います');
    await says(counter.page, '局の人が 中に います');
    await Promise.all([look(booth, 'staff-inside'), look(doctor, 'staff-inside'), look(counter, 'staff-inside')]);
    await button(counter.page, '局の人は 出ました').click();
    await saysNoMore(booth, '局の人が 中に います');
    await saysNoMore(doctor, '局の人が ブースに います');
  });

  await step('the desk calls: the booth is told, and the lobby shows the number and nothing else of anybody', async () => {
    await button(doctor.page, '呼ぶ').click();
    await says(booth.page, `${DOCTOR}先生が お呼びです`);
    const shown = await says(lobby.page, /お入りください|入ってください|Pleasecomein/);
    assert.ok(shown.includes(number), shown);
    for (const part of [...RESIDENT.kana.split(' '), DOCTOR, '医院', '診療']) assert.ok(!shown.includes(part), `${part} in ${shown}`);
    await Promise.all([look(booth, 'called'), look(lobby, 'called'), look(doctor, 'summoned')]);
  });

  await step('put back into the queue for ten minutes, the booth says when, and the desk has its hands free', async () => {
    await button(doctor.page, '列に 戻す・あとで 呼ぶ').click();
    await look(doctor, 'requeue');
    await button(dialog(doctor), '10分あと').click();
    await says(booth.page, 'のちほど もう一度 お呼びします');
    await says(doctor.page, '列に 戻しました');
    await says(doctor.page, /\d+:\d\dごろまた呼ぶ/);
    await Promise.all([look(booth, 'later'), look(doctor, 'day-later')]);
  });

  await step('let in earlier all the same; the desk pauses, nobody hears anything, and only the desk goes on', async () => {
    await choose(doctor, RESIDENT.kana);
    await admit(doctor);
    await Promise.all([seesSomebody(booth), seesSomebody(doctor)]);
    await chooseMore(doctor, 'すこし 止める');
    await look(doctor, 'pause');
    await button(dialog(doctor), '調べもの').click();
    await says(booth.page, `${DOCTOR}先生が お話を 止めました`);
    await until('nobody hears anything', async () => (await isSilent(booth.page)) && (await isSilent(doctor.page)));
    assert.equal(await button(booth.page, 'お話に もどる').count(), 0);
    await Promise.all([look(booth, 'paused-by-desk'), look(doctor, 'paused')]);
    await button(doctor.page, 'お話に 戻る').click();
    await Promise.all([seesSomebody(booth), seesSomebody(doctor)]);
  });

  await step('staff comes in from the counter: nothing is heard until both agree', async () => {
    await button(counter.page, '局の人が 入りました').click();
    await says(booth.page, '局の人も いっしょに 聞いて よいですか');
    await until('the booth hears nothing', () => isSilent(booth.page));
    await look(doctor, 'staff-asks');
    await button(booth.page, 'はい、いっしょに聞きます').click();
    await button(doctor.page, 'いっしょに 聞いてよい').click();
    await seesSomebody(booth);
    await says(doctor.page, '局の人も ブースで 聞いています');
    await Promise.all([look(booth, 'staff-listens'), look(doctor, 'staff-listens')]);
    await button(counter.page, '局の人は 出ました').click();
    await saysNoMore(booth, '局の人も 聞いています');
  });

  await step('counter and desk put the booth right from where they are, and the talk goes on', async () => {
    await button(booth.page, '音を 小さくする').click();
    await button(booth.page, '音を 小さくする').click();
    const loud = async () => (await booth.page.getByRole('group', { name: '音量' }).getByRole('status').textContent()).replaceAll(/\s/g, '');
    assert.equal(await loud(), '6のうち2');
    await button(counter.page.getByRole('region', { name: 'ブース1', exact: true }), '画面を 直す').click();
    await button(dialog(counter), 'ブースの音量を もどす').click();
    await says(counter.page, 'ブースから「しました」と 返事が ありました');
    await until('the volume is back', async () => (await loud()) === '6のうち4');
    await look(counter, 'remote');
    await button(dialog(counter), '閉じる').click();
    await chooseMore(doctor, 'ブースの 画面を 直す');
    await look(doctor, 'remote');
    await button(dialog(doctor), 'ブースの画面を 読み込み直す').click();
    await says(doctor.page, 'ブースから「しました」と 返事が ありました');
    await button(dialog(doctor), '閉じる').click();
    await Promise.all([seesSomebody(booth), seesSomebody(doctor)]);
  });

  await step('an emergency by the desk takes two touches in two places, and covers the counter', async () => {
    await button(doctor.page, '緊急').click();
    await button(dialog(doctor), '緊急を知らせる').waitFor();
    await world.look(doctor, 'emergency-sure');
    await button(dialog(doctor), 'いいえ、もどる').click();
    await saysNoMore(doctor, '緊急を 知らせますか');
    assert.equal(await counter.page.getByRole('alertdialog').count(), 0, 'one touch raises nothing');
    await button(doctor.page, '緊急').click();
    await button(dialog(doctor), '緊急を知らせる').click();
    for (const one of [booth, doctor, counter]) {
      const words = await says(one.page, '汐待市民病院');
      for (const part of ['汐待浜一丁目1番1号', '0999-00-1001', '119']) assert.ok(words.includes(part), `${one.who}: ${part} in ${words}`);
    }
    await until('the counter rings', async () => !(await isSilent(counter.page)));
    await Promise.all([look(booth, 'emergency'), look(doctor, 'emergency'), look(counter, 'emergency-cover')]);
  });

  await step('the counter answers, and calms it only when asked once more', async () => {
    await button(dialog(counter), 'すぐ 行きます').click();
    await until('the ringing stops', () => isSilent(counter.page));
    await look(counter, 'emergency-stands');
    await button(counter.page, '緊急を終える').click();
    await says(counter.page, '緊急を 終えますか');
    await look(counter, 'calm-sure');
    await button(dialog(counter), 'いいえ、もどる').click();
    await says(booth.page, '緊急です');
    await button(booth.page, '話にもどる').click();
    await button(dialog(doctor), '話にもどる').click();
    await Promise.all([look(booth, 'emergency-stands'), look(doctor, 'emergency-stands')]);
    await button(counter.page, '緊急を終える').click();
    await button(dialog(counter), '緊急を終える').click();
    await Promise.all([booth, doctor, counter].map((one) => saysNoMore(one, '緊急を知らせています')));
  });

  await step('a word with another desk, which is back by itself after a reload, and then has the visit', async () => {
    pharmacist = await world.person('pharmacist', { app: 'desk', seat: PLACE.pharmacist, face: 'pharmacist' });
    await chooseMore(doctor, 'ほかの席の 人に 相談する');
    await button(dialog(doctor), `薬剤師 ${CHEMIST} 直人`).click();
    await look(doctor, 'confer');
    await button(dialog(doctor), '来てもらう').click();
    await button(pharmacist.page, '相談に 入る').click({ timeout: 20_000 });
    await Promise.all([seesSomebody(pharmacist), says(booth.page, '先生どうしが 話しています')]);
    await pharmacist.page.reload();
    await seesSomebody(pharmacist);
    await Promise.all([look(booth, 'aside'), look(doctor, 'aside'), look(pharmacist, 'asked-in')]);
    await chooseMore(doctor, 'ほかの席へ 渡す');
    await button(dialog(doctor), `薬剤師 ${CHEMIST} 直人`).click();
    await look(doctor, 'pass');
    await button(dialog(doctor), '渡す').click();
    await says(doctor.page, '引き継ぎました');
    await Promise.all([seesSomebody(pharmacist), seesSomebody(booth)]);
    await says(booth.page, `${CHEMIST}さんと あなただけ`);
    assert.equal((await received(doctor.page)).peers, 0, 'the doctor has no connection any more');
  });

  await step('passed on without a word: the resident waits for that desk, and is let in there', async () => {
    await chooseMore(pharmacist, 'ほかの席へ 渡す');
    await button(dialog(pharmacist), `医師 ${DOCTOR} 千尋`).click();
    await button(dialog(pharmacist), '渡す').click();
    await says(booth.page, 'お待ちください');
    await look(booth, 'passed-on');
    await choose(doctor, RESIDENT.kana);
    await admit(doctor);
    await Promise.all([seesSomebody(booth), seesSomebody(doctor)]);
    await pharmacist.close();
  });

  await step('a second booth is taken into the room, everybody named to everybody, and goes back to its queue', async () => {
    await groupOfTwo(world, look, { booth, doctor });
    await end(doctor);
    await says(booth.page, 'おつかれさまでした');
  });
}
