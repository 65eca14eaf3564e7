// What a resident does in a booth.

import { button, containing } from './seats.mjs';
import { says } from './screen.mjs';

/** Waits until the booth is as it greets everybody. */
export function idle({ page }, limits) {
  return says(page, 'ここから はじめる', limits);
}

/** The device check: face and voice tick themselves, hearing needs an answer. */
export async function checkDevices({ page }) {
  await says(page, '音は 聞こえますか', { within: 20_000 });
  await says(page, 'お顔が よく 見えます', { within: 20_000 });
  await says(page, 'お声が 届いています', { within: 20_000 });
  await button(page, '聞こえます').click();
}

/** Answers the device check and waits until the booth waits. Returns what the waiting screen says. */
export async function becomeReady(booth) {
  await checkDevices(booth);
  return says(booth.page, 'このまま お待ちください', { within: 20_000 });
}

/** Types a reception number on the booth's keys. */
export async function checkInByNumber({ page }, reception) {
  await page.getByRole('button', { name: containing('ここから はじめる') }).click();
  await says(page, '受付番号を 入れてください');
  for (const digit of reception) await button(page, digit).click();
}

/** Waits for the goodbye and puts it away. */
export async function leaveGoodbye({ page }) {
  await says(page, 'おつかれさまでした', { within: 20_000 });
  await button(page, 'おわります').click();
}
