// A visit from booking to consultation, by the quickest way that is still real: booking and check-in over HTTP, the
// rest on the screens.

import { book, signIn } from './api.mjs';
import { becomeReady } from './booth.mjs';
import { admit, choose, seesSomebody } from './desk.mjs';
import { until } from './wait.mjs';

/** The office, the booth and the desks most stories take place at. */
export const PLACE = {
  office: 'shiomachihama',
  booth: 'shiomachihama-1',
  otherBooth: 'shiomachihama-2',
  doctor: 'morita',
  pharmacist: 'shiokaze-1',
};

/** Legs as the API names them. */
export const MEDICAL = { service: 'medical', pool: 'morita' };
export const GUIDANCE = { service: 'guidance', pool: 'shiokaze' };

/** Invented residents, one a visit, since nobody can be in two places. */
export const RESIDENTS = [
  { kana: 'イソベ ハルエ', phone: '0999-00-1456' },
  { kana: 'ミナミ フサエ', phone: '0999-00-1457' },
  { kana: 'トウジマ ゲンゾウ', phone: '0999-00-1458' },
  { kana: 'クラハシ ミヨ', phone: '0999-00-1459' },
];

/**
 * Books a visit at a booth and checks it in at the counter.
 *
 * @param {string} url of the program
 * @param {{legs?: {service: string, pool: string}[], resident?: {kana: string, phone: string}, booth?: string}} [visit]
 * @returns {Promise<{session: string, appointment: any}>}
 */
export async function arrive(url, { legs = [MEDICAL], resident = RESIDENTS[0], booth = PLACE.booth } = {}) {
  const counter = await signIn(url, `counter:${PLACE.office}`);
  const appointment = await book(counter, { office: PLACE.office, legs, booth, resident });
  const { session } = await counter.post('/v1/check-ins', { appointment: appointment.id });
  return { session, appointment };
}

/**
 * Brings booth and desk into a consultation.
 *
 * @param {import('./world.mjs').World} world
 * @param {{booth: any, desk: any}} people opened at their pages
 * @param {Parameters<typeof arrive>[1]} [visit]
 */
export async function consult(world, { booth, desk }, visit) {
  const { session, appointment } = await arrive(world.url, visit);
  await becomeReady(booth);
  await choose(desk, appointment.resident.kana);
  await admit(desk);
  await Promise.all([seesSomebody(booth), seesSomebody(desk)]);
  return { session, appointment };
}

/**
 * Shows that pictures keep coming on a page: more frames are decoded than a moment ago.
 *
 * @param {{page: import('playwright-core').Page, who: string}} person
 */
export async function keepsSeeing({ page, who }) {
  const decoded = () => page.evaluate(async () => (await window.measure.received()).framesDecoded);
  const before = await decoded();
  await until(`${who} keeps decoding`, async () => (await decoded()) > before + 5, { within: 5000 });
}
