// The screens' own wording, for tests that visit the same screens in every language. The files are flat lists of
// "key": "words", so that a pattern reads them without a compiler.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The wording of an app.
 *
 * @param {'ja'|'easy'|'en'} language
 * @param {'booth'|'desk'|'counter'|'assistant'|'my'} app
 * @returns {(key: string) => string} the words as written, without readings
 */
export function wording(language, app) {
  const words = new Map();
  for (const name of ['common', 'work', 'plan', app]) {
    const path = fileURLToPath(new URL(`../../ui/words/${language}/${name}.ts`, import.meta.url));
    for (const [, key, value] of readFileSync(path, 'utf8').matchAll(/^\s*"([\w.-]+)":\s*("(?:[^"\\]|\\.)*")/gm)) {
      words.set(key, JSON.parse(value).replaceAll(/\{([^{}|]+)\|[^{}|]+\}/g, '$1'));
    }
  }
  return (key) => {
    const found = words.get(key);
    if (found === undefined) throw new Error(`wording: ${language}/${app} has no ${key}`);
    return found;
  };
}

/** What the languages call themselves on every screen. */
export const NAMES = { ja: '日本語', easy: 'やさしい日本語', en: 'English' };
