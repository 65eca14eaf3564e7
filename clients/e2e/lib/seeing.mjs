// What a page receives and shows: statistics of its peer connections and the pixels of its pictures.

/**
 * Sums over all live peer connections of a page.
 *
 * @param {import('playwright-core').Page} page
 * @returns {Promise<{peers: number, connected: number, packetsReceived: number, audioPackets: number,
 *   videoPackets: number, framesDecoded: number, videoPacketsSent: number, audioPacketsSent: number,
 *   protocols: string[]}>} `protocols`: transport of each selected candidate pair, "udp" or "tcp"
 */
export function received(page) {
  return page.evaluate(async () => {
    const sum = {
      peers: 0, connected: 0, packetsReceived: 0, audioPackets: 0, videoPackets: 0, framesDecoded: 0,
      videoPacketsSent: 0, audioPacketsSent: 0, protocols: [],
    };
    for (const peer of window.__witness.peers) {
      if (peer.connectionState === 'closed') continue;
      sum.peers++;
      if (peer.connectionState === 'connected') sum.connected++;
      const stats = await peer.getStats();
      for (const s of stats.values()) {
        if (s.type === 'inbound-rtp') {
          sum.packetsReceived += s.packetsReceived ?? 0;
          sum[`${s.kind}Packets`] += s.packetsReceived ?? 0;
          sum.framesDecoded += s.framesDecoded ?? 0;
        }
        if (s.type === 'outbound-rtp') sum[`${s.kind}PacketsSent`] += s.packetsSent ?? 0;
        if (s.type === 'transport' && s.selectedCandidatePairId) {
          const pair = stats.get(s.selectedCandidatePairId);
          const local = pair && stats.get(pair.localCandidateId);
          if (local) sum.protocols.push(local.protocol);
        }
      }
    }
    return sum;
  });
}

/**
 * Looks at every visible remote picture of a page at two moments.
 *
 * @param {import('playwright-core').Page} page
 * @param {number} [frames] frames between the two looks
 * @returns {Promise<{width: number, height: number, mean: number, deviation: number, change: number,
 *   thumb: number[]}[]>} size in pixels of the source; brightness 0..255 and its deviation over the picture; mean
 *   change of a pixel between both looks; the second look as 32×24 grey pixels. A picture without new frames in 3 s is
 *   left out.
 */
export function remotePictures(page, frames = 12) {
  return page.evaluate(async (count) => {
    const { visible, isRemote } = window.__witness;
    const nextFrames = (video, n) => new Promise((done) => {
      const late = setTimeout(() => done(false), 3000);
      const step = () => {
        if (n-- > 0) return video.requestVideoFrameCallback(step);
        clearTimeout(late);
        return done(true);
      };
      step();
    });
    const look = (video) => {
      const canvas = new OffscreenCanvas(32, 24);
      const pen = canvas.getContext('2d', { willReadFrequently: true });
      pen.drawImage(video, 0, 0, 32, 24);
      const { data } = pen.getImageData(0, 0, 32, 24);
      return Array.from({ length: 32 * 24 }, (_, i) => 0.3 * data[4 * i] + 0.59 * data[4 * i + 1] + 0.11 * data[4 * i + 2]);
    };
    const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
    const examine = async (video) => {
      if (!(await nextFrames(video, 1))) return null;
      const before = look(video);
      if (!(await nextFrames(video, count))) return null;
      const thumb = look(video);
      const average = mean(thumb);
      return {
        width: video.videoWidth,
        height: video.videoHeight,
        mean: average,
        deviation: Math.sqrt(mean(thumb.map((v) => (v - average) ** 2))),
        change: mean(thumb.map((v, i) => Math.abs(v - before[i]))),
        thumb,
      };
    };
    const remote = visible().filter((v) => v.srcObject.getVideoTracks().some(isRemote));
    return (await Promise.all(remote.map(examine))).filter(Boolean);
  }, frames);
}

/**
 * Is this a live picture of something?
 *
 * @param {{width: number, height: number, mean: number, deviation: number, change: number}} picture
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
  const centre = (list) => {
    const mean = list.reduce((x, y) => x + y, 0) / list.length;
    return list.map((v) => v - mean);
  };
  const [u, v] = [centre(a), centre(b)];
  const dot = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(u, v) / Math.sqrt(dot(u, u) * dot(v, v));
}

/**
 * Grey thumbnails of a camera file (frames of JPEG one after the other), made by the page.
 *
 * @param {import('playwright-core').Page} page any page
 * @param {Buffer} file
 * @param {number} [count] how many frames, evenly spread
 * @returns {Promise<number[][]>} 32×24 grey pixels each
 */
export function thumbnails(page, file, count = 10) {
  const all = splitJpegs(file);
  const chosen = Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)].toString('base64'));
  return page.evaluate((list) => Promise.all(list.map(async (text) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
    const canvas = new OffscreenCanvas(32, 24);
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0, 32, 24);
    const { data } = pen.getImageData(0, 0, 32, 24);
    return Array.from({ length: 32 * 24 }, (_, i) => 0.3 * data[4 * i] + 0.59 * data[4 * i + 1] + 0.11 * data[4 * i + 2]);
  })), chosen);
}

/** Cuts a file of JPEG images after each end marker that is followed by a start marker or the end of the file. */
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
