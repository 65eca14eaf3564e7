// What a page still holds of somebody who has left.

/**
 * Looks for secrets in storage, databases, caches, cookies, document, address and history of a page.
 *
 * @param {{page: import('playwright-core').Page, context: import('playwright-core').BrowserContext}} person
 * @param {(string|RegExp)[]} secrets a string is looked for as it is, and without white space and hyphens
 * @returns {Promise<string[]>} where something was found; empty is good. The secrets themselves are not repeated.
 */
export async function traces({ page, context }, secrets) {
  const places = [
    ...(await page.evaluate(() => window.traces.all())),
    ['cookie jar', JSON.stringify(await context.cookies())],
  ];
  const found = [];
  for (const [place, text] of places) {
    const bare = text.replaceAll(/[\s-]/g, '');
    secrets.forEach((secret, n) => {
      const there = typeof secret === 'string'
        ? text.includes(secret) || bare.includes(secret.replaceAll(/[\s-]/g, ''))
        : secret.test(text);
      if (there) found.push(`secret ${n} in ${place}`);
    });
  }
  return found;
}
