// Both data channels over a line that loses every tenth packet: written words arrive once each and in order, and what only
// matters while it is new never queues.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cannot, weakLine } from './lib/network.mjs';
import { openLargeTalk, write } from './lib/desk.mjs';
import { PLACE, consult } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

const PERCENT = 10;
/** Written words, and strokes of a pointer: how many, and milliseconds between two. */
const WORDS = 25;
const STROKES = 300;
const EVERY = 33;
/** Oldest that the newest may be at any time, milliseconds, and least share of what was sent that must arrive. */
const OLDEST = 500;
const LEAST = 0.7;

let line;
let world;
let booth;
let desk;

before(async () => {
  if (cannot) return;
  line = await weakLine();
  world = await openWorld('channels', { address: line.near, judge: false });
  booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident', behind: line });
  desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
  await consult(world, { booth, desk }).catch(async (error) => {
    await world.pictureAll('failed');
    throw error;
  });
});

after(async () => {
  await world?.close();
  await line?.remove();
});

/** In the page: sends numbered strokes on the channel, each with when it left. */
async function draw([count, every]) {
  const channel = window.witness.channels.findLast((c) => c.label === 'latest' && c.readyState === 'open');
  const start = Date.now();
  for (let n = 0; n < count; n++) {
    await new Promise((done) => setTimeout(done, Math.max(0, start + n * every - Date.now())));
    channel.send(JSON.stringify({ v: 1, n: start + n, t: 'e2e', d: { at: Date.now() } }));
  }
}

/** In the page: notes how old each stroke is when it comes, and how old the newest ever gets while they come. */
function watch() {
  const seen = { ages: [], newest: 0, oldest: 0 };
  const channel = window.witness.channels.findLast((c) => c.label === 'latest' && c.readyState === 'open');
  channel.addEventListener('message', ({ data }) => {
    const { t, d } = JSON.parse(data.slice(data.indexOf('\n') + 1));
    if (t !== 'e2e') return;
    const now = Date.now();
    if (seen.newest > 0) seen.oldest = Math.max(seen.oldest, now - seen.newest);
    seen.ages.push(now - d.at);
    seen.newest = Math.max(seen.newest, d.at);
  });
  Object.defineProperty(window, 'strokes', { value: seen, configurable: true });
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

test(`over a line that loses ${PERCENT} % both ways`, { skip: cannot }, async (t) => {
  const step = world.story(t);

  for (const [percent, from, to] of [[0, () => desk, () => booth], [PERCENT, () => desk, () => booth], [PERCENT, () => booth, () => desk]]) {
    await step(`strokes never queue at a loss of ${percent} %`, async (s) => {
      await line.lose(percent);
      const [sender, receiver] = [from(), to()];
      await receiver.page.evaluate(watch);
      await sender.page.evaluate(draw, [STROKES, EVERY]);
      const { ages, oldest } = await receiver.page.evaluate(() => window.strokes);
      const sorted = ages.toSorted((a, b) => a - b);
      s.diagnostic(`${sender.who} → ${receiver.who}: ${ages.length} of ${STROKES} arrived, age in ms: ` +
        `median ${at(sorted, 0.5)}, p99 ${at(sorted, 0.99)}, worst ${sorted.at(-1)}; the newest was never older than ${oldest}`);
      assert.ok(ages.length >= LEAST * STROKES, `${ages.length} of ${STROKES}`);
      assert.ok(at(sorted, 0.99) < OLDEST && oldest < 2 * OLDEST, `p99 ${at(sorted, 0.99)}, newest up to ${oldest} ms old`);
    });
  }

  await step('written words arrive once each and in order', async (s) => {
    await openLargeTalk(desk);
    const words = Array.from({ length: WORDS }, (_, i) => `ことば ${i + 1}`);
    const started = Date.now();
    for (const word of words) await write(desk, word);
    const shown = () => booth.page.getByRole('log').locator('p').allInnerTexts();
    await until('the booth shows all of them', async () => {
      const texts = await shown();
      if (texts.length < WORDS) throw new Error(`${texts.length}: ${texts.at(-1)}`);
      return true;
    }, { within: 60_000 });
    s.diagnostic(`${WORDS} written words in ${Date.now() - started} ms`);
    assert.deepEqual((await shown()).map((text) => text.trim()), words);
  });

  await step('and the line was at work', async () => {
    assert.match(await line.dropped(), /counter packets [1-9]/);
  });
});
