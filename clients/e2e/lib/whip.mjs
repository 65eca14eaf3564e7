// Plain WHIP and WHEP clients in a page: the browser's own RTCPeerConnection and fetch, none of our session code.

/**
 * @typedef {object} Reply
 * @property {number} status of the POST
 * @property {string} type content type of the answer
 * @property {string} location where DELETE ends it; empty if refused
 * @property {string} body the answer when it was refused
 */

/**
 * Sends the page's camera and microphone to a room.
 *
 * @param {import('playwright-core').Page} page a plain page with camera and microphone
 * @param {{room: string, token: string}} where
 * @returns {Promise<Reply>}
 */
export function publish(page, { room, token }) {
  return page.evaluate(([path, bearer]) => window.whip.publish(path, bearer), [`/whip/${room}`, token]);
}

/**
 * Plays a room's sound and picture in a video element.
 *
 * @param {import('playwright-core').Page} page a plain page
 * @param {{room: string, token: string, from?: string}} where from: only this participant
 * @returns {Promise<Reply>}
 */
export function play(page, { room, token, from }) {
  const query = from ? `?from=${encodeURIComponent(from)}` : '';
  return page.evaluate(([path, bearer]) => window.whip.play(path, bearer), [`/whep/${room}${query}`, token]);
}

/**
 * Ends what publish or play began.
 *
 * @param {import('playwright-core').Page} page
 * @param {Reply} reply
 * @param {string} token
 * @returns {Promise<number>} the status of the DELETE
 */
export function hangUp(page, { location }, token) {
  return page.evaluate(([path, bearer]) => window.whip.hangUp(path, bearer), [location, token]);
}
