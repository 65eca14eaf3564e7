// Plain WHIP and WHEP clients in a page: the browser's own RTCPeerConnection and fetch, none of our session code.

/**
 * @typedef {object} Reply
 * @property {number} status of the POST
 * @property {string} type content type of the answer
 * @property {string} location where DELETE ends it; empty if refused
 * @property {string} body the answer when it was refused
 */

/**
 * @typedef {object} Shape
 * @property {('audio'|'video')[]} [kinds] what is sent or received; default both
 * @property {{red: boolean, nack: boolean}} [sound] with redundancy, and asking again for what was lost; default: as the
 *   browser offers it by itself
 */

/**
 * Sends the page's camera and microphone to a room.
 *
 * @param {import('playwright-core').Page} page a plain page with camera and microphone
 * @param {{room: string, token: string, purpose?: string}} where purpose: what the picture is for, or the sound
 * @param {Shape} [shape]
 * @returns {Promise<Reply>}
 */
export function publish(page, { room, token, purpose }, shape) {
  const query = purpose ? `?purpose=${purpose}` : '';
  return page.evaluate((args) => window.whip.publish(...args), [`/whip/${room}${query}`, token, shape]);
}

/**
 * Plays a room's sound and picture in a video element.
 *
 * @param {import('playwright-core').Page} page a plain page
 * @param {{room: string, token: string, from?: string}} where from: only this participant
 * @param {Shape} [shape]
 * @returns {Promise<Reply>}
 */
export function play(page, { room, token, from }, shape) {
  const query = from ? `?from=${encodeURIComponent(from)}` : '';
  return page.evaluate((args) => window.whip.play(...args), [`/whep/${room}${query}`, token, shape]);
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
