// What a run leaves behind to be looked at: screenshots, recordings, logs. Git does not see the folder.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where everything is kept. */
export const ARTEFACTS = fileURLToPath(new URL('../artefacts/', import.meta.url));

/** Blacks out anything that looks like a token, so that logs may be handed on. */
export function withoutTokens(text) {
  return text.replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'eyJ…');
}

/**
 * A folder for one test file.
 *
 * @param {string} name
 * @param {{fresh?: boolean}} [options] fresh: what an earlier run left there is removed
 */
export function artefactsOf(name, { fresh = false } = {}) {
  const folder = join(ARTEFACTS, name);
  if (fresh) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let step = 0;
  return {
    folder,
    /** Path of a file in the folder. */
    path: (file) => join(folder, file),
    /** Writes a file into the folder. */
    keep: (file, data) => writeFileSync(join(folder, file), data),
    /**
     * A numbered picture of a page.
     *
     * @param {import('playwright-core').Page} page
     * @param {string} what short name of the step
     */
    picture: (page, what) => {
      step += 1;
      return page.screenshot({ path: join(folder, `${String(step).padStart(2, '0')}-${what}.png`) });
    },
  };
}
