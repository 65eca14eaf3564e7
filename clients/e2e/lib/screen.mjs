// What a screen says, and whether everybody can read it.

import { AxeBuilder } from '@axe-core/playwright';
import { until } from './wait.mjs';

/**
 * Waits until a page says something.
 *
 * @param {import('playwright-core').Page} page
 * @param {string|RegExp} what compared with the visible text without furigana and white space
 * @param {{within?: number}} [limits] milliseconds
 * @returns {Promise<string>} everything the page says then
 */
export function says(page, what, limits) {
  const wanted = typeof what === 'string' ? what.replaceAll(/\s/g, '') : what;
  return until(`the screen says ${what}`, async () => {
    const words = await wordsOf(page);
    const there = typeof wanted === 'string' ? words.includes(wanted) : wanted.test(words);
    if (!there) throw new Error(words);
    return words;
  }, limits);
}

/** Everything a page says, without furigana and white space. */
export function wordsOf(page) {
  return page.evaluate(() => window.layout.words());
}

/**
 * What about a screen cannot be read by everybody: serious and critical findings of axe, text that is cut off, buttons
 * called otherwise than they read, text and targets that are too small.
 *
 * @param {import('playwright-core').Page} page
 * @param {{text: number, target: number, whole?: boolean, axe?: boolean}} least smallest text and target in pixels; whole: nothing may have
 *   to be scrolled to sideways; axe: false leaves axe out
 * @returns {Promise<string[]>} one line each; empty is good
 */
export async function faults(page, least) {
  const axe = least.axe === false ? { violations: [] } : await new AxeBuilder({ page }).disableRules('label-content-name-mismatch').analyze();
  const serious = axe.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map(describe);
  const cut = await page.evaluate(() => [...window.layout.clipped(), ...window.layout.misnamed()]);
  const aside = least.whole ? await page.evaluate(() => window.layout.sideways()) : [];
  const small = await page.evaluate((limits) => window.layout.tooSmall(limits), least);
  return [...serious, ...cut, ...aside, ...small];
}

function describe({ impact, id, help, nodes }) {
  const where = nodes.slice(0, 3).map((n) => n.target.join(' '));
  return `${impact} ${id}: ${help} (${nodes.length}×: ${where.join(' | ')})`;
}

/** Smallest sizes, and where everything has to be seen without scrolling sideways: the booth by the issue, desk and counter by the reference screens; 10.5 points on paper, where nothing is touched. */
export const LEAST = {
  booth: { text: 24, target: 56, whole: true },
  desk: { text: 14, target: 44, whole: true },
  counter: { text: 16, target: 44, whole: true },
  assistant: { text: 14, target: 44 },
  admin: { text: 14, target: 44 },
  my: { text: 20, target: 56 },
  guest: { text: 16, target: 44 },
  lobby: { text: 20, target: 0 },
  paper: { text: 14, target: 0 },
};
