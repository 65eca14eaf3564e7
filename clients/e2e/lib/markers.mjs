// Finds a text in bytes in every form in which a program may have written it down.

import { open, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** @typedef {{form: string, bytes: Buffer}} Needle */

/** A text as it may stand in a file or in memory. */
export function forms(text) {
  const utf8 = Buffer.from(text, 'utf8');
  const utf16 = Buffer.from(text, 'utf16le');
  const escaped = [...text].map((c) => (c < ' ' || c > '~' ? [...c].flatMap(units).map((u) => `\\u${u}`).join('') : c)).join('');
  const list = [
    ['utf-8', utf8], ['utf-16le', utf16], ['utf-16be', Buffer.from(utf16).swap16()],
    ['hex', Buffer.from(utf8.toString('hex'))], ['HEX', Buffer.from(utf8.toString('hex').toUpperCase())],
    ['url', Buffer.from(encodeURIComponent(text))], ['form', Buffer.from(new URLSearchParams({ t: text }).toString().slice(2))],
    ['json', Buffer.from(escaped)], ['JSON', Buffer.from(escaped.replaceAll(/\\u[0-9a-f]{4}/g, (u) => `\\u${u.slice(2).toUpperCase()}`))],
    ...['base64', 'base64url'].flatMap((kind) => [0, 1, 2].map((shift) => [`${kind}+${shift}`, Buffer.from(based(utf8, shift, kind))])),
  ];
  const seen = new Set();
  return list.map(([form, bytes]) => ({ form, bytes })).filter(({ bytes }) => !seen.has(bytes.toString('latin1')) && seen.add(bytes.toString('latin1')));
}

function units(c) {
  return Array.from({ length: c.length }, (_, i) => c.charCodeAt(i).toString(16).padStart(4, '0'));
}

/** The middle of base64 of something that stands at this place of a longer text: what does not depend on its neighbours. */
function based(bytes, shift, kind) {
  const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString(kind).replaceAll('=', '');
  return whole.slice(shift === 0 ? 0 : shift + 1, Math.floor(((shift + bytes.length) * 8) / 6));
}

/**
 * Which of the markers are in the bytes, as "name (form)".
 *
 * @param {Buffer} bytes
 * @param {Record<string, Needle[]>} markers
 */
export function foundIn(bytes, markers) {
  return Object.entries(markers).flatMap(([name, list]) => list.filter(({ bytes: needle }) => bytes.includes(needle)).map(({ form }) => `${name} (${form})`));
}

/** Which of the markers are in the files of a folder, with the file. */
export async function foundBelow(folder, markers) {
  const found = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path).catch(() => Buffer.alloc(0)); // gone meanwhile
    found.push(...foundIn(Buffer.concat([Buffer.from(`${entry.name}\n`), bytes]), markers).map((what) => `${path}: ${what}`));
  }
  return found;
}

const PIECE = 8 << 20;

/** Which of the markers are in the memory of a process that runs, and how many bytes were looked at. */
export async function foundInMemory(pid, markers) {
  const maps = (await readFile(`/proc/${pid}/maps`, 'utf8')).trim().split('\n');
  const most = Math.max(...Object.values(markers).flat().map(({ bytes }) => bytes.length));
  const memory = await open(`/proc/${pid}/mem`, 'r');
  const found = new Set();
  let read = 0;
  try {
    for (const line of maps) {
      const [, from, to, rights] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line);
      if (!rights.startsWith('rw')) continue;
      const end = Number.parseInt(to, 16);
      for (let at = Number.parseInt(from, 16); at < end; at += PIECE) {
        const piece = Buffer.alloc(Math.min(PIECE + most, end - at));
        const { bytesRead } = await memory.read(piece, 0, piece.length, at).catch(() => ({ bytesRead: 0 })); // not there any more
        read += Math.min(bytesRead, PIECE);
        for (const what of foundIn(piece.subarray(0, bytesRead), markers)) found.add(what);
      }
    }
  } finally {
    await memory.close();
  }
  return { found: [...found], read };
}
