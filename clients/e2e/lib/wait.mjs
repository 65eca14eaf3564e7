// Waiting for a condition, never for a time.

import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again and again until the answer is truthy.
 *
 * @template T
 * @param {string} what the condition in words, for the error
 * @param {() => T | Promise<T>} ask
 * @param {{within?: number, every?: number}} [limits] milliseconds until giving up, and between two questions
 * @returns {Promise<T>} the first truthy answer
 * @throws {Error} naming the condition and the last answer, or what the last question threw
 */
export async function until(what, ask, { within = 15_000, every = 50 } = {}) {
  const deadline = performance.now() + within;
  for (;;) {
    let last;
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`not within ${within} ms: ${what}; last: ${describe(last)}`, { cause: last });
    }
    await pause(every);
  }
}

/**
 * Does a number stay the same for half a second?
 *
 * @param {() => Promise<number>} ask
 * @returns {Promise<boolean>}
 */
export async function standsStill(ask) {
  const first = await ask();
  await pause(500);
  return (await ask()) === first;
}

function describe(value) {
  if (value instanceof Error) return value.message;
  return JSON.stringify(value)?.slice(0, 2000) ?? String(value);
}
