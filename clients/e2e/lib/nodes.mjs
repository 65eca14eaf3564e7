// Two signaling and two media nodes as processes of their own, on one redis-server: what a consortium runs.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { request } from './api.mjs';
import { withoutTokens } from './artefacts.mjs';
import { BINARY } from './program.mjs';
import { until } from './wait.mjs';

const run = promisify(execFile);

/** An area that is open day and night: a post office, a booth and a desk. */
const AREA = `areas: [{id: land, name: 試験圏}]
services: [{id: talk, name: 行政相談, publicName: 相談, role: counselor, minutes: 20}]
pools:
  - {id: soudan, name: 行政相談, area: land, holidays: open, yearEnd: {from: none, to: none}, services: [talk], desks: [{id: madoka, name: 田代 円, kana: たしろ まどか, role: counselor, title: 相談員, roster: [{days: Mon-Sun, from: "00:00", to: "24:00"}]}]}
offices:
  - {id: hama, name: 汐待浜郵便局, area: land, every: 5, fine: 5, holidays: open, yearEnd: {from: none, to: none}, booths: [{id: hama-1, name: ブース1}], hours: [{days: Mon-Sun, open: "00:00", close: "24:00"}], offers: [{service: talk, pool: soudan, basis: {kind: agreement, reference: 協定, on: 2026-01-05}, trained: 2026-01-05, from: 2026-01-05}]}
`;

/** What takes place there. */
export const TALK = { office: 'hama', booth: 'hama-1', desk: 'madoka', legs: [{ service: 'talk', pool: 'soudan' }] };

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * @typedef {object} Server
 * @property {string} url
 * @property {(signal: NodeJS.Signals) => void} signal
 * @property {() => Promise<number|null>} ended its exit code
 * @property {() => Promise<string|undefined>} node id of its media node
 */

/**
 * Starts all of them.
 *
 * @param {string} folder for logs, keys and the description of the area
 */
export async function startNodes(folder) {
  await mkdir(join(folder, 'directory'), { recursive: true });
  await writeFile(join(folder, 'directory', 'area.yaml'), AREA);
  const redis = await startRedis(folder);
  const ports = [await freePort(), await freePort()];
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const common = [
    '--public-url', 'https://madoguchi.example.jp', '--behind-proxy', '--code-sign-in', '--redis', redis.url,
    '--keys', join(folder, 'keys'), '--directory', join(folder, 'directory'),
  ];
  /** @type {Server[]} */
  const servers = [];
  const start = async (name, ...args) => {
    const one = await startServer(createWriteStream(join(folder, `${name}.log`), { flags: 'a' }), ...common, ...args);
    servers.push(one);
    return one;
  };
  const broker = (i) => start(`broker-${i}`, '--role', 'booking,signaling', '--listen', `127.0.0.1:${ports[i]}`, '--others', urls[1 - i]);
  const media = (i) => start(`media-${i}`, '--role', 'sfu', '--listen', '127.0.0.1:0', '--media', '127.0.0.1:0');
  const brokers = [await broker(0), await broker(1)];
  const nodes = [await media(0), await media(1)];
  const both = () => until('both brokers know both media nodes', async () => {
    for (const { url } of brokers) {
      const { body } = await request(url, 'GET', '/readyz');
      if (body.mediaNodes !== 2) throw new Error(JSON.stringify(body));
    }
    return true;
  });
  await both();
  return {
    brokers,
    nodes,
    both,
    /** Starts one more media node, in place of one that has gone. */
    anotherNode: async (i) => {
      nodes[i] = await media(i);
      await both();
    },
    /** A code a seat signs in with, once. */
    enroll: async (seat) => (await run(BINARY, ['enroll', '--seat', seat, '--redis', redis.url, '--directory', join(folder, 'directory')])).stdout.trim(),
    /** Which of the media nodes carries a session. */
    carrying: async (session) => {
      const place = JSON.parse((await redis.get(`{land}:sfu-room:${session}`)));
      for (const [i, node] of nodes.entries()) if ((await node.node()) === place.node) return i;
      throw new Error(`no media node is ${place.node}`);
    },
    close: async () => {
      for (const one of servers) one.signal('SIGCONT');
      for (const one of servers) one.signal('SIGKILL');
      await Promise.all(servers.map((one) => one.ended()));
      await redis.close();
    },
  };
}

async function startRedis(folder) {
  const port = await freePort();
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const cli = async (...args) => (await run('redis-cli', ['-p', String(port), ...args])).stdout.trim();
  await until('redis-server answers', async () => (await cli('ping')) === 'PONG');
  return {
    url: `redis://127.0.0.1:${port}/0`,
    get: (key) => cli('get', key),
    close: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** @returns {Promise<Server>} */
async function startServer(log, ...args) {
  const child = spawn(BINARY, ['serve', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  const at = await new Promise((done, fail) => {
    const tail = [];
    let listens;
    const read = (line) => {
      log.write(`${withoutTokens(line)}\n`);
      tail.push(line);
      listens = /^listening on (\S+)/.exec(line)?.[1] ?? listens;
      if (line.trim() === 'ready') done(listens);
    };
    createInterface({ input: child.stdout }).on('line', read);
    createInterface({ input: child.stderr }).on('line', read);
    child.once('error', fail);
    child.once('exit', (code) => fail(new Error(`serve ended with ${code}:\n${tail.slice(-20).join('\n')}`)));
  });
  const url = `http://${at}`;
  return {
    url,
    signal: (signal) => void child.kill(signal),
    ended: async () => (await ended)[0],
    node: async () => (await request(url, 'GET', '/readyz').catch(() => ({ body: {} }))).body.node,
  };
}
