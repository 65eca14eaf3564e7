// When somebody sees, and hears, the first of somebody else.

/**
 * @typedef {{picture: number, sound: number}} Moments in milliseconds since 1970
 */

/**
 * Has pages look and listen from now on.
 *
 * @param {{page: import('playwright-core').Page}[]} people
 */
export function lookOut(people) {
  return Promise.all(people.map(({ page }) => page.evaluate(() => window.sight.begin())));
}

/**
 * When a page showed its first remote picture, where nothing covered it any more, and when it first gave a remote sound
 * that is not silence to the loudspeaker.
 *
 * @param {{page: import('playwright-core').Page, who: string}} person
 * @returns {Promise<Moments>}
 * @throws {Error} when one of the two does not come within ten seconds
 */
export function firstMoments({ page, who }) {
  return page.evaluate((name) => Promise.race([
    window.sight.end(),
    new Promise((_, fail) => {
      setTimeout(() => fail(new Error(`${name}: nobody seen or heard within ten seconds`)), 10_000);
    }),
  ]), who);
}
