// The fourth person of a room: a booth, a desk and a guest are talking, and one more is let in, again and again.

import { openBrowser, plainPage } from './browser.mjs';
import { bothEnds, connected, note, pressed } from './admission.mjs';
import { becomeReady } from './booth.mjs';
import { admit, choose, seesSomebody } from './desk.mjs';
import { restlessMediaOf } from './media.mjs';
import { button } from './seats.mjs';
import { firstMoments, lookOut } from './sight.mjs';
import { arrive } from './visit.mjs';
import { hangUp, play, publish } from './whip.mjs';

/** How long the professional reads the name of somebody at the gate, milliseconds; meanwhile their page has finished starting. */
const READING = 2_000;

/**
 * Lets a fourth person in so many times; each sends and receives by the browser's own means.
 *
 * @param {import('./world.mjs').World} world
 * @param {number} tries
 * @returns {Promise<Record<string, import('./admission.mjs').Times>>} of the booth, the desk and the fourth
 */
export async function admitFourth(world, tries) {
  const { booth, desk } = await bothEnds(world);
  const { session, appointment } = await arrive(world.url);
  await becomeReady(booth);
  await choose(desk, appointment.resident.kana);
  await admit(desk);
  await seesSomebody(desk);
  const media = await restlessMediaOf('pharmacist', { directory: world.artefacts.path('made') });
  const browser = await openBrowser({ name: 'guests', media });
  try {
    const third = await guest(world, browser.context, session, 'third');
    await letIn(desk, third);
    await seesSomebody(third);
    const times = Object.fromEntries(['booth', 'desk', 'fourth'].map((who) => [who, { picture: [], sound: [] }]));
    for (let n = 0; n < tries; n++) await oneMore(times, { world, browser, session, booth, desk, n });
    return times;
  } finally {
    await browser.close();
  }
}

async function oneMore(times, { world, browser, session, booth, desk, n }) {
  const fourth = await guest(world, browser.context, session, `fourth-${n}`);
  await connected(fourth, 2);
  await new Promise((done) => setTimeout(done, READING));
  const people = { booth, desk, fourth };
  await lookOut(Object.values(people));
  await letIn(desk, fourth);
  const from = await pressed(desk, '入れる');
  await Promise.all(Object.entries(people).map(async ([who, person]) => note(times[who], await firstMoments(person), from)));
  await fourth.leave();
}

function letIn(desk, { who }) {
  return button(desk.page, `${who}を 入れる`).click({ timeout: 20_000 });
}

/** Somebody at the gate who sends and receives, in the size that the picture has: scaling it up takes processors from the others. */
async function guest(world, context, room, who) {
  const page = await plainPage(context, world.url);
  const token = await world.program.token('--room', room, '--participant', who, '--publish', '--subscribe');
  const replies = [await publish(page, { room, token }), await play(page, { room, token })];
  await page.evaluate(() => {
    document.querySelector('video').style = 'position: fixed; inset: 0; width: 480px; height: 360px; z-index: 9';
  });
  const leave = async () => {
    for (const reply of replies) await hangUp(page, reply, token);
    await page.close();
  };
  return { who, page, leave };
}
