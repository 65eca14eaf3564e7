// Firefox behind the few calls of a Playwright page that the helpers use: Playwright cannot drive the Firefox of a
// distribution, WebDriver BiDi can.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { SIZES } from './browser.mjs';
import { soundCard } from './soundcard.mjs';
import { until } from './wait.mjs';

const FIREFOX = process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr';
const IN_EVERY_PAGE = ['witness', 'measure', 'layout'].map((name) =>
  fileURLToPath(new URL(`../page/${name}.js`, import.meta.url)));

/** A camera and a microphone that need no permission, media over loopback, sound without a click. */
const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'intl.accept_languages': 'ja',
  'ui.prefersReducedMotion': 1,
};

/**
 * Starts Firefox for somebody and opens an empty page in it. Its camera shows changing colours and its microphone gives
 * a tone: Firefox takes no files.
 *
 * @param {object} options
 * @param {string} options.name for messages
 * @param {{width: number, height: number}} [options.size] of the window
 * @returns {Promise<import('./browser.mjs').Person>}
 */
export async function openFirefox({ name, size = SIZES.desk }) {
  const card = await soundCard();
  const browser = await puppeteer.launch({
    browser: 'firefox', executablePath: FIREFOX, headless: true, extraPrefsFirefox: PREFERENCES, defaultViewport: size,
    args: [`--width=${size.width}`, `--height=${size.height}`], env: { ...process.env, ...card.env },
  });
  const close = async () => {
    await browser.close();
    await card.remove();
  };
  const page = await browser.newPage();
  for (const path of IN_EVERY_PAGE) await page.evaluateOnNewDocument(await readFile(path, 'utf8'));
  const complaints = [];
  const faults = [];
  page.on('pageerror', (error) => faults.push(`${name}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const list = message.text().includes('Content-Security-Policy') ? faults : complaints;
    list.push(`${name}: ${message.text()}`);
  });
  return { browser, context: browser, page: asPlaywright(page), complaints, faults, close };
}

/** The calls of a Playwright page that the helpers make, in terms of a Puppeteer page. */
function asPlaywright(page) {
  return {
    evaluate: (...args) => page.evaluate(...args),
    goto: (url) => page.goto(url),
    reload: () => page.reload(),
    screenshot: (options) => page.screenshot(options),
    on: (event, listener) => page.on(event, (what) => listener(event === 'request' ? { url: () => what.url() } : what)),
    getByRole: (role, options) => (options ? elementCalled(page, role, options.name) : uppermost(page)),
  };
}

/** What lies above everything else, a dialog: only there can be pressed what is called something. */
function uppermost(page) {
  const self = { or: () => self, getByRole: (role, { name }) => elementCalled(page, role, name) };
  return self;
}

/** Finds and presses what has a role and a name, the way a person does: with the pointer, where it is shown. */
function elementCalled(page, role, name) {
  const find = () => page.evaluate((wanted, source) => {
    const selector = { button: 'button, [role=button]' }[wanted] ?? `[role=${wanted}]`;
    const pattern = new RegExp(source);
    for (const element of document.querySelectorAll(selector)) {
      const called = element.getAttribute('aria-label') ?? window.layout.words(element);
      if (!pattern.test(called.replaceAll(/\s/g, '')) || element.disabled || element.ariaDisabled === 'true') continue;
      element.scrollIntoView({ block: 'center' });
      const { x, y, width, height } = element.getBoundingClientRect();
      const at = { x: x + width / 2, y: y + height / 2 };
      if (width > 0 && element.contains(document.elementFromPoint(at.x, at.y))) return at;
    }
    return null;
  }, role, name.source);
  const self = {
    first: () => self,
    click: async ({ timeout = 15_000 } = {}) => {
      const { x, y } = await until(`there is a ${role} ${name.source}`, find, { within: timeout });
      await page.mouse.click(x, y);
    },
  };
  return self;
}
