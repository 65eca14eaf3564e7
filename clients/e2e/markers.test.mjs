// Words planted in a whole visit, which nobody but the people in it may find again: not in logs at their most talkative, metrics,
// Redis and its files, the audit trail, the memory of the server while the visit runs (what is sealed between the ends), nor in the
// booth's browser once it is over.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { becomeReady, checkInByNumber, idle, leaveGoodbye } from './lib/booth.mjs';
import { book, signIn } from './lib/api.mjs';
import { admit, choose, end, handOverToPharmacist, openLargeTalk, seesSomebody, write } from './lib/desk.mjs';
import { forms, foundBelow, foundIn, foundInMemory } from './lib/markers.mjs';
import { startProgram } from './lib/program.mjs';
import { says } from './lib/screen.mjs';
import { button } from './lib/seats.mjs';
import { GUIDANCE, MEDICAL, PLACE } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

const digits = (n) => Array.from({ length: n }, () => randomInt(10)).join('');
const resident = { kana: 'ヌマヌクイ ワカサブロウ', phone: `0998${digits(6)}` };
const said = { chat: `薬はまだ ${digits(9)} 残っています`, pin: `暗証番号は ${digits(8)} です` };
const control = `control-${digits(12)}`;

let folder;
let redis;
let port;
let world;
let pid;
const log = [];

/** A redis-server that writes everything it is told into a file, as it was told. */
async function startRedis() {
  port = await new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address();
      server.close(() => done(free));
    });
  });
  const at = join(folder, 'redis');
  execFileSync('mkdir', ['-p', at]);
  redis = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', at, '--appendonly', 'yes', '--appendfsync', 'everysec',
    '--aof-use-rdb-preamble', 'no', '--rdbcompression', 'no', '--save', ''], { stdio: 'ignore' });
  await until('redis answers', () => cli('PING').includes('PONG'), { within: 10_000 });
}

function cli(...args) {
  return execFileSync('redis-cli', ['-p', String(port), ...args], { encoding: 'utf8', maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'ignore'] });
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'markers-'));
  await startRedis();
  const start = async (artefacts, options) => {
    const program = await startProgram({
      log: artefacts.path('program.log'), state: join(folder, 'state'), ...options, temporary: folder, hear: (line) => log.push(line),
    });
    ({ pid } = program);
    return program;
  };
  world = await openWorld('markers', {
    judge: false, start, args: ['--sealed', '--log-level', 'debug', '--redis', `redis://127.0.0.1:${port}/0`, '--telephone', `http://127.0.0.1:9/${control}`],
  });
});

after(async () => {
  await world?.close();
  if (redis) {
    redis.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});

test('what is planted in a visit is found nowhere', async (t) => {
  const step = world.story(t);
  const tokens = new Set();
  let booth;
  let doctor;
  let pharmacist;
  let visit;
  const of = (texts) => Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, forms(text)]));
  const person = () => of({ surname: resident.kana.split(' ')[0], name: resident.kana.split(' ')[1], phone: resident.phone });
  const spoken = () => of(said);
  // The last part of a token is its signature: whoever has that and the rest is somebody else.
  const secrets = () => of(Object.fromEntries([...tokens].map((token, i) => [`token ${i}`, token.split('.')[2]])));
  const everything = () => ({ ...person(), ...spoken(), ...secrets() });
  const watch = ({ page }) => page.on('response', async (response) => {
    if (!/\/(sign-in|token|renew)$/.test(new URL(response.url()).pathname)) return;
    const body = await response.json().catch(() => ({}));
    if (typeof body.token === 'string') tokens.add(body.token);
  });

  await step('the search finds a planted word in every form', async () => {
    for (const [name, list] of Object.entries({ ...person(), ...spoken() })) {
      for (const needle of list) {
        const hay = Buffer.concat([Buffer.from('…"before '), needle.bytes, Buffer.from(' after"')]);
        assert.ok(foundIn(hay, { [name]: list }).includes(`${name} (${needle.form})`));
      }
      const whole = { chat: said.chat, pin: said.pin }[name];
      for (const front of whole === undefined ? [] : ['', 'x', 'xy']) {
        assert.ok(foundIn(Buffer.from(Buffer.from(`${front}${whole}!!`).toString('base64')), { [name]: list }).length > 0, `${name} in base64 behind "${front}"`);
      }
    }
  });

  await step('a resident with name and number comes, and talks with a doctor in writing', async () => {
    const counter = await signIn(world.url, `counter:${PLACE.office}`);
    tokens.add(counter.bearer);
    visit = await book(counter, { office: PLACE.office, booth: PLACE.booth, legs: [MEDICAL, GUIDANCE], resident });
    booth = await world.person('booth', { app: 'booth', seat: PLACE.booth, face: 'resident', profile: join(folder, 'profile'), begin: watch });
    doctor = await world.person('doctor', { app: 'desk', seat: PLACE.doctor, face: 'doctor', begin: watch });
    await checkInByNumber(booth, visit.reception);
    await button(booth.page, 'はい、わたしです').click({ timeout: 10_000 });
    await becomeReady(booth);
    await choose(doctor, resident.kana);
    await admit(doctor);
    await Promise.all([seesSomebody(booth), seesSomebody(doctor)]);
    await openLargeTalk(doctor);
    for (const text of Object.values(said)) await write(doctor, text);
    await says(booth.page, said.pin, { within: 10_000 });
    assert.ok(tokens.size >= 3, `${tokens.size} tokens were seen`);
  });

  await step('the memory of the server, while they talk, holds nothing of what is sealed between them', async (s) => {
    const { found, read } = await foundInMemory(pid, { ...spoken(), ...of({ control }) });
    s.diagnostic(`${(read / (1 << 20)).toFixed(0)} MiB of memory looked at`);
    assert.ok(found.includes('control (utf-8)'), 'what was planted for the search is found');
    assert.deepEqual(found.filter((what) => !what.startsWith('control')), []);
  });

  await step('the doctor hands over, the pharmacist ends, the booth says goodbye', async () => {
    await handOverToPharmacist(doctor);
    await says(doctor.page, '引き継ぎました');
    pharmacist = await world.person('pharmacist', { app: 'desk', seat: visit.legs[1].desk, face: 'pharmacist', begin: watch });
    await choose(pharmacist, resident.kana);
    await admit(pharmacist);
    await Promise.all([seesSomebody(booth), seesSomebody(pharmacist)]);
    await end(pharmacist);
    await leaveGoodbye(booth);
    await idle(booth);
  });

  await step('logs and metrics say nothing of it', async (s) => {
    const text = log.join('\n');
    s.diagnostic(`${log.length} lines of log`);
    assert.ok(log.length > 50 && /DEBUG|debug/.test(text), 'the log is at its most talkative');
    assert.deepEqual(foundIn(Buffer.from(text), everything()), []);
    assert.deepEqual(foundIn(Buffer.from(await (await fetch(`${world.url}/metrics`)).text()), everything()), []);
  });

  await step('Redis, its files and the audit trail hold it nowhere', async (s) => {
    cli('-n', '3', 'SET', 'planted', control);
    cli('SAVE');
    await until('the planted word is in the file', async () => (await foundBelow(join(folder, 'redis'), of({ control }))).length > 1, { within: 10_000 });
    assert.ok((await foundBelow(join(folder, 'redis'), of({ visit: visit.id }))).length > 0, 'the visit itself is there');
    const entries = await (await signIn(world.url, 'admin:admin')).get(`/v1/audit?visit=${visit.id}&limit=200`);
    s.diagnostic(`${entries.entries.length} entries of the trail are about the visit`);
    assert.ok(entries.entries.some(({ action }) => action === 'person.read'), 'and the trail says who was shown the person');
    assert.deepEqual(await foundBelow(folder, everything()).then((all) => all.filter((what) => !what.startsWith(join(folder, 'profile')))), []);
  });

  await step('the booth has kept nothing of it', async () => {
    const kept = await booth.page.evaluate(async () => {
      const databases = await indexedDB.databases();
      const rows = await Promise.all(databases.map(({ name }) => new Promise((done) => {
        const asked = indexedDB.open(name);
        asked.addEventListener('error', () => done(''));
        asked.addEventListener('success', () => {
          const names = [...asked.result.objectStoreNames];
          if (names.length === 0) {
            done('');
            return;
          }
          const all = asked.result.transaction(names).objectStore(names[0]).getAll();
          all.addEventListener('success', () => done(JSON.stringify(all.result)));
          all.addEventListener('error', () => done(''));
        });
      })));
      const caches = await window.caches?.keys() ?? [];
      return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, rows, caches, history.state, location.href]);
    });
    const devtools = await booth.context.newCDPSession(booth.page);
    const { entries } = await devtools.send('Page.getNavigationHistory');
    const cookies = await booth.context.cookies();
    assert.deepEqual(foundIn(Buffer.from(kept + JSON.stringify(entries) + JSON.stringify(cookies)), { ...person(), ...spoken() }), []);
    await booth.close();
    const rooms = of(Object.fromEntries([...tokens].filter((token) => payload(token).aud === 'madoguchi/room' || payload(token).aud?.includes?.('madoguchi/room')).map((token, i) => [`room token ${i}`, token.split('.')[2]])));
    assert.ok(Object.keys(rooms).length > 0, 'a room token was seen');
    assert.deepEqual(await foundBelow(join(folder, 'profile'), { ...person(), ...spoken(), ...rooms }), []);
  });
});

function payload(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
}
