// A node that tampers with what it forwards to one page: between what the browser has received and what opens it.

import { readFileSync } from 'node:fs';

const SHIM = readFileSync(new URL('../page/tamperer.js', import.meta.url), 'utf8');

/**
 * @typedef {'honest'|'flipped'|'shuffled'|'replayed'|'reordered'|'swapped'} Way of tampering: bits changed; a frame's packets in the
 *   wrong order; earlier frames again; two frames in each other's place; another sender's frames
 */

/**
 * Puts one before a page; the page must not have entered a session yet.
 *
 * @param {{page: import('playwright-core').Page}} person
 */
export async function tamperWith({ page }) {
  await page.route(/seal\.worker/, async (route) => {
    const reply = await route.fetch();
    await route.fulfill({ response: reply, body: `${SHIM}\n${await reply.text()}` });
  });
  const ask = (question, what) => page.evaluate(([name, value]) => new Promise((done) => {
    const channel = new BroadcastChannel('tamperer');
    const say = channel.postMessage.bind(channel);
    channel.addEventListener('message', ({ data }) => {
      if (data.answer !== name) return;
      channel.close();
      done(data.value);
    });
    say({ ask: name, what: value });
  }), [question, what]);
  return {
    /** @param {Way} way */
    become: (way) => ask('become', way),
    /** @returns {Promise<{lines: {purpose: string, came: number, played: number}[], faults: Record<string, number>}>} so far */
    counts: () => ask('counts'),
    /** The last frames of each line for a purpose, as they came. */
    recorded: (purpose) => ask('recorded', purpose),
    /** Leads recorded frames through the page, and says how many of them it would play. */
    lead: (frames, purpose, from) => ask('lead', [frames, purpose, from]),
  };
}
