// A visit with everybody in it: the resident is called, a family member is invited, the talk is paused, the doctor has a
// word with the pharmacist that the resident does not hear, hands over without a gap, is recalled, and an emergency is raised.
// It listens at length in five browsers, so it is run by name: node e2e/run.mjs --bench rooms.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { becomeReady, leaveGoodbye } from './lib/booth.mjs';
import { admit, choose, chooseMore, end, seesSomebody } from './lib/desk.mjs';
import { hears, isSilent, listen } from './lib/hearing.mjs';
import { says, wordsOf } from './lib/screen.mjs';
import { button, containing } from './lib/seats.mjs';
import { received } from './lib/seeing.mjs';
import { ABSENT, likeness } from './lib/sound.mjs';
import { traces } from './lib/traces.mjs';
import { arrive, GUIDANCE, MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

/** Longest the resident may be without sound or picture while one professional hands over to the next, in milliseconds. */
const gapAllowed = 1000;

let world;

before(async () => {
  world = await openWorld('rooms');
});

after(() => world?.close());

/** Notes every 20 ms what a page has decoded so far; returns the longest time without new frames and without new sound. */
async function watchGaps({ page }) {
  await page.evaluate(() => {
    const { gaps } = (window.roomsGaps = { gaps: { frames: 0, sound: 0 }, over: false });
    const last = { frames: [performance.now(), -1], sound: [performance.now(), -1] };
    const look = async () => {
      const { framesDecoded, audioPackets } = await window.measure.received();
      const now = performance.now();
      for (const [name, count] of [['frames', framesDecoded], ['sound', audioPackets]]) {
        if (count === last[name][1]) continue;
        if (last[name][1] >= 0) gaps[name] = Math.max(gaps[name], now - last[name][0]);
        last[name] = [now, count];
      }
      if (!window.roomsGaps.over) setTimeout(look, 20);
    };
    void look();
  });
  return () =>
    page.evaluate(() => {
      window.roomsGaps.over = true;
      return window.roomsGaps.gaps;
    });
}

/** Shows that none of these voices is in what somebody hears, and tells how near the nearest came. */
async function hearsNothingOf(ear, mouths) {
  const heard = await listen(ear.page, 4);
  const found = mouths.map((mouth) => [mouth.who, likeness(heard, mouth.media.clip).best]);
  for (const [who, best] of found) assert.ok(best < ABSENT, `${ear.who} hears ${who}: ${best}`);
  return found.map(([who, best]) => `${who} ${best.toFixed(1)}`).join(', ');
}

const dialog = (page) => page.getByRole('alertdialog').or(page.getByRole('dialog'));

/** Asks another desk in, in private or not. */
async function askIn(desk, name, how) {
  await chooseMore(desk, 'ほかの席の 人に 相談する');
  await dialog(desk.page).getByRole('button', { name: containing(name) }).click();
  await dialog(desk.page).getByRole('button', { name: containing(how) }).click();
  await world.look(desk, `asks-in-${how.length}`);
  await button(dialog(desk.page), '来てもらう').click();
}

test('a visit with family, a private word, a handover without a gap, a recall and an emergency', async (t) => {
  const step = world.story(t);
  const resident = RESIDENTS[1];
  let appointment;
  let booth;
  let doctor;
  let pharmacist;
  let family;
  let link;
  const DOCTOR = '森田';
  const CHEMIST = '汐崎';

  await step('the resident waits, is called, and let in', async () => {
    ({ appointment } = await arrive(world.url, { legs: [MEDICAL, GUIDANCE], resident }));
    booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident' });
    doctor = await world.person('doctor', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
    pharmacist = await world.person('pharmacist', { app: 'desk', seat: appointment.legs[1].desk, face: 'pharmacist' });
    await becomeReady(booth);
    await choose(doctor, resident.kana);
    await button(doctor.page, '呼ぶ').click();
    await says(booth.page, `${DOCTOR}先生が お呼びです`);
    await says(doctor.page, '呼びました');
    await Promise.all([
      world.look(booth, 'called'),
      world.look(doctor, 'has-called'),
    ]);
    await admit(doctor);
    await Promise.all([seesSomebody(booth), seesSomebody(doctor)]);
  });

  await step('a family member comes by a link, stands at the gate named, and is let in', async () => {
    await chooseMore(doctor, '人を 招く');
    await dialog(doctor.page).getByRole('textbox').fill('磯部 健');
    await world.look(doctor, 'invite');
    await button(dialog(doctor.page), 'リンクを 作る').click();
    link = await dialog(doctor.page).locator('[data-link]').textContent({ timeout: 10_000 });
    assert.match(link, /\/guest\/#[\w-]+$/, 'the code is behind the #');
    await world.look(doctor, 'invite-link');
    await button(dialog(doctor.page), '閉じる').click();
    family = await world.person('family', { app: 'guest', seat: '', face: 'doctor' });
    await says(family.page, 'リンクを 開いてください');
    await world.look(family, 'no-link');
    await family.page.goto('about:blank');
    await family.page.goto(link);
    await world.look(family, 'invited');
    await button(family.page, 'はじめる').click();
    await says(family.page, '入口で お待ちください');
    await says(family.page, `医師${DOCTOR}`);
    assert.ok(!(await family.page.evaluate(() => location.href)).includes(link.split('#')[1]), 'the code is not in the address any more');
    await says(doctor.page, 'ご家族磯部健');
    await says(booth.page, /磯部健?さん（ご家族）が入るのを待っています/);
    await until('the guest is connected', async () => (await received(family.page)).connected === 1);
    assert.equal((await received(family.page)).packetsReceived, 0, 'nothing passes the gate');
    await Promise.all([
      world.look(family, 'gate'),
      world.look(booth, 'guest-at-gate'),
      world.look(doctor, 'guest-at-gate'),
    ]);
    await doctor.page.getByRole('button', { name: containing('磯部 健を 入れる') }).click();
    await seesSomebody(family);
    await says(family.page, `ご本人（ブース）`);
    await Promise.all([
      world.look(family, 'talk'),
      world.look(doctor, 'with-guest'),
      world.look(booth, 'with-guest'),
    ]);
  });

  await step('a reload brings the guest back, and the link is good no more', async () => {
    await family.page.reload();
    await seesSomebody(family);
    const stranger = await world.person('stranger', { app: 'guest', seat: '' });
    await stranger.page.goto('about:blank');
    await stranger.page.goto(link);
    await button(stranger.page, 'はじめる').click();
    await says(stranger.page, 'この リンクは もう 使えません');
    await world.look(stranger, 'spent');
    await stranger.close();
  });

  await step('the resident pauses: nobody sees or hears, and only the resident goes on', async () => {
    await button(booth.page, 'すこし 止める').click();
    await says(booth.page, 'だれにも 届いていません');
    await says(doctor.page, 'ご本人が 止めています');
    await says(family.page, 'お話を 止めています');
    await until('nobody hears anything', async () => (await Promise.all([booth, doctor, family].map(({ page }) => isSilent(page)))).every(Boolean));
    await Promise.all([
      world.look(booth, 'paused'),
      world.look(doctor, 'paused'),
      world.look(family, 'paused'),
    ]);
    assert.equal(await button(doctor.page, 'お話に 戻る').count(), 0, 'the doctor cannot go on');
    await button(booth.page, 'お話に もどる').click();
    await seesSomebody(booth);
  });

  await step('doctor and pharmacist have a word: the resident hears neither, and neither hears the resident', async (own) => {
    await askIn(doctor, CHEMIST, '2人だけで 話す');
    await says(pharmacist.page, `医師${DOCTOR}`);
    await world.look(pharmacist, 'asked');
    await button(pharmacist.page, '相談に 入る').click();
    await says(booth.page, '先生どうしが 話しています');
    await says(booth.page, 'あなたの 声は 聞こえていません');
    await says(doctor.page, '2人で 話しています');
    await Promise.all([
      hears(pharmacist.page, { name: 'pharmacist', theirs: doctor.media.clip, own: pharmacist.media.clip, keep: world.artefacts.keep }),
      hears(doctor.page, { name: 'doctor', theirs: pharmacist.media.clip, own: doctor.media.clip, keep: world.artefacts.keep }),
    ]);
    const [first, second] = await Promise.all([hearsNothingOf(doctor, [booth]), hearsNothingOf(pharmacist, [booth])]);
    own.diagnostic(`of the resident, the doctor hears: ${first} σ, the pharmacist: ${second} σ (a voice that is there: over 14)`);
    assert.ok(await isSilent(booth.page), 'the resident hears nothing');
    assert.ok(await isSilent(family.page), 'nor does the family');
    await Promise.all([
      world.look(booth, 'aside'),
      world.look(doctor, 'aside'),
      world.look(pharmacist, 'aside'),
      world.look(family, 'aside'),
    ]);
  });

  await step('all talk together, and the handover leaves the resident no gap', async (own) => {
    await button(doctor.page, 'みんなで 話す').click();
    await says(booth.page, CHEMIST);
    await seesSomebody(booth);
    await world.look(booth, 'together');
    const gaps = await watchGaps(booth);
    await button(doctor.page, '薬剤師へ 引き継ぐ').click();
    await world.look(doctor, 'handover-now');
    await button(dialog(doctor.page), '引き継ぐ').click();
    await says(doctor.page, '引き継ぎました');
    await seesSomebody(pharmacist);
    await hears(booth.page, { name: 'booth', theirs: pharmacist.media.clip, own: booth.media.clip, keep: world.artefacts.keep });
    const { frames, sound } = await gaps();
    own.diagnostic(`longest gap in the booth across the handover: picture ${frames.toFixed(0)} ms, sound ${sound.toFixed(0)} ms`);
    assert.ok(frames < gapAllowed && sound < gapAllowed, `gap of ${frames} ms in pictures, ${sound} ms in sound`);
    assert.equal((await received(doctor.page)).peers, 0, 'the doctor has no connection any more');
    assert.ok(await isSilent(doctor.page), 'the doctor hears nothing');
    assert.ok(!(await wordsOf(booth.page)).includes(`${DOCTOR}先生と`), 'the doctor is named as present no more');
  });

  await step('the pharmacist lets the family in again and recalls the doctor', async (own) => {
    await pharmacist.page.getByRole('button', { name: containing('磯部 健を 入れる') }).click();
    await seesSomebody(family);
    await says(family.page, '薬剤師');
    await askIn(pharmacist, DOCTOR, '2人だけで 話す');
    await button(doctor.page, '相談に 入る').click();
    await says(booth.page, '先生どうしが 話しています');
    await hears(doctor.page, { name: 'doctor-recalled', theirs: pharmacist.media.clip, own: doctor.media.clip, keep: world.artefacts.keep });
    own.diagnostic(`the doctor, recalled, of the resident: ${await hearsNothingOf(doctor, [booth])}`);
    await button(doctor.page, '相談を 終えて 出る').click();
    await seesSomebody(booth);
    await until('the doctor has no connection any more', async () => (await received(doctor.page)).peers === 0);
  });

  await step('staff comes in: nothing is heard until both sides have accepted it', async () => {
    await button(booth.page, '係を呼ぶ').click();
    await button(booth.page, '局の人が入りました').click();
    await says(booth.page, '局の人も いっしょに 聞いて よいですか');
    await until('the booth hears nothing', () => isSilent(booth.page));
    await Promise.all([
      world.look(booth, 'staff'),
      world.look(pharmacist, 'staff'),
    ]);
    await button(booth.page, 'はい、いっしょに聞きます').click();
    await button(pharmacist.page, 'いっしょに 聞いてよい').click();
    await says(booth.page, '局の人も聞いています');
    await seesSomebody(booth);
    await world.look(booth, 'staff-listens');
    await button(booth.page, '局の人は出ました').click();
  });

  await step('an emergency takes two touches in two places, and both sides have the sheet', async () => {
    await button(booth.page, '緊急').click();
    await says(booth.page, '緊急を 知らせますか');
    await button(booth.page, '緊急を知らせる').waitFor();
    await world.look(booth, 'emergency-sure');
    await button(booth.page, 'いいえ、もどる').click();
    await seesSomebody(booth);
    await button(booth.page, '緊急').click();
    await button(booth.page, '緊急を知らせる').click();
    for (const { page } of [booth, pharmacist]) {
      const words = await says(page, '緊急です');
      for (const part of ['汐待浜一丁目1番1号', '汐待市民病院', '0999-00-1001', '119']) assert.ok(words.includes(part), `${part} in ${words}`);
    }
    await Promise.all([
      world.look(booth, 'emergency'),
      world.look(pharmacist, 'emergency'),
    ]);
    await button(booth.page, '話にもどる').click();
    await button(dialog(pharmacist.page), '話にもどる').click();
    await world.look(booth, 'emergency-stands');
    await button(pharmacist.page, '緊急を終える').click();
    await button(dialog(pharmacist.page), '緊急を終える').click();
    await until('it is over', async () => !(await wordsOf(booth.page)).includes('緊急を知らせています'));
  });

  await step('the pharmacist ends, and nothing of it is left', async () => {
    await end(pharmacist);
    await says(family.page, '相談が 終わりました');
    await leaveGoodbye(booth);
    await says(booth.page, 'ここから はじめる', { within: 20_000 });
    const code = link.split('#')[1];
    assert.deepEqual(await traces(family, [code, '磯部']), []);
    assert.deepEqual(await traces(booth, [...resident.kana.split(' '), resident.phone, '磯部']), []);
  });

  await step('every screen could be read by everybody', () => world.allReadable());
});
