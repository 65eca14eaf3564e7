// The program's HTTP interface as a seat uses it, for what a test needs quickly or wrongly.

import { randomUUID } from 'node:crypto';
import { today } from './clock.mjs';

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} type content type
 * @property {any} body parsed JSON, or the text
 */

/**
 * One seat's access.
 *
 * @param {string} url of the program
 * @param {string} seat for example "counter:shiomachihama"
 * @param {string} [code] where one is asked for
 */
export async function signIn(url, seat, code) {
  const first = await request(url, 'POST', '/v1/sign-in', { body: { seat, ...(code ? { code } : {}) } });
  if (first.status !== 200) throw new Error(`sign in as ${seat}: ${first.status} ${JSON.stringify(first.body)}`);
  const bearer = first.body.token;
  return {
    seat: first.body,
    bearer,
    /** Any request of this seat; returns whatever comes back. */
    ask: (method, path, body, headers) => request(url, method, path, { body, bearer, headers }),
    /** A request that must succeed; returns its body. */
    get: async (path) => succeed(await request(url, 'GET', path, { bearer }), path),
    post: async (path, body, headers) => succeed(await request(url, 'POST', path, { body, bearer, headers }), path),
  };
}

function succeed(answer, path) {
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

/**
 * @param {string} url
 * @param {string} method
 * @param {string} path
 * @param {{body?: unknown, bearer?: string, headers?: Record<string, string>}} [options] a string body goes as it is
 * @returns {Promise<Answer>}
 */
export async function request(url, method, path, { body, bearer, headers = {} } = {}) {
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}),
      ...headers,
    },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
  const type = answer.headers.get('Content-Type') ?? '';
  const text = await answer.text();
  return { status: answer.status, type, body: /json/.test(type) ? JSON.parse(text) : text };
}

/**
 * The first free time from today on.
 *
 * @param {Awaited<ReturnType<typeof signIn>>} counter
 * @param {string} office
 * @param {{service: string, pool: string}[]} legs
 * @returns {Promise<{start: string, end: string, booth: string}>}
 */
export async function firstFree(counter, office, legs, booth) {
  const query = legs.map((l) => `leg=${l.service}@${l.pool}`).join('&');
  const { days } = await counter.get(`/v1/offices/${office}/days?${query}&from=${today()}&days=3`);
  for (const day of days.filter((d) => d.free > 0)) {
    const { times } = await counter.get(`/v1/offices/${office}/times?date=${day.date}&${query}`);
    const time = times.find((t) => t.free && (!booth || t.booth === booth));
    if (time) return time;
  }
  throw new Error(`no free time at ${office} for ${query}`);
}

/**
 * Books a visit without the screen.
 *
 * @param {Awaited<ReturnType<typeof signIn>>} counter
 * @param {object} visit
 * @param {string} visit.office
 * @param {{service: string, pool: string}[]} visit.legs
 * @param {string} [visit.booth]
 * @param {{kana: string, phone: string}} visit.resident
 * @returns {Promise<any>} the appointment
 */
export async function book(counter, { office, legs, booth, resident }) {
  const { start } = await firstFree(counter, office, legs, booth);
  const hold = await counter.post(
    '/v1/holds',
    { office, start, legs, resident, ...(booth ? { booth } : {}) },
    { 'Idempotency-Key': randomUUID() },
  );
  return counter.post(`/v1/holds/${hold.id}/confirm`, { resident });
}

/**
 * Books a visit at a given start without the screen, as the clerk does.
 *
 * @param {Awaited<ReturnType<typeof signIn>>} counter
 * @param {{office: string, start: string, legs: {service: string, pool: string}[], booth?: string, resident: {kana: string, phone: string}}} visit
 * @returns {Promise<any>} the appointment
 */
export async function bookAt(counter, visit) {
  const hold = await counter.post('/v1/holds', visit, { 'Idempotency-Key': randomUUID() });
  return counter.post(`/v1/holds/${hold.id}/confirm`, { resident: visit.resident });
}

/** The free starts of today from now on, of a booth if one is named. */
export async function startsToday(counter, office, legs, booth) {
  const query = legs.map((l) => `leg=${l.service}@${l.pool}`).join('&');
  const { times } = await counter.get(`/v1/offices/${office}/times?date=${today()}&${query}`);
  return times.filter((t) => t.free && (!booth || t.booth === booth)).map((t) => t.start);
}

/** A moment on the clocks of the screens: "9:30". */
export function clock(at) {
  return new Intl.DateTimeFormat('ja-JP', { timeZone: 'Asia/Tokyo', hour: 'numeric', minute: '2-digit' }).format(new Date(at));
}

/** So many minutes after a moment. */
export function later(at, minutes) {
  return new Date(Date.parse(at) + minutes * 60_000).toISOString();
}
