// From the press of 迎える to the first picture and the first sound at both ends, again and again in the same browsers.

import { becomeReady, idle, leaveGoodbye } from './booth.mjs';
import { admit, choose, end } from './desk.mjs';
import { firstMoments, lookOut } from './sight.mjs';
import { received } from './seeing.mjs';
import { PLACE, arrive } from './visit.mjs';
import { until } from './wait.mjs';

const SYLLABLES = 'アイウエオカキクケコサシスセソタチツテト';

/**
 * @typedef {{booth: Times, desk: Times}} Admissions
 * @typedef {{picture: number[], sound: number[]}} Times milliseconds from the press, one a try
 */

/** A booth and a desk in their browsers, speaking without a pause. */
export async function bothEnds(world) {
  const booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident', restless: true });
  const desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor', restless: true });
  return { booth, desk };
}

/**
 * Lets so many residents in, one after the other.
 *
 * @param {import('./world.mjs').World} world
 * @param {Awaited<ReturnType<typeof bothEnds>>} ends
 * @param {{tries: number, round?: number, from?: number}} how round: residents of another round are others; from: the number
 *   of the first, where one round is told in parts
 * @returns {Promise<Admissions>}
 */
export async function admitAgainAndAgain(world, { booth, desk }, { tries, round = 0, from: first = 0 }) {
  const times = { booth: { picture: [], sound: [] }, desk: { picture: [], sound: [] } };
  for (let n = first; n < first + tries; n++) {
    const resident = { kana: `ココロミ ${SYLLABLES[n % 20]}${'コミネ'[round]}`, phone: `0999-00-${2 + round}${100 + n}` };
    await arrive(world.url, { resident });
    await becomeReady(booth);
    await choose(desk, resident.kana);
    await connected(desk);
    await lookOut([booth, desk]);
    await admit(desk);
    const from = await pressed(desk);
    const [atBooth, atDesk] = await Promise.all([firstMoments(booth), firstMoments(desk)]);
    note(times.booth, atBooth, from);
    note(times.desk, atDesk, from);
    await end(desk);
    await leaveGoodbye(booth);
    await idle(booth);
  }
  return times;
}

/**
 * Waits until a page's media are connected. The desk connects when somebody is chosen, which over a long line takes a few
 * round trips; a person reads the name before pressing.
 */
export function connected({ page, who }, peers = 1) {
  return until(`${who} is connected`, async () => (await received(page)).connected === peers);
}

/** Adds one try. */
export function note(times, { picture, sound }, from) {
  times.picture.push(picture - from);
  times.sound.push(sound - from);
}

/** When a button whose name has this in it was pressed last, in milliseconds since 1970. */
export function pressed({ page }, name = '迎える') {
  return page.evaluate((part) => window.witness.clicks.findLast((c) => c.text.replaceAll(/\s/g, '').includes(part)).at, name);
}

/** The middle one. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** One line for each series, for logs. */
export function told(times) {
  return Object.entries(times).flatMap(([who, series]) => Object.entries(series).map(([what, list]) => {
    const figures = `median ${Math.round(median(list))} ms, worst ${Math.round(Math.max(...list))} ms of ${list.length}`;
    return `measured: admit → first ${what}, ${who}: ${figures} (${list.map(Math.round).join(' ')})`;
  }));
}

/**
 * What is not as it must be: a median or the worst picture too late, or sound that comes after the picture. A packet of
 * sound is 20 ms long, so that much it may be later.
 *
 * @param {Record<string, Times>} times
 * @param {{median: number, worst?: number}} limits milliseconds
 * @returns {string[]} one sentence each
 */
export function tooLate(times, limits) {
  const faults = [];
  for (const [who, { picture, sound }] of Object.entries(times)) {
    if (median(picture) >= limits.median) faults.push(`${who}: median ${Math.round(median(picture))} ms, not under ${limits.median}`);
    const worst = Math.max(...picture);
    if (worst >= (limits.worst ?? Infinity)) faults.push(`${who}: worst ${Math.round(worst)} ms, not under ${limits.worst}`);
    if (median(sound) > median(picture) + PACKET) {
      faults.push(`${who}: sound after ${Math.round(median(sound))} ms, the picture after ${Math.round(median(picture))}`);
    }
  }
  return faults;
}

const PACKET = 20;
