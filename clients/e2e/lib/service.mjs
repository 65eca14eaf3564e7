// `madoguchi serve` as an operator runs it, on a Redis with a replica and Sentinels that can come to harm.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { withoutTokens } from './artefacts.mjs';
import { BINARY, ROOT } from './program.mjs';

const run = promisify(execFile);
const STOP_WITHIN = 20_000;

/**
 * @typedef {object} Lab
 * @property {string} url of the Sentinels, as the configuration names it
 * @property {(command: 'cut'|'kill'|'heal'|'return'|'empty') => Promise<void>} does see cmd/redislab
 * @property {() => Promise<void>} close ends every server
 */

/**
 * Starts a primary, a replica and three Sentinels.
 *
 * @param {string} folder where the tool that runs them is built
 * @returns {Promise<Lab>}
 */
export async function startLab(folder) {
  const tool = join(folder, 'redislab');
  await run('go', ['build', '-o', tool, './cmd/redislab'], { cwd: ROOT });
  const child = spawn(tool, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint += text;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const said = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`redislab has ended: ${complaint.trim()}`);
    return value;
  };
  return {
    url: await said(),
    does: async (command) => {
      child.stdin.write(`${command}\n`);
      const answer = await said();
      if (answer !== 'ok') throw new Error(`redislab: ${command}: ${answer}`);
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/**
 * Brokers of one area: the same keys and catalogue, a journal each.
 *
 * @param {string} folder for configuration, keys and journals
 * @param {string} redis URL
 */
export async function brokers(folder, redis) {
  await mkdir(folder, { recursive: true });
  const keys = join(folder, 'keys');
  const settings = (name, port) => [
    `listen: 127.0.0.1:${port}`, 'media: 127.0.0.1:0', 'public-url: https://madoguchi.example.jp', 'behind-proxy: true', 'code-sign-in: true',
    `redis: ${redis}`, 'redis-replicas: 1', 'redis-wait: 300ms', `journal: ${join(folder, name)}`,
    `directory: ${join(ROOT, 'deploy', 'sample')}`, `keys: ${keys}`,
  ].join('\n');

  /**
   * Starts one, or starts it again.
   *
   * @param {string} name of its journal
   * @param {string|number} [port] where it was before
   */
  async function start(name, port = 0) {
    const file = join(folder, `${name}.yaml`);
    await writeFile(file, settings(name, port));
    const child = spawn(BINARY, ['serve', '--config', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'exit');
    const at = await listening(child, createWriteStream(join(folder, `${name}.log`), { flags: 'a' }));
    return {
      url: `http://${at}`,
      port: at.split(':')[1],
      /** A code a seat signs in with, once. */
      enroll: async (seat) => (await run(BINARY, ['enroll', '--config', file, '--seat', seat])).stdout.trim(),
      stop: async () => {
        if (child.exitCode !== null) return child.exitCode;
        const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN);
        child.kill('SIGTERM');
        const [code] = await ended;
        clearTimeout(force);
        return code;
      },
    };
  }
  return { start };
}

/** Where it listens, once it is ready. */
function listening(child, log) {
  return new Promise((done, fail) => {
    const tail = [];
    let at;
    const read = (line) => {
      log.write(`${withoutTokens(line)}\n`);
      tail.push(line);
      at = /^listening on (\S+)/.exec(line)?.[1] ?? at;
      if (line.trim() === 'ready') done(at);
    };
    createInterface({ input: child.stdout }).on('line', read);
    createInterface({ input: child.stderr }).on('line', read);
    child.once('error', fail);
    child.once('exit', (code) => fail(new Error(`serve ended with ${code}:\n${tail.slice(-20).join('\n')}`)));
  });
}
