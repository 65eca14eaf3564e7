// Signing in as people do it: by a passkey in a virtual authenticator, by the demo's provider, by one-time codes.

import { generateKeyPairSync } from 'node:crypto';
import { request } from './api.mjs';
import { button } from './seats.mjs';
import { says } from './screen.mjs';
import { until } from './wait.mjs';

/**
 * Gives a page an authenticator of its own (WebAuthn through the DevTools protocol): one that is built in, keeps passkeys
 * and has a fingerprint that fits, until it is told otherwise.
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<{passkeys: () => Promise<any[]>, verifies: (yes: boolean) => Promise<void>}>}
 */
export async function authenticator(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    passkeys: async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
    verifies: (isUserVerified) => devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  };
}

/** Fills the form in and presses はじめる: with a code this makes a passkey. */
export async function fillSignIn(page, { seat, code }) {
  if (seat) await page.getByLabel('席', { exact: true }).fill(seat);
  await page.getByLabel(/1回かぎりの\s*番号/).fill(code);
  await button(page, 'はじめる').click();
}

/** Chooses somebody at the demo's provider, by two factors or by one. */
export async function atProvider(page, name, factors = 2) {
  await button(page, '試用のログイン で はじめる').click();
  const line = page.getByRole('listitem').filter({ hasText: name });
  await line.getByRole('link', { name: factors === 2 ? '二つの方法で入る' : /合言葉だけで入る/ }).first().click();
}

/** What is in the page's seat: its token, and what goes on standing for it. */
export async function seatOf(page) {
  return JSON.parse(await until('the page has a seat', () => page.evaluate(() => sessionStorage.getItem('madoguchi.seat'))));
}

/** What a seat token says. */
export function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
}

/**
 * A seat's access to the API by the demo's provider, without a browser.
 *
 * @param {string} url of the program
 * @param {string} seat for example "counter:shiomachihama"
 */
export async function signInByProvider(url, seat) {
  const jar = new Map();
  const go = async (at) => {
    const answer = await fetch(new URL(at, url), { redirect: 'manual', headers: { Cookie: [...jar].map(([k, v]) => `${k}=${v}`).join('; ') } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set);
      jar.set(name, value);
    }
    return { to: answer.headers.get('Location'), text: await answer.text() };
  };
  const provider = await go(`/v1/oidc/begin?${new URLSearchParams({ page: `/${seat.split(':')[0]}/`, seat })}`);
  const { text } = await go(provider.to);
  const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, href]) => new URL(href.replaceAll('&amp;', '&'), url));
  const choice = links.find((at) => at.searchParams.get('seat') === seat && at.searchParams.get('factors') === '2');
  await go((await go(choice)).to);
  const { kty, crv, x, y } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
  const answer = await request(url, 'POST', '/v1/oidc/sign-in', {
    body: { key: { kty, crv, x, y } }, headers: { Cookie: [...jar].map(([k, v]) => `${k}=${v}`).join('; ') },
  });
  if (answer.status !== 200) throw new Error(`sign in as ${seat}: ${answer.status} ${JSON.stringify(answer.body)}`);
  const bearer = answer.body.token;
  const post = async (path, body, headers) => {
    const said = await request(url, 'POST', path, { body, bearer, headers });
    if (said.status >= 300) throw new Error(`${path}: ${said.status} ${JSON.stringify(said.body)}`);
    return said.body;
  };
  const get = async (path) => (await request(url, 'GET', path, { bearer })).body;
  return { seat: answer.body, bearer, get, post };
}

/** Has the administrator's screen make a code, and reads it. */
export async function codeFor({ page }, seat, press = '1回かぎりの 番号を 作る') {
  await page.getByLabel(/^\s*席（例/).fill(seat);
  await button(page, press).click();
  await button(page.getByRole('dialog'), '作る').click();
  const code = await page.locator('[data-code]').textContent();
  return { code: code.trim(), put: () => button(page, '書き写しました').click() };
}

/** Has the administrator's screen put a seat out, and waits until it says so. */
export async function putOut({ page }, seat) {
  await page.getByLabel(/^\s*席（例/).fill(seat);
  await button(page, 'すぐに 止める').click();
  await button(page.getByRole('alertdialog'), 'すぐに 止める').click();
  await says(page, `${seat} を 止めました`);
}
