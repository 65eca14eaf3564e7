// Signal processing for the sound check: pure functions of their arguments, on plain typed arrays.

/**
 * In-place radix-2 Fourier transform.
 *
 * @param {Float64Array} re real part, length a power of two
 * @param {Float64Array} im imaginary part, same length
 * @param {boolean} [inverse] true for the inverse transform, which is scaled by 1/n
 */
export function fft(re, im, inverse = false) {
  const n = re.length;
  if ((n & (n - 1)) !== 0) throw new Error(`fft: length ${n} is not a power of two`);
  reorder(re, im);
  const { cos, sin } = twiddles(n);
  for (let half = 1; half < n; half *= 2) {
    const stride = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const wr = cos[k * stride];
        const wi = inverse ? sin[k * stride] : -sin[k * stride];
        const a = start + k;
        const b = a + half;
        const tr = re[b] * wr - im[b] * wi;
        const ti = re[b] * wi + im[b] * wr;
        re[b] = re[a] - tr;
        im[b] = im[a] - ti;
        re[a] += tr;
        im[a] += ti;
      }
    }
  }
  if (!inverse) return;
  for (let i = 0; i < n; i++) {
    re[i] /= n;
    im[i] /= n;
  }
}

const tables = new Map();

/** Sines and cosines of half a turn in n/2 steps; made once for every size. */
function twiddles(n) {
  let table = tables.get(n);
  if (!table) {
    table = {
      cos: Float64Array.from({ length: n / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / n)),
      sin: Float64Array.from({ length: n / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / n)),
    };
    tables.set(n, table);
  }
  return table;
}

/** Bit reversal permutation of both arrays. */
function reorder(re, im) {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    const r = re[i];
    re[i] = re[j];
    re[j] = r;
    const m = im[i];
    im[i] = im[j];
    im[j] = m;
  }
}

/**
 * Changes the sample rate with a windowed sinc, so that nothing above the lower of both Nyquist limits folds back.
 *
 * @param {Float32Array} input samples at `from` Hz
 * @param {number} from rate of the input in Hz
 * @param {number} to wanted rate in Hz
 * @returns {Float32Array}
 */
export function resample(input, from, to) {
  if (from === to) return input;
  const cutoff = Math.min(1, to / from);
  const reach = Math.ceil(16 / cutoff);
  const out = new Float32Array(Math.floor((input.length * to) / from));
  for (let i = 0; i < out.length; i++) {
    const centre = (i * from) / to;
    const first = Math.max(0, Math.ceil(centre - reach));
    const last = Math.min(input.length - 1, Math.floor(centre + reach));
    let sum = 0;
    for (let j = first; j <= last; j++) {
      const x = (j - centre) * cutoff;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
      sum += input[j] * sinc * (0.5 + 0.5 * Math.cos((Math.PI * (j - centre)) / reach));
    }
    out[i] = sum * cutoff;
  }
  return out;
}

const FRAME = 256;
const HOP = 64;

/**
 * Flattens the spectrum of every short frame inside the telephone band and removes everything outside it. What is left
 * is mostly phase, which gain control, noise suppression and a speech codec change least; and two different sentences,
 * even by one speaker, have almost nothing in common in it.
 *
 * @param {Float32Array} signal samples
 * @param {number} rate their rate in Hz
 * @returns {Float32Array} same length and rate
 */
export function flatten(signal, rate) {
  const window = Float64Array.from({ length: FRAME }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FRAME));
  const low = Math.ceil((300 * FRAME) / rate);
  const high = Math.floor((3400 * FRAME) / rate);
  const out = new Float32Array(signal.length);
  const re = new Float64Array(FRAME);
  const im = new Float64Array(FRAME);
  for (let at = 0; at + FRAME <= signal.length; at += HOP) {
    for (let i = 0; i < FRAME; i++) re[i] = signal[at + i] * window[i];
    im.fill(0);
    fft(re, im);
    compress(re, im, low, high);
    fft(re, im, true);
    for (let i = 0; i < FRAME; i++) out[at + i] += re[i] * window[i];
  }
  return out;
}

// A power of 0 would lift the hiss between words to the level of the words; 0.4 keeps loud frames ahead.
const POWER = 0.4;

/** Raises the magnitude of the bins low..high to POWER and clears all others. */
function compress(re, im, low, high) {
  for (let k = 0; k <= FRAME / 2; k++) {
    const magnitude = Math.hypot(re[k], im[k]);
    const gain = k < low || k > high || magnitude === 0 ? 0 : magnitude ** (POWER - 1);
    const mirror = (FRAME - k) % FRAME;
    re[k] *= gain;
    im[k] *= gain;
    if (mirror === k) continue;
    re[mirror] *= gain;
    im[mirror] *= gain;
  }
}

/**
 * Correlates a short piece with every place of a longer signal.
 *
 * @param {Float32Array} piece
 * @param {Float32Array} whole at least as long as the piece
 * @returns {Float64Array} one sum of products per offset of the piece in the whole
 */
export function correlate(piece, whole) {
  let size = 1;
  while (size < whole.length + piece.length) size *= 2;
  const ar = new Float64Array(size);
  const ai = new Float64Array(size);
  // One transform for both: the whole in the real, the reversed piece in the imaginary part.
  ar.set(whole);
  for (let i = 0; i < piece.length; i++) ai[i] = piece[piece.length - 1 - i];
  fft(ar, ai);
  const pr = new Float64Array(size);
  const pi = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    const m = (size - k) % size;
    const wr = (ar[k] + ar[m]) / 2;
    const wi = (ai[k] - ai[m]) / 2;
    const qr = (ai[k] + ai[m]) / 2;
    const qi = (ar[m] - ar[k]) / 2;
    pr[k] = wr * qr - wi * qi;
    pi[k] = wr * qi + wi * qr;
  }
  fft(pr, pi, true);
  return pr.slice(piece.length - 1, whole.length);
}

/**
 * Root mean square of a signal.
 *
 * @param {ArrayLike<number>} signal samples
 * @returns {number} 0 for an empty one
 */
export function rms(signal) {
  let sum = 0;
  for (let i = 0; i < signal.length; i++) sum += signal[i] * signal[i];
  return signal.length === 0 ? 0 : Math.sqrt(sum / signal.length);
}
