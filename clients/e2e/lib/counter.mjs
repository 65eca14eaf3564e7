// What the postal staff does at the counter.

import { says, wordsOf } from './screen.mjs';
import { button, containing, named } from './seats.mjs';
import { until } from './wait.mjs';

/**
 * Books a visit with mouse and keyboard, up to the slip.
 *
 * @param {{page: import('playwright-core').Page}} counter
 * @param {object} visit
 * @param {string} visit.with part of the other side's name
 * @param {string} visit.boothName as the times name it
 * @param {{kana: string, phone: string}} visit.resident
 * @param {(what: string) => Promise<void>} [visit.look] called where the screen is worth a look
 */
export async function bookVisit({ page }, { with: pool, boothName, resident, look = async () => {} }) {
  await button(page, '新しい予約').click();
  await says(page, '1. だれと 話しますか');
  await page.getByRole('button', { name: containing(pool) }).first().click();
  const times = page.getByRole('region', { name: named('2. いつ') });
  await times.getByRole('button', { name: containing(boothName) }).first().click();
  await says(page, /この席をあと\d+分\d+秒おさえています/);
  await page.getByLabel(named('お名前（カナ）')).click();
  await page.keyboard.type(resident.kana);
  await page.keyboard.press('Tab');
  await page.keyboard.type(resident.phone);
  await look('booking');
  await button(page, '予約して 紙を出す').click();
  await says(page, '予約できました');
}

/**
 * What the slip on the screen says, as it would be printed.
 *
 * @param {{page: import('playwright-core').Page}} counter
 * @returns {Promise<{number: number, reception: string, words: string, qr: boolean}>}
 */
export async function readSlip({ page }) {
  const code = page.getByRole('img', { name: named('受付番号の QRコード') });
  await until('the QR code is drawn', () => code.evaluate((img) => img.complete && img.naturalWidth > 0));
  await until('the page has asked the browser to print', () => page.evaluate(() => window.witness.printed() > 0));
  await page.emulateMedia({ media: 'print' });
  const words = await wordsOf(page);
  const qr = await code.isVisible();
  await page.emulateMedia({ media: 'screen' });
  const reception = /受付番号(\d{6})/.exec(words.replaceAll(/(?<=\d)[-–‐](?=\d)/g, ''));
  return { number: Number(/あなたの番号(\d+)番/.exec(words)?.[1]), reception: reception?.[1] ?? '', words, qr };
}

/** Leaves the slip for the day. */
export function closeSlip({ page }) {
  return button(page, 'きょうの予約へ 戻る').click();
}

/** Somebody has come: checks in the number that is next at its booth. */
export async function checkIn({ page }, number) {
  await button(page, `${number}番の方が 来ました`).click();
  await says(page, `${number}番の方を 受け付けました`);
}

/** Answers the call that covers the screen. */
export function answerCall({ page }) {
  return button(page.getByRole('alertdialog'), 'いま 行きます').click();
}

/** The first free time on the screen at a booth. */
export function firstTime(counter, boothName) {
  return freeTimesOf(counter).filter({ hasText: containing(boothName) }).first();
}

/** The free times on the screen, once they are there. */
export async function freeTimes(counter) {
  const times = freeTimesOf(counter);
  await times.first().waitFor();
  return times;
}

function freeTimesOf({ page }) {
  return page.locator('[data-free]');
}

/** Types a resident's name and number. */
export async function addName({ page }, { kana, phone }) {
  await page.getByLabel(named('お名前（カナ）')).click();
  await page.keyboard.type(kana);
  await page.keyboard.press('Tab');
  await page.keyboard.type(phone);
}

/** Touches an appointment of the day shown. */
export async function openAppointment({ page }, kana) {
  await page.getByRole('button', { name: containing(kana) }).first().click();
  await page.getByRole('dialog').waitFor();
}

/** Chooses what kind of booking it is to be. */
export function chooseMode({ page }, name) {
  return page.getByRole('radio', { name: named(name) }).click();
}

/** Chooses a day of the strip. */
export function chooseDay({ page }, date) {
  return page.locator(`[data-day="${date}"]`).click();
}
