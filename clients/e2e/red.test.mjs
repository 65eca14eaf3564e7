// Sound through a line that loses every tenth packet: what asking again and redundancy save. Plain clients, three ways at
// once, in a network of their own. getStats speaks of Opus whatever is sent, so what came is asserted on the server.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openBrowser, plainPage } from './lib/browser.mjs';
import { mediaOf } from './lib/media.mjs';
import { cannot, lossy } from './lib/network.mjs';
import { until } from './lib/wait.mjs';
import { play, publish } from './lib/whip.mjs';
import { openWorld } from './lib/world.mjs';

/** Loss on each of the two hops, and how long it lasts. */
const PERCENT = 10;
const SECONDS = 15;

const WAYS = {
  'plain Opus': { red: false, nack: false },
  'Opus, asked for again': { red: false, nack: true },
  'with redundancy, and asked for again': { red: true, nack: true },
};

let network;
let world;
let browser;

before(async () => {
  if (cannot) return;
  network = await lossy();
  world = await openWorld('red', { inside: network });
  const media = await mediaOf('resident', { directory: world.artefacts.path('made') });
  browser = await openBrowser({ name: 'rig', media, inside: network });
});

after(async () => {
  await browser?.close();
  await world?.close();
  await network?.remove();
});

/** One sender and one receiver of sound in a room of their own. */
async function pair(way, n) {
  const room = `red-${n}`;
  const mint = (participant) =>
    world.program.token('--room', room, '--participant', participant, '--publish', '--subscribe', '--bench');
  const [up, down] = [await plainPage(browser.context, world.url), await plainPage(browser.context, world.url)];
  const shape = { kinds: ['audio'], sound: WAYS[way] };
  for (const reply of [
    await publish(up, { room, token: await mint('one') }, shape),
    await play(down, { room, token: await mint('two') }, shape),
  ]) {
    assert.equal(reply.status, 201, reply.body);
  }
  await until(`${way}: sound arrives`, async () => (await figures(down)).packets > 20);
  return { way, up, down };
}

/** What the page's only connection says of sound so far. */
function figures(page) {
  return page.evaluate(async () => {
    const [peer] = window.witness.peers;
    const sum = { packets: 0, lost: 0, samples: 0, concealed: 0, asked: 0, sent: 0, resent: 0 };
    for (const s of (await peer.getStats()).values()) {
      if (s.type === 'inbound-rtp') {
        Object.assign(sum, {
          packets: s.packetsReceived, lost: s.packetsLost, samples: s.totalSamplesReceived ?? 0,
          concealed: (s.concealedSamples ?? 0) - (s.silentConcealedSamples ?? 0), asked: s.nackCount ?? 0,
        });
      }
      if (s.type === 'outbound-rtp') Object.assign(sum, { sent: s.packetsSent, resent: s.retransmittedPacketsSent ?? 0 });
    }
    return sum;
  });
}

/** A figure of the server's. */
async function metric(name) {
  const text = await browser.page.evaluate(async (url) => (await fetch(url)).text(), `${world.url}/metrics`);
  const found = new RegExp(`^madoguchi_sfu_${name}(?:_total)? (\\S+)$`, 'm').exec(text);
  assert.ok(found, `${name} is among the metrics`);
  return Number(found[1]);
}

test(`sound through ${PERCENT} % loss on each hop`, { skip: cannot }, async (t) => {
  await browser.page.goto(`${world.url}/`);
  const pairs = [];
  for (const [n, way] of Object.keys(WAYS).entries()) pairs.push(await pair(way, n));
  const first = new Map();
  for (const { way, up, down } of pairs) first.set(way, { up: await figures(up), down: await figures(down) });
  const quiet = await metric('packets_resent');
  assert.ok((await metric('packets_redundant')) > 20, 'the server got sound with redundancy');

  await network.lose(PERCENT);
  await new Promise((done) => { setTimeout(done, SECONDS * 1000); });
  const shares = {};
  const rows = [];
  for (const { way, up, down } of pairs) {
    const was = first.get(way);
    const [u, d] = [await figures(up), await figures(down)];
    const since = (now, then, key) => now[key] - then[key];
    const share = since(d, was.down, 'concealed') / since(d, was.down, 'samples');
    shares[way] = share;
    rows.push({
      way, 'concealed %': (100 * share).toFixed(2), 'lost': since(d, was.down, 'lost'),
      'arrived': since(d, was.down, 'packets'), 'asked again': since(d, was.down, 'asked'),
      'sent again by the sender': since(u, was.up, 'resent'),
    });
  }
  await network.lose(0);
  for (const row of rows) t.diagnostic(Object.entries(row).map(([what, value]) => `${what}: ${value}`).join(', '));
  world.artefacts.keep('figures.json', JSON.stringify(rows, null, 2));
  const [plain, asked, red] = Object.keys(WAYS).map((way) => shares[way]);
  assert.ok(plain > 0.05, 'without help the loss is heard: the test shows something');
  assert.ok(asked < plain / 2, 'asking again halves what is heard of it');
  assert.ok(red < plain / 4, 'redundancy takes three quarters of it');
  assert.ok((await metric('packets_resent')) > quiet, 'the server answered receivers that asked again');
});
