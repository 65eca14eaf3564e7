// Raw sockets to /v1/connect, opened in a plain page.

import { until } from './wait.mjs';

/**
 * Opens a socket and waits until it stands.
 *
 * @param {import('playwright-core').Page} page a plain page
 * @param {{hello?: string}} [options] hello: seat or room token to introduce oneself with at once
 */
export async function openSocket(page, { hello } = {}) {
  const number = await page.evaluate(() => window.raw.open('madoguchi.v1'));
  const state = () => page.evaluate((n) => window.raw.state(n), number);
  await until('the socket stands', async () => (await state()).opened);
  const socket = {
    /** Sends a message, or a text that is none. */
    say: (message) => {
      const text = typeof message === 'string' ? message : JSON.stringify(message);
      return page.evaluate(([n, t]) => window.raw.say(n, t), [number, text]);
    },
    /** Sends a binary frame of zeros. */
    sayBytes: (count) => page.evaluate(([n, c]) => window.raw.sayBytes(n, c), [number, count]),
    /** Waits for a message of some type, by default the answer to a request. */
    hear: (type, re) => until(`the server says ${type}`, async () => {
      const { messages } = await state();
      return messages.find((m) => m.type === type && (re === undefined || m.re === re));
    }),
    /** Waits until the server hangs up; returns code and reason. */
    closed: () => until('the server closes the socket', async () => (await state()).close),
    /** Is it still open? */
    stands: async () => (await state()).close === null,
    close: () => page.evaluate((n) => window.raw.hangUp(n), number),
  };
  if (hello) {
    await socket.say({ type: 'hello', token: hello });
    await socket.hear('welcome');
  }
  return socket;
}
