// The real program: bin/madoguchi demo on ports of its own.

import { spawn, execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withoutTokens } from './artefacts.mjs';
import { clockSays } from './clock.mjs';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
export const BINARY = process.env.MADOGUCHI_BIN ?? join(ROOT, 'bin', 'madoguchi');
const START_WITHIN = 20_000;
const STOP_WITHIN = 15_000;

/**
 * @typedef {object} Program
 * @property {string} url where its pages are, without a slash at the end
 * @property {number} pid its process
 * @property {string[]} links what it printed before "ready"
 * @property {(...args: string[]) => Promise<string>} token runs `madoguchi token` and returns the token
 * @property {() => Promise<number|null>} stop sends SIGTERM and returns the exit code
 */

/**
 * Starts the demo and waits until it says that it is ready.
 *
 * @param {object} options
 * @param {string} options.log file for what it prints, tokens blacked out
 * @param {string} options.state directory for the demo's key, so that no run meets another's
 * @param {import('./network.mjs').Namespace} [options.inside] network namespace to run in
 * @param {string} [options.host] address to listen on
 * @param {string[]} [options.args] further arguments
 * @param {string} [options.temporary] folder for its temporary files, the system's if not given
 * @param {(line: string) => void} [options.hear] told every line it prints, as it is
 * @returns {Promise<Program>}
 * @throws {Error} with its last lines when it ends or is not ready in time
 */
export async function startProgram({ log, state, inside, host = '127.0.0.1', args = [], temporary, hear = () => {} }) {
  await access(BINARY).catch(() => {
    throw new Error(`start program: ${BINARY} is not there; make build makes it`);
  });
  await mkdir(state, { recursive: true });
  const env = { ...process.env, XDG_CACHE_HOME: state, ...(temporary ? { TMPDIR: temporary } : {}) };
  const command = [BINARY, 'demo', '--listen', `${host}:0`, '--media', `${host}:0`, ...args];
  if (inside) command.unshift('ip', 'netns', 'exec', inside.name);
  const child = spawn(command[0], command.slice(1), { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  const links = await ready(child, createWriteStream(log), hear).catch(async (error) => {
    child.kill('SIGKILL');
    throw error;
  });
  const url = new URL(links.find((l) => l.includes('/booth/')) ?? links[0]).origin;
  return {
    url,
    links,
    pid: child.pid,
    token: async (...flags) => (await promisify(execFile)(BINARY, ['token', ...flags], { env })).stdout.trim(),
    stop: () => stop(child, ended),
  };
}

/** Reads links from both outputs until the line "ready". */
function ready(child, log, hear) {
  return new Promise((done, fail) => {
    const links = [];
    const tail = [];
    const late = setTimeout(() => fail(new Error(`start program: not ready in time:\n${tail.join('\n')}`)), START_WITHIN);
    const read = (line) => {
      hear(line);
      const clean = withoutTokens(line);
      log.write(`${clean}\n`);
      tail.push(clean);
      if (tail.length > 30) tail.shift();
      links.push(...(line.match(/https?:\/\/[^\s"]+/g) ?? []));
      const time = /^The clock of this demo says (\S+)\.$/.exec(line)?.[1];
      if (time) clockSays(time);
      if (line.trim() !== 'ready') return;
      clearTimeout(late);
      done([...links]);
    };
    createInterface({ input: child.stdout }).on('line', read);
    createInterface({ input: child.stderr }).on('line', read);
    child.once('error', fail);
    child.once('exit', (code) => fail(new Error(`start program: ended with ${code}:\n${tail.join('\n')}`)));
  });
}

/** Asks it to end; kills it only when it does not listen. */
async function stop(child, ended) {
  if (child.exitCode !== null) return child.exitCode;
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN);
  child.kill('SIGTERM');
  const [code] = await ended;
  clearTimeout(force);
  return code;
}
