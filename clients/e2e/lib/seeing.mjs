// What a page receives and shows: statistics of its peer connections and the pixels of its pictures.

/**
 * Sums over all live peer connections of a page.
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<{peers: number, connected: number, packetsReceived: number, audioPackets: number,
 *   videoPackets: number, framesDecoded: number, audioPacketsSent: number, videoPacketsSent: number,
 *   audioEnergy: number, protocols: string[]}>} `audioEnergy`: of all decoded sound, square of the level (0..1) times
 *   seconds; `protocols`: transport of each selected candidate pair, "udp" or "tcp"
 */
export function received(page) {
  return page.evaluate(() => window.measure.received());
}

/**
 * @typedef {object} Picture
 * @property {number} width of the source in pixels
 * @property {number} height
 * @property {number} mean brightness, 0..255
 * @property {number} deviation of the brightness over the picture
 * @property {number} change mean change of a pixel between two looks
 * @property {number[]} thumb the second look as 32×24 grey pixels
 */

/**
 * Looks at every visible remote picture of a page at two moments.
 *
 * @param {import('playwright-core').Page} page
 * @param {number} [frames] frames between the two looks
 * @returns {Promise<Picture[]>} a picture whose frames do not come within 8 s is left out
 */
export function remotePictures(page, frames = 6) {
  return page.evaluate((count) => window.measure.pictures(count), frames);
}

/**
 * Is this a live picture of something?
 *
 * @param {Picture} picture
 * @returns {boolean} large enough, neither black nor of one colour, and moving
 */
export function isAlive({ width, height, mean, deviation, change }) {
  return width >= 160 && height >= 90 && mean > 10 && deviation > 8 && change > 0.15;
}

/**
 * How alike two grey thumbnails are, whatever their brightness and contrast.
 *
 * @param {number[]} a
 * @param {number[]} b same length
 * @returns {number} correlation, −1..1
 */
export function resemblance(a, b) {
  const [u, v] = [centred(a), centred(b)];
  return dot(u, v) / Math.sqrt(dot(u, u) * dot(v, v));
}

function centred(list) {
  const mean = list.reduce((x, y) => x + y, 0) / list.length;
  return list.map((v) => v - mean);
}

function dot(a, b) {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/**
 * Grey thumbnails of a camera file (JPEG images one after the other), made by a page.
 *
 * @param {import('playwright-core').Page} page any page
 * @param {Buffer} file
 * @param {number} [count] how many frames, evenly spread
 * @returns {Promise<number[][]>} 32×24 grey pixels each
 */
export function thumbnails(page, file, count = 10) {
  const all = splitJpegs(file);
  const chosen = Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)].toString('base64'));
  return page.evaluate((images) => window.measure.thumbnails(images), chosen);
}

/** Cuts a file of JPEG images between each end marker and the start marker after it. */
function splitJpegs(file) {
  const images = [];
  const seam = Buffer.from([0xff, 0xd9, 0xff, 0xd8]);
  let start = 0;
  for (let at = file.indexOf(seam); at >= 0; at = file.indexOf(seam, at + 2)) {
    images.push(file.subarray(start, at + 2));
    start = at + 2;
  }
  images.push(file.subarray(start));
  return images;
}
