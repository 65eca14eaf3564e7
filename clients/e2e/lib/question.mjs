// What is asked over a screen, and what a screen says no more.

import { wordsOf } from './screen.mjs';
import { until } from './wait.mjs';

/** What is asked over a screen. */
export const dialog = ({ page }) => page.getByRole('alertdialog').or(page.getByRole('dialog'));

/** Until a page says something no more. */
export function saysNoMore({ page }, what) {
  return until(`the screen no longer says ${what}`, async () => !(await wordsOf(page)).includes(what.replaceAll(/\s/g, '')));
}
