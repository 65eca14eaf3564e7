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
  await page.getByRole('dialog').or(page.getByRole('alertdialog')).getByRole('button', { name: containing('終わ') }).click();
}

/** Passes the visit on to the next leg. */
export async function handover({ page }, nextWords) {
  await button(page, nextWords).click();
  await page.getByRole('dialog').or(page.getByRole('alertdialog')).getByRole('button', { name: containing('つな') }).click();
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
