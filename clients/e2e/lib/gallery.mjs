// Screens in every language and window size they are drawn for, to be looked at and judged.

import { putForward, SIZES } from './browser.mjs';
import { faults, LEAST } from './screen.mjs';
import { until } from './wait.mjs';

/** SCREENS_IN=easy looks in one language alone: all three of a long story take minutes. */
const LANGUAGES = (process.env.SCREENS_IN ?? 'ja,easy,en').split(',');

/** How long a lobby's screen speaks one language, milliseconds. */
const LOBBY_TURN = 12_000;

/** Further sizes of window beside the usual one of an app. */
const FURTHER = {
  booth: [{ width: 1920, height: 1080 }],
  desk: [{ width: 1280, height: 800 }, { width: 1366, height: 768 }, { width: 1920, height: 1080 }],
  counter: [{ width: 1280, height: 800 }, { width: 1920, height: 1080 }],
  guest: [{ width: 1280, height: 800 }],
  lobby: [{ width: 1280, height: 800 }],
};

/**
 * Makes a way to look at screens in every language and size, in place of world.look.
 *
 * @param {import('./world.mjs').World} world
 */
export function galleryOf(world) {
  const unreadable = [];

  /** Pictures one screen in all of them and leaves it as it was. */
  async function look({ page, who, app }, what) {
    const usual = page.viewportSize();
    for (const size of [SIZES[app], ...(FURTHER[app] ?? [])]) {
      await page.setViewportSize(size);
      for (const language of LANGUAGES) {
        await speak(page, app, language);
        const name = `${who}-${what}-${size.width}-${language}`;
        await page.screenshot({ path: world.artefacts.path(`${name}.png`) });
        // axe takes seconds: it looks at the usual size in one language; the others are measured.
        const axe = size === SIZES[app] && language === LANGUAGES[0];
        unreadable.push(...(await faults(page, { ...LEAST[app], axe })).map((fault) => `${name}: ${fault}`));
      }
    }
    await page.setViewportSize(usual);
    if (app !== 'lobby') await speak(page, app, 'ja');
  }

  /** What about all of them cannot be read by everybody. */
  return { look, unreadable };
}

async function speak(page, app, language) {
  const speaks = () => page.evaluate((next) => window.tongue.now() === next, language);
  // A lobby's screen speaks each language in turn, and lets nobody choose.
  if (app === 'lobby') {
    await until(`it is the turn of ${language}`, async () => {
      if (await speaks()) return true;
      await putForward(page, LOBBY_TURN);
      return false;
    }, { every: 1500 });
    return;
  }
  await page.evaluate((next) => window.tongue.choose(next), language);
  await until(`the page speaks ${language}`, speaks);
}
