// Collected offers of browsers, answered by the program over WHIP and WHEP, and judged by Chromium: it takes each offer for
// its own (with its own keys in place of the ones collected) and the program's answer to it, and connects.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBrowser, plainPage } from './lib/browser.mjs';
import { dataSet } from './lib/media.mjs';
import { openWorld } from './lib/world.mjs';

let world;
let browser;

before(async () => {
  world = await openWorld('sdp', { judge: false });
  browser = await openBrowser({ name: 'chromium' });
});

after(async () => {
  await browser?.close();
  await world?.close();
});

/** In the page: makes Chromium the author of an offer like the collected one, has it answered and takes the answer. */
async function takeAnswer({ offer, bearer, room }) {
  const peer = new RTCPeerConnection();
  const report = {};
  try {
    const direction = (lines) => /^a=(sendonly|recvonly|sendrecv|inactive)\r?$/m.exec(lines)?.[1] ?? 'sendrecv';
    // Chromium puts data channels last, answers to actpass only and numbers its streams itself; an offer of its own is like
    // the collected one in everything else.
    const isData = (part) => part.startsWith('m=application');
    const [session, ...lines] = offer.replaceAll(/^a=(?:setup|ssrc|ssrc-group):.*\r?\n/gm, '').trimEnd().split(/^(?=m=)/m);
    const parts = [session, ...lines.toSorted((a, b) => isData(a) - isData(b)).map((part) => `${part.trimEnd()}\r\na=setup:actpass\r\n`)];
    for (const part of parts.slice(1)) {
      const kind = /^m=(\w+)/.exec(part)[1];
      if (kind === 'application') peer.createDataChannel('data');
      else peer.addTransceiver(kind, { direction: direction(part) });
    }
    const own = (await peer.createOffer()).sdp;
    const put = (text, name) => text.replaceAll(new RegExp(`^a=${name}:.*$`, 'gm'), new RegExp(`^a=${name}:.*$`, 'm').exec(own)[0].trim());
    // Payload types of codecs that this Chromium no longer has (iSAC, CN) go: it could not be the author of such an offer.
    const known = new Set(['audio', 'video'].flatMap((kind) =>
      RTCRtpReceiver.getCapabilities(kind).codecs.map((c) => c.mimeType.split('/')[1].toLowerCase())));
    const gone = [...offer.matchAll(/^a=rtpmap:(\d+) ([^/]+)/gm)].filter(([, , name]) => !known.has(name.toLowerCase())).map(([, pt]) => pt);
    const slimmer = parts.map((part) => part
      .replace(/^(m=(?:audio|video) \d+ \S+)(.*)$/m, (_, head, list) => head + list.split(' ').filter((pt) => !gone.includes(pt.trim())).join(' '))
      .split('\n').filter((line) => !gone.includes(/^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line)?.[1])).join('\n')).join('');
    const munged = ['ice-ufrag', 'ice-pwd', 'fingerprint'].reduce(put, slimmer)
      .replaceAll(/^a=candidate:.*\r?\n|^a=end-of-candidates\r?\n/gm, '').trimEnd().replaceAll(/\r?\n/g, '\r\n');
    await peer.setLocalDescription({ type: 'offer', sdp: `${munged}\r\n` }).catch((error) => {
      throw new Error(`offer: ${error.message}`);
    });
    for (const kind of ['whip', 'whep']) {
      const reply = await fetch(`/${kind}/${room}`, {
        method: 'POST', headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/sdp' }, body: `${munged}\r\n`,
      });
      report.status = reply.status;
      report.answer = await reply.text();
      if (reply.ok) break; // what only wants to receive is refused by WHIP
    }
    await peer.setRemoteDescription({ type: 'answer', sdp: report.answer });
    report.connected = await new Promise((done) => {
      const look = () => ['connected', 'failed'].includes(peer.connectionState) && done(peer.connectionState === 'connected');
      peer.addEventListener('connectionstatechange', look);
      setTimeout(() => done(false), 5000);
      look();
    });
  } catch (error) {
    report.error = error.message;
  } finally {
    peer.close();
  }
  return report;
}

test('Chromium takes every answer to a collected offer', { skip: !dataSet && 'MADOGUCHI_DATA is not set: the collected session descriptions are not at hand' }, async () => {
  const table = (await readFile(new URL('../../testdata/sdp/verdicts.csv', import.meta.url), 'utf8')).split('\n');
  const answered = new Set(table.filter((line) => line.includes(',answered,')).map((line) => line.split(',')[0]));
  const page = await plainPage(browser.context, world.url);
  const unhappy = [];
  for (const name of await readdir(join(dataSet, 'sdp'))) {
    if (!answered.has(name)) continue;
    const offer = await readFile(join(dataSet, 'sdp', name), 'utf8');
    const room = `sdp-${name.replaceAll(/\W/g, '-')}`;
    const bearer = await world.program.token('--room', room, '--participant', 'p', '--publish', '--subscribe', '--bench');
    const report = await page.evaluate(takeAnswer, { offer, bearer, room });
    if (!report.connected) unhappy.push(`${name}: ${JSON.stringify(report)}`);
  }
  process.stdout.write(`measured: Chromium takes ${answered.size - unhappy.length} of ${answered.size} answers and connects\n`);
  assert.ok(answered.size >= 16);
  assert.deepEqual(unhappy, []);
});
