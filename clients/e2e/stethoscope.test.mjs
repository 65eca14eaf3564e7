// What a doctor hears through a stethoscope in the booth: the same file is captured twice, as the voice and as the device's
// sound, and recorded at the desk from the track each comes on. The device's sound has to be what the file is; the voice may
// not be, for a browser takes a tone for noise.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { openBrowser, SIZES } from './lib/browser.mjs';
import { fft, resample, rms } from './lib/dsp.mjs';
import { containing } from './lib/seats.mjs';
import { mediaOf } from './lib/media.mjs';
import { says } from './lib/screen.mjs';
import { writeWav } from './lib/sound.mjs';
import { PLACE, consult } from './lib/visit.mjs';
import { until } from './lib/wait.mjs';
import { openWorld } from './lib/world.mjs';

const RATE = 48_000;
/** Sweep and heart, each after a silence; the file is played in a loop. Seconds. */
const SWEEP = { from: 0.5, to: 6.5, low: 44, high: 562, level: 0.25 };
const HEART = { from: 7.5, to: 11.5, level: 0.01 };
const PERIOD = 12;
const THIRDS = [50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500];

let world;

before(async () => {
  world = await openWorld('stethoscope');
});

after(() => world?.close());

/** A sweep whose pitch rises evenly by the octave, then a heart at −40 dBFS: two short low beats, four times in three seconds. */
function source() {
  const samples = new Float32Array(PERIOD * RATE);
  const octaves = Math.log(SWEEP.high / SWEEP.low);
  const length = SWEEP.to - SWEEP.from;
  for (let i = 0; i < length * RATE; i++) {
    const t = i / RATE;
    const phase = ((2 * Math.PI * SWEEP.low * length) / octaves) * (Math.exp((octaves * t) / length) - 1);
    const fade = Math.min(1, t / 0.05, (length - t) / 0.05);
    samples[SWEEP.from * RATE + i] = SWEEP.level * fade * Math.sin(phase);
  }
  for (let beat = HEART.from; beat + 0.5 < HEART.to; beat += 0.8) {
    for (const [at, hertz] of [[0, 60], [0.3, 90]]) {
      const first = Math.round((beat + at) * RATE);
      for (let i = 0; i < 0.12 * RATE; i++) {
        samples[first + i] += HEART.level * Math.sin((Math.PI * i) / (0.12 * RATE)) * Math.sin((2 * Math.PI * hertz * i) / RATE);
      }
    }
  }
  return samples;
}

/** Energy of each third of an octave, in decibels, of one whole period: wherever the period begins. */
function thirds(samples, rate) {
  const low = resample(samples, rate, 4000);
  const re = new Float64Array(65_536);
  const im = new Float64Array(65_536);
  re.set(low);
  fft(re, im);
  return THIRDS.map((centre) => {
    const from = Math.ceil((centre * 2 ** (-1 / 6) * re.length) / 4000);
    const to = Math.floor((centre * 2 ** (1 / 6) * re.length) / 4000);
    let sum = 0;
    for (let k = from; k <= to; k++) sum += re[k] ** 2 + im[k] ** 2;
    return 10 * Math.log10(sum + 1e-12);
  });
}

const STEP = 0.05;

/** Loudness every 50 ms. */
function envelope(samples, rate) {
  const size = Math.round(STEP * rate);
  return Array.from({ length: Math.floor(samples.length / size) }, (_, i) => rms(samples.subarray(i * size, (i + 1) * size)));
}

/** Where in the source's period a recording begins, in seconds: where their loudness agrees best. */
function beginning(heard, original) {
  let best = { score: -1, at: 0 };
  for (let at = 0; at < original.length; at++) {
    const score = heard.reduce((sum, one, i) => sum + one * original[(at + i) % original.length], 0);
    if (score > best.score) best = { score, at };
  }
  return best.at * STEP;
}

/** Level of a part of the source's period in a recording that begins at `start` of it, in decibels. */
function levelOf(samples, rate, start, part) {
  const rotated = Float32Array.from(samples, (_, i) => samples[(i + Math.round((PERIOD - start) * rate)) % samples.length]);
  return 20 * Math.log10(rms(rotated.subarray(Math.round(part.from * rate), Math.round(part.to * rate))) + 1e-9);
}

test('a sweep and a faint heart arrive at the desk as they are, beside the voice', async (t) => {
  const step = world.story(t);
  const original = source();
  const wav = world.artefacts.path('stethoscope.wav');
  await writeFile(wav, writeWav({ samples: original, rate: RATE }));
  let booth;
  let desk;

  await step('a consultation begins; the booth has a second input', async () => {
    const media = await mediaOf('resident', { directory: world.artefacts.path('made') });
    const opened = await openBrowser({ name: 'booth', size: SIZES.booth, media: { ...media, voice: wav } });
    booth = { ...opened, who: 'booth', app: 'booth' };
    world.people.set('booth', booth);
    await booth.page.goto(`${world.url}/booth/?seat=${PLACE.booth}`);
    desk = await world.person('desk', { app: 'desk', seat: PLACE.doctor, face: 'doctor' });
    await consult(world, { booth, desk });
    await world.look(booth, 'before');
    assert.equal(await desk.page.locator('[data-device-sound]').count(), 0, 'the desk shows nothing yet');
  });

  await step('the resident sends its sound, and both screens say so', async () => {
    await booth.page.getByRole('button', { name: containing('聴診器の 音を おくる') }).click();
    await says(booth.page, 'どの 機械の 音を おくりますか。');
    await world.look(booth, 'which');
    await booth.page.getByRole('button', { name: 'Fake Audio Input 2' }).click();
    await says(booth.page, '聴診器の 音を 森田先生に おくっています。');
    await says(desk.page, '聴診器の音');
    await world.look(booth, 'on');
    await world.look(desk, 'on');
    world.allReadable();
  });

  await step('every third of an octave arrives within 3 dB, the voice is another track', async () => {
    await until('sound comes', () => desk.page.evaluate(() => window.measure.recordIn('[data-device-sound]', 300).then((r) => r.rate > 0)));
    const heard = await desk.page.evaluate((ms) => Promise.all([
      window.measure.recordIn('[data-device-sound]', ms), window.measure.recordOutside('[data-device-sound]', ms),
    ]), (PERIOD + 1) * 1000);
    const [device, voice] = heard.map(({ rate, pcm }) => {
      const bytes = Buffer.from(pcm, 'base64');
      const all = Float32Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i) / 32768);
      return { rate, samples: all.subarray(0, PERIOD * rate) };
    });
    world.artefacts.keep('device-heard.wav', writeWav(device));
    world.artefacts.keep('voice-heard.wav', writeWav(voice));
    const wanted = thirds(original, RATE);
    const [got, spoken] = [device, voice].map(({ samples, rate }) => thirds(samples, rate).map((level, i) => level - wanted[i]));
    t.diagnostic(' band Hz   device dB   voice dB');
    THIRDS.forEach((centre, i) => {
      t.diagnostic(`${String(centre).padStart(8)}${got[i].toFixed(2).padStart(12)}${spoken[i].toFixed(2).padStart(11)}`);
    });
    const start = beginning(envelope(device.samples, device.rate), envelope(original, RATE));
    const change = [SWEEP, HEART].map((part) => levelOf(device.samples, device.rate, start, part) - levelOf(original, RATE, 0, part));
    t.diagnostic(`sweep ${change[0].toFixed(2)} dB, heart at -40 dBFS ${change[1].toFixed(2)} dB against the source`);
    const target = await desk.page.evaluate(() => window.witness.peers.at(-1).getReceivers().map((r) => r.jitterBufferTarget));
    t.diagnostic(`held back by ${Math.max(...target.map(Number))} ms`);
    got.forEach((off, i) => assert.ok(Math.abs(off) <= 3, `${THIRDS[i]} Hz is off by ${off.toFixed(2)} dB`));
    assert.ok(Math.abs(change[1]) <= 3, `the faint heart is off by ${change[1].toFixed(2)} dB: something gates`);
    assert.ok(Math.max(...spoken.map(Math.abs)) > 6, 'the voice is processed as a voice, so the two are not one');
    assert.ok(target.includes(200), 'the desk plays it so much later that lost packets come again');
  });

  await step('the doctor silences it alone', async () => {
    const audible = () => desk.page.evaluate(() => window.witness.audible().length);
    const heard = await audible();
    await desk.page.getByRole('button', { name: containing('聞いています') }).click();
    await says(desk.page, '消しています');
    await world.look(desk, 'silenced');
    assert.equal(await audible(), heard - 1, 'the voices play on');
  });

  await step('the resident stops it, and it is gone from both screens', async () => {
    await booth.page.getByRole('button', { name: containing('音を 止める') }).click();
    await until('the desk forgets it', async () => (await desk.page.locator('[data-device-sound]').count()) === 0, { within: 15_000 });
    await world.look(booth, 'after');
    world.allReadable();
  });
});
