// One running program and the people in front of its screens.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { artefactsOf, withoutTokens } from './artefacts.mjs';
import { SIZES, openBrowser } from './browser.mjs';
import { mediaOf, restlessMediaOf } from './media.mjs';
import { startProgram } from './program.mjs';
import { LEAST, faults } from './screen.mjs';

/**
 * @typedef {Awaited<ReturnType<typeof openWorld>>} World
 */

/**
 * The demo, which most stories are about.
 *
 * @param {import('./artefacts.mjs').Artefacts} artefacts
 */
function startDemo(artefacts, options) {
  return startProgram({ log: artefacts.path('program.log'), state: join(artefacts.folder, 'state'), ...options });
}

/** Follows which session a page asks a token for; returns a function that tells the last one. */
function sessionSeenBy(page) {
  let session;
  page.on('request', (request) => {
    session = /\/v1\/sessions\/([^/]+)\/token$/.exec(request.url())?.[1] ?? session;
  });
  return () => session;
}

/**
 * Starts the program for one test file.
 *
 * @param {string} name folder of the artefacts
 * @param {object} [options]
 * @param {import('./network.mjs').Namespace} [options.inside] network namespace for program and browsers
 * @param {import('./network.mjs').End} [options.far] where the program alone is to run; this process and the browsers are
 *   at the other end of the line
 * @param {boolean} [options.publishable] drawn faces even if the data set is there
 * @param {boolean} [options.judge] false: screens are only pictured, since another file judges the same ones
 * @param {string} [options.address] where the program listens, if not on loopback
 * @param {string} [options.named] a name of that address, by which its pages are opened
 * @param {string[]} [options.args] further arguments of the program
 * @param {string} [options.beginsAt] time of day, HH:MM, at which the program's clock begins, for stories that need the rest
 *   of a day
 * @param {typeof startDemo} [options.start] starts another program than the demo
 */
export async function openWorld(name, { inside, far, publishable = false, judge = true, address, named, args = [], beginsAt, start = startDemo } = {}) {
  const artefacts = artefactsOf(name, { fresh: true });
  const program = await start(artefacts, {
    inside: far ? { name: far.namespace } : inside,
    host: far?.address ?? address,
    args: beginsAt ? [...args, '--begins-at', beginsAt] : args,
  });
  if (named) program.url = program.url.replace(/\/\/[^:/]+/, `//${named}`);
  const people = new Map();

  /**
   * Opens somebody's browser at a page of the program.
   *
   * @param {string} who their name in logs and pictures
   * @param {object} options
   * @param {'booth'|'desk'|'counter'|'assistant'|'admin'|'my'} options.app
   * @param {string} options.seat for the link's ?seat=
   * @param {'resident'|'doctor'|'pharmacist'} [options.face] what camera and microphone give
   * @param {boolean} [options.restless] their voice has no pauses
   * @param {string[]} [options.flags] further switches of their Chromium
   * @param {boolean} [options.firefox] in Firefox, whose camera and microphone are its own
   * @param {string} [options.profile] folder in which their browser keeps what it keeps
   * @param {(one: any) => void} [options.begin] done with their browser before the page is opened
   * @param {import('./network.mjs').Namespace} [options.behind] the line they alone sit behind
   */
  async function person(who, { app, seat, face, restless = false, firefox = false, behind, flags, profile, begin = () => {} }) {
    const media = face && (await (restless ? restlessMediaOf : mediaOf)(face, { directory: artefactsOf('made').folder, publishable }));
    const size = SIZES[app] ?? SIZES.desk;
    // Its driver takes a while to load, and most stories do without.
    const opened = firefox
      ? await (await import('./firefox.mjs')).openFirefox({ name: who, size })
      : await openBrowser({ name: who, size, media, flags, inside: behind ?? inside, secure: (far ?? address) && program.url, profile });
    const one = { ...opened, who, app, seat, media, session: sessionSeenBy(opened.page) };
    people.set(who, one);
    begin(one);
    await one.page.goto(`${program.url}/${app}/?seat=${seat}`);
    return one;
  }

  /** Pictures of all screens, after something went wrong. */
  async function pictureAll(label) {
    for (const { who, page } of people.values()) {
      await page.screenshot({ path: artefacts.path(`${label}-${who}.png`) }).catch(() => {});
    }
  }

  /** No screen says that somebody interferes: nobody does. */
  async function nobodyMeddles() {
    for (const { who, page } of people.values()) {
      const said = await page.evaluate(() => document.querySelectorAll('[data-meddled]').length).catch(() => 0); // closed
      assert.equal(said, 0, `${who} is told that somebody has meddled with sound or pictures`);
    }
  }

  /**
   * One step of a story. After a step has failed the later ones are skipped, and every screen is kept as it was.
   *
   * @param {import('node:test').TestContext} t
   * @param {{meddled?: boolean}} [options] somebody is to interfere with sound and pictures in this story
   */
  function story(t, { meddled = false } = {}) {
    let broken = false;
    return (sentence, act) => t.test(sentence, { skip: broken && 'an earlier step failed' }, async (step) => {
      try {
        await act(step);
        if (!meddled) await nobodyMeddles();
      } catch (error) {
        broken = true;
        await pictureAll('failed');
        throw error;
      }
    });
  }

  const unreadable = [];

  /** Keeps a picture of somebody's screen and notes what about it cannot be read by everybody. */
  async function look({ page, who, app }, what) {
    await artefacts.picture(page, `${who}-${what}`);
    if (!judge) return;
    unreadable.push(...(await faults(page, LEAST[app])).map((fault) => `${who}, ${what}: ${fault}`));
  }

  /** Shows that every screen looked at so far can be read by everybody. */
  function allReadable() {
    assert.deepEqual(unreadable.splice(0), []);
  }

  /** Ends everything. No page may have thrown, and the program has to end by itself with code 0. */
  async function close() {
    const faulty = [...people.values()].flatMap((p) => p.faults);
    const complaints = [...people.values()].flatMap((p) => p.complaints);
    artefacts.keep('console.txt', withoutTokens([...faulty, ...complaints].join('\n')));
    await Promise.all([...people.values()].map((p) => p.close()));
    assert.equal(await program.stop(), 0, 'SIGTERM ends the program with code 0');
    assert.deepEqual(faulty, [], 'no page throws or breaks the content security policy');
  }

  return { program, url: program.url, artefacts, person, people, pictureAll, look, allReadable, story, close };
}
