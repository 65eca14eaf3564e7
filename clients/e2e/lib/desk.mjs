// What a professional does at a desk.

import { button, containing } from './seats.mjs';
import { says } from './screen.mjs';
import { until } from './wait.mjs';
import { isAlive, received, remotePictures } from './seeing.mjs';

/** Chooses a waiting resident from the day; the desk connects, nothing of the booth arrives yet. */
export async function choose({ page }, kana) {
  await page.getByRole('button', { name: containing(kana) }).first().click({ timeout: 20_000 });
  await says(page, `${kana} 様`);
}

/** Lets the chosen resident in. */
export async function admit({ page }) {
  await button(page, '迎える').click({ timeout: 20_000 });
}

/** Ends the consultation, answering the question that is asked once. */
export async function end({ page }) {
  await button(page, '終わる').click();
  await button(question(page), '終わる').click();
}

/** Passes the visit on to the pharmacist. */
export async function handOverToPharmacist({ page }) {
  await button(page, '薬剤師へ 引き継ぐ').click();
  await button(question(page), '引き継ぐ').click();
}

function question(page) {
  return page.getByRole('alertdialog').or(page.getByRole('dialog'));
}

/** Chooses one of the things that are behind the menu of a consultation. */
export async function chooseMore({ page }, what) {
  await button(page, 'ほかの こと').click();
  await page.getByRole('menuitem', { name: containing(what) }).click();
}

/** Turns the microphone off if it is on, on if it is off. */
export function toggleMicrophone({ page }) {
  return page.getByRole('button', { name: /^マイク/ }).click();
}

/** Opens the talk column and switches to 筆談. */
export async function openLargeTalk({ page }) {
  await page.getByRole('button', { name: containing('字で話す') }).click();
  await button(page, '筆談').click();
}

/** Writes something and sends it. */
export async function write({ page }, text) {
  await page.getByRole('textbox').fill(text);
  await page.keyboard.press('Enter');
}

/**
 * Waits until a page decodes and shows a moving picture of the other side.
 *
 * @param {{page: import('playwright-core').Page, who: string}} person
 * @returns {Promise<import('./seeing.mjs').Picture>}
 */
export function seesSomebody({ page, who }) {
  return until(`${who} sees a moving picture`, async () => {
    const [picture] = await remotePictures(page);
    if (!picture) throw new Error(`no moving remote picture; ${JSON.stringify(await received(page))}`);
    if (!isAlive(picture)) throw new Error(JSON.stringify({ ...picture, thumb: undefined }));
    return picture;
  }, { within: 20_000, every: 200 });
}
