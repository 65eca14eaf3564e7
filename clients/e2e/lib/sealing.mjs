// What screens say of sealing, and what pages put on their data channels.

import { until } from './wait.mjs';

/** What a page says: "sealed", "open" or "off", and the code. */
export function saidOfSealing({ page }) {
  return page.evaluate(() => {
    const note = document.querySelector('[data-sealing]');
    return { state: note?.dataset.sealing, code: note?.dataset.code };
  });
}

/**
 * Waits until all screens show that they are sealed, with one code.
 *
 * @param {{page: import('playwright-core').Page}[]} people
 * @param {string} [not] a code they are not to show
 * @returns {Promise<string>} the code
 */
export async function agree(people, not = '') {
  let said;
  await until('all screens show the same code', async () => {
    said = await Promise.all(people.map(saidOfSealing));
    const [{ code }] = said;
    if (said.every((one) => one.state === 'sealed' && /^\d{6}$/.test(one.code) && one.code === code && code !== not)) return true;
    throw new Error(JSON.stringify(said));
  });
  return said[0].code;
}

/** Waits until every screen says this of sealing. */
export function allSay(people, state) {
  return until(`all screens say "${state}"`, async () => {
    const said = await Promise.all(people.map(saidOfSealing));
    if (said.every((one) => one.state === state)) return true;
    throw new Error(JSON.stringify(said));
  });
}

/** In a page, before its own code: keeps what it sends over data channels, as text where it is text. */
export function keepWhatIsSent() {
  const sent = [];
  const { send } = RTCDataChannel.prototype;
  RTCDataChannel.prototype.send = function (what) {
    const bytes = typeof what === 'string' ? new TextEncoder().encode(what) : new Uint8Array(what.buffer ?? what);
    sent.push({ label: this.label, inClear: typeof what === 'string', bytes: new TextDecoder().decode(bytes) });
    return send.call(this, what);
  };
  Object.defineProperty(window, 'sentOverChannels', { value: sent });
}

/** In a page, before its own code: it can send and receive no pictures but these. */
export function onlyPicturesOf(mimeType) {
  for (const side of [RTCRtpSender, RTCRtpReceiver]) {
    const all = side.getCapabilities.bind(side);
    side.getCapabilities = (kind) => {
      const { codecs, headerExtensions } = all(kind);
      const kept = codecs.filter((one) => kind === 'audio' || one.mimeType === mimeType || one.mimeType === 'video/rtx');
      return { codecs: kept, headerExtensions };
    };
  }
}
