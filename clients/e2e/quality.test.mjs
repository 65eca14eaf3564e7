// One side's line turns bad and good again: both screens say whose, and nothing is said while it is good.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { end } from './lib/desk.mjs';
import { cannot, weakLine } from './lib/network.mjs';
import { says } from './lib/screen.mjs';
import { PLACE, consult, keepsSeeing } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

const PERCENT = 15;
/** How long a good line is watched before it turns bad, and how soon the change has to be told; milliseconds. */
const WATCHED = 12_000;
const TOLD_WITHIN = 10_000;
const RECOVERY_WITHIN = 20_000;

let line;
let world;
let booth;
let desk;

before(async () => {
  if (cannot) return;
  line = await weakLine();
  world = await openWorld('quality', { address: line.near });
  booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident', behind: line });
  desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
  await consult(world, { booth, desk }).catch(async (error) => {
    await world.pictureAll('failed');
    throw error;
  });
  await Promise.all([booth, desk].map(({ page }) => page.evaluate(noteLineNews)));
});

after(async () => {
  await world?.close();
  await line?.remove();
});

/** In the page: notes every sentence about a line from now on, with when it came. */
function noteLineNews() {
  const told = [];
  let last = '';
  const look = () => {
    const now = document.querySelector('[data-line-news]')?.dataset.lineNews ?? '';
    if (now !== last) told.push({ what: now, at: Date.now() });
    last = now;
  };
  look();
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-line-news'] });
  Object.defineProperty(window, 'lineNews', { value: told });
}

const toldTo = ({ page }) => page.evaluate(() => window.lineNews);

/** The moment at which a page was told something, the first time after another moment. */
function whenTold(person, what, from, within) {
  return until(`${person.who} is told: ${what}`, async () => {
    const news = (await toldTo(person)).find((one) => one.what === what && one.at >= from);
    if (!news) throw new Error(JSON.stringify(await toldTo(person)));
    return news.at - from;
  }, { within });
}

test(`a loss of ${PERCENT} % on the booth's line`, { skip: cannot }, async (t) => {
  const step = world.story(t);

  await step('nothing is said while the line is good', async () => {
    const from = Date.now();
    while (Date.now() - from < WATCHED) await Promise.all([keepsSeeing(booth), keepsSeeing(desk)]);
    assert.deepEqual([await toldTo(booth), await toldTo(desk)], [[], []]);
  });

  await step('both screens say whose line is weak', async (s) => {
    const from = Date.now();
    await line.lose(PERCENT);
    const [own, other] = await Promise.all([whenTold(booth, 'own', from, TOLD_WITHIN), whenTold(desk, 'other', from, TOLD_WITHIN)]);
    s.diagnostic(`the booth was told after ${own} ms, the desk after ${other} ms`);
    await says(booth.page, 'あなたの 回線が 弱くなっています');
    await says(desk.page, '相手の 回線が 弱くなっています');
    await Promise.all([world.look(booth, 'weak'), world.look(desk, 'weak')]);
    assert.match(await line.dropped(), /counter packets [1-9]/);
  });

  await step('it stays said as long as it lasts', async () => {
    const from = Date.now();
    while (Date.now() - from < WATCHED) await Promise.all([keepsSeeing(booth), keepsSeeing(desk)]);
    for (const person of [booth, desk]) assert.equal((await toldTo(person)).length, 1, JSON.stringify(await toldTo(person)));
  });

  await step('both screens say that it is good again, and then nothing', async (s) => {
    const from = Date.now();
    await line.lose(0);
    const [own, other] = await Promise.all([
      whenTold(booth, 'recovered', from, RECOVERY_WITHIN), whenTold(desk, 'recovered', from, RECOVERY_WITHIN),
    ]);
    s.diagnostic(`the booth was told of the recovery after ${own} ms, the desk after ${other} ms`);
    await says(booth.page, '回線が 元に もどりました');
    await Promise.all([world.look(booth, 'recovered'), world.look(desk, 'recovered')]);
    await Promise.all([booth, desk].map((person) => whenTold(person, '', from, RECOVERY_WITHIN)));
  });

  await step('how the lines were is logged by id at the end', async () => {
    await end(desk);
    const of = (log, who) => log.split('\n').find((l) => l.includes('"line over"') && l.includes(`participant=${who}`));
    await until('the log tells how the lines were', async () => {
      const log = await readFile(world.artefacts.path('program.log'), 'utf8');
      return of(log, `booth:${PLACE.booth}`) && of(log, `desk:${PLACE.doctor}`);
    });
    const log = await readFile(world.artefacts.path('program.log'), 'utf8');
    assert.match(of(log, `booth:${PLACE.booth}`), /up_weak_seconds=[1-9]/);
    assert.match(of(log, `desk:${PLACE.doctor}`), /up_weak_seconds=0/);
  });

  await step('every screen can be read by everybody', () => world.allReadable());
});
