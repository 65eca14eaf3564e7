// The ear of the other tests, tested by itself: it must tell voices apart before anyone may rely on it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { babble } from './lib/babble.mjs';
import { resample, rms } from './lib/dsp.mjs';
import { ABSENT, PRESENT, likeness, readWav, writeWav } from './lib/sound.mjs';

const one = babble(1);
const two = babble(2);

/** `seconds` of a loop from some place in it, at another rate and level. */
function heard(clip, { from = 3.3, seconds = 4, gain = 0.3, rate = 48_000 } = {}) {
  const start = Math.round(from * clip.rate);
  const part = Float32Array.from(
    { length: seconds * clip.rate },
    (_, i) => gain * clip.samples[(start + i) % clip.samples.length],
  );
  return { samples: resample(part, clip.rate, rate), rate };
}

/** A second of a pure tone at 48 kHz. */
function tone(hertz) {
  return Float32Array.from({ length: 48_000 }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / 48_000));
}

test('a voice is recognised from any place of its loop, at another rate and level', () => {
  for (const from of [0, 3.3, 6.9]) {
    const { typical } = likeness(heard(one, { from }), one);
    assert.ok(typical > PRESENT, `from ${from} s: ${typical}`);
  }
});

test('another voice is not taken for it', () => {
  const { best } = likeness(heard(two), one);
  assert.ok(best < ABSENT, `${best}`);
});

test('an echo twenty decibels below the other voice is noticed', () => {
  const loud = heard(two);
  const faint = heard(one, { gain: 0.03 });
  const mix = { rate: loud.rate, samples: loud.samples.map((s, i) => s + faint.samples[i]) };
  const { best } = likeness(mix, one);
  assert.ok(best > ABSENT, `${best}`);
});

test('silence is nobody', () => {
  assert.deepEqual(likeness({ samples: new Float32Array(96_000), rate: 48_000 }, one), { pieces: [], typical: 0, best: 0 });
});

test('resampling keeps a tone and removes what would fold back', () => {
  assert.ok(Math.abs(rms(resample(tone(1000), 48_000, 8000)) - Math.SQRT1_2) < 0.02);
  assert.ok(rms(resample(tone(7000), 48_000, 8000)) < 0.01);
});

test('a WAV file survives writing and reading', () => {
  const back = readWav(writeWav(one));
  assert.equal(back.rate, one.rate);
  assert.ok(rms(back.samples.map((s, i) => s - one.samples[i])) < 1e-4);
});
