// More than two in a room, and a line that gets worse and worse: a second booth, guests, sound only, the telephone.

import assert from 'node:assert/strict';
import { becomeReady } from './lib/booth.mjs';
import { chooseMore, seesSomebody } from './lib/desk.mjs';
import { dialog, saysNoMore } from './lib/question.mjs';
import { says, wordsOf } from './lib/screen.mjs';
import { button, containing } from './lib/seats.mjs';
import { arrive, MEDICAL, PLACE, RESIDENTS } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';

/** How long a line has to be poor until pictures rest, and lost until the telephone is named; milliseconds, with some room. */
const SOUND_ONLY_WITHIN = 75_000;
const TELEPHONE_WITHIN = 45_000;

/**
 * A second booth waits for the desk that talks, is taken into the room, and goes back to its queue.
 *
 * @param {import('./lib/world.mjs').World} world
 * @param {(person: any, what: string) => Promise<void>} look at a screen
 * @param {{booth: any, doctor: any}} people in a consultation
 */
export async function groupOfTwo(world, look, { booth, doctor }) {
  const { appointment } = await arrive(world.url, { legs: [MEDICAL], resident: RESIDENTS[3], booth: PLACE.otherBooth });
  const second = await world.person('second', { app: 'booth', seat: PLACE.otherBooth, face: 'pharmacist' });
  await becomeReady(second);
  await chooseMore(doctor, 'グループで 話す');
  await says(doctor.page, `${appointment.number}番ブース2`);
  await look(doctor, 'group');
  await button(dialog(doctor), `${appointment.number}番 ブース2を 入れる`).click();
  await button(dialog(doctor), `${appointment.number}番 ブース2を 列に 戻す`).waitFor();
  await button(dialog(doctor), '閉じる').click();
  await Promise.all([booth, doctor, second].map(seesSomebody));
  for (const [one, other] of [[booth, 'ブース2の方'], [second, 'ブース1の方']]) {
    const people = /見て聞いている人(.*)とあなただけ/.exec(await wordsOf(one.page))?.[1].split('と') ?? [];
    assert.deepEqual(people.toSorted(), [other, '森田先生'].toSorted(), one.who);
  }
  await says(doctor.page, 'ご本人・ブース2の方・あなた');
  await Promise.all([look(booth, 'group'), look(doctor, 'with-group'), look(second, 'group')]);
  await chooseMore(doctor, 'グループで 話す');
  await button(dialog(doctor), `${appointment.number}番 ブース2を 列に 戻す`).click();
  await button(dialog(doctor), '閉じる').click();
  await says(second.page, 'お待ちください');
  await says(booth.page, '森田先生と あなただけ');
  await second.close();
}

/** Somebody comes by a link and is let in. */
async function letIn(world, doctor, who, { role, name }) {
  await chooseMore(doctor, '人を 招く');
  await button(dialog(doctor), role).click();
  await dialog(doctor).getByRole('textbox').fill(name);
  await button(dialog(doctor), 'リンクを 作る').click();
  const link = await dialog(doctor).locator('[data-link]').textContent({ timeout: 10_000 });
  await button(dialog(doctor), '閉じる').click();
  const guest = await world.person(who, { app: 'guest', seat: '', face: 'doctor' });
  await guest.page.goto('about:blank');
  await guest.page.goto(link);
  await button(guest.page, 'はじめる').click();
  await doctor.page.getByRole('button', { name: containing(`${name}を 入れる`) }).click({ timeout: 20_000 });
  await seesSomebody(guest);
  return guest;
}

/** With three other people on the screen, everything of the own picture is in sight. */
export async function guestsComeIn(world, look, { booth, doctor }) {
  const family = await letIn(world, doctor, 'family', { role: 'ご家族', name: '磯部 健' });
  await Promise.all([look(booth, 'with-one-guest'), look(doctor, 'with-one-guest')]);
  const interpreter = await letIn(world, doctor, 'interpreter', { role: '通訳', name: '王 麗' });
  await says(booth.page, '王麗さん（通訳）');
  await seesSomebody(booth);
  await Promise.all([look(booth, 'with-two-guests'), look(doctor, 'with-two-guests'), look(family, 'talk')]);
  const over = await booth.page.getByRole('region', { name: 'いまの 画面' }).evaluate((e) => e.scrollHeight - e.clientHeight);
  assert.ok(over <= 1, `${over} px of the booth have to be scrolled to`);
  await interpreter.close();
  await family.close();
}

/** The line gets worse: weak, then sound only, then nothing; and it comes back. */
export async function lineGivesWay(look, { booth, doctor, line }) {
  await line.lose(20);
  await says(booth.page, 'いまは 声だけで つながっています', { within: SOUND_ONLY_WITHIN });
  await says(doctor.page, 'いまは 声だけ', { within: 15_000 });
  await Promise.all([look(booth, 'sound-only'), look(doctor, 'sound-only')]);
  await line.cut(true);
  await booth.page.locator('[data-telephone]').waitFor({ timeout: TELEPHONE_WITHIN });
  await doctor.page.locator('[data-telephone]').waitFor({ timeout: TELEPHONE_WITHIN });
  await says(booth.page, '0999-00-1234');
  await says(doctor.page, '0999-00-1001');
  await Promise.all([look(booth, 'telephone'), look(doctor, 'telephone')]);
  await line.cut(false);
  await until('both are connected again', async () => (await booth.page.locator('[data-telephone]').count()) === 0
    && (await doctor.page.locator('[data-telephone]').count()) === 0, { within: 40_000 });
  await saysNoMore(booth, '電話でも');
}
