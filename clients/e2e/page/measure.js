// Runs in every page after witness.js: measures what the page receives, shows and plays. lib/seeing.mjs and
// lib/hearing.mjs ask for it and explain the numbers.
(() => {
  const { peers, audible, visible, isRemote } = window.witness;
  const WIDTH = 32;
  const HEIGHT = 24;

  /** Sums over the peer connections that are not closed. */
  async function received() {
    const sum = {
      peers: 0, connected: 0, packetsReceived: 0, audioPackets: 0, videoPackets: 0, framesDecoded: 0,
      audioPacketsSent: 0, videoPacketsSent: 0, audioEnergy: 0, protocols: [],
    };
    for (const peer of peers) {
      if (peer.connectionState === 'closed') continue;
      sum.peers++;
      if (peer.connectionState === 'connected') sum.connected++;
      addStats(sum, await peer.getStats());
    }
    return sum;
  }

  function addStats(sum, stats) {
    for (const s of stats.values()) {
      if (s.type === 'inbound-rtp') {
        sum.packetsReceived += s.packetsReceived ?? 0;
        sum[`${s.kind}Packets`] += s.packetsReceived ?? 0;
        sum.framesDecoded += s.framesDecoded ?? 0;
        sum.audioEnergy += s.totalAudioEnergy ?? 0;
      }
      if (s.type === 'outbound-rtp') sum[`${s.kind}PacketsSent`] += s.packetsSent ?? 0;
      if (s.type === 'transport' && s.selectedCandidatePairId) {
        const local = stats.get(stats.get(s.selectedCandidatePairId)?.localCandidateId);
        if (local) sum.protocols.push(local.protocol);
      }
    }
  }

  /** Looks at every visible remote picture twice, `count` frames apart. */
  async function pictures(count) {
    const remote = visible().filter((v) => v.srcObject.getVideoTracks().some(isRemote));
    return (await Promise.all(remote.map((video) => examine(video, count)))).filter(Boolean);
  }

  async function examine(video, count) {
    if (!(await nextFrames(video, 1))) return null;
    const before = grey(video);
    if (!(await nextFrames(video, count))) return null;
    const thumb = grey(video);
    const average = mean(thumb);
    return {
      width: video.videoWidth,
      height: video.videoHeight,
      mean: average,
      deviation: Math.sqrt(mean(thumb.map((v) => (v - average) ** 2))),
      change: mean(thumb.map((v, i) => Math.abs(v - before[i]))),
      thumb,
    };
  }

  /** True after n more frames, false when they do not come within eight seconds: a busy machine shows few. */
  function nextFrames(video, n) {
    return new Promise((done) => {
      const late = setTimeout(() => done(false), 8000);
      let left = n;
      const step = () => {
        if (left-- > 0) return video.requestVideoFrameCallback(step);
        clearTimeout(late);
        return done(true);
      };
      step();
    });
  }

  function grey(image) {
    const pen = new OffscreenCanvas(WIDTH, HEIGHT).getContext('2d', { willReadFrequently: true });
    pen.drawImage(image, 0, 0, WIDTH, HEIGHT);
    const { data } = pen.getImageData(0, 0, WIDTH, HEIGHT);
    return Array.from({ length: WIDTH * HEIGHT }, (_, i) => 0.3 * data[4 * i] + 0.59 * data[4 * i + 1] + 0.11 * data[4 * i + 2]);
  }

  function mean(values) {
    return values.reduce((a, b) => a + b, 0) / values.length;
  }

  /** Grey thumbnails of JPEG images given in base64. */
  function thumbnails(images) {
    return Promise.all(images.map(async (text) => {
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      return grey(await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' })));
    }));
  }

  /** Reads every audible track for some milliseconds; 16 bit samples in base64. */
  async function record(milliseconds) {
    const all = await Promise.all(audible().map((track) => readTrack(track, milliseconds)));
    return all.filter((t) => t.rate > 0).map(({ rate, chunks }) => ({ rate, pcm: base64(chunks) }));
  }

  /** Reads for some milliseconds what an audio element of the section around `selector` plays. */
  function recordIn(selector, milliseconds) {
    return recordElement(document.querySelector(selector)?.closest('section')?.querySelector('audio'), milliseconds);
  }

  /** Reads the first audio element that has sound and is not of the section around `selector`. */
  function recordOutside(selector, milliseconds) {
    const section = document.querySelector(selector)?.closest('section');
    const speaking = [...document.querySelectorAll('audio')].find((a) => !section?.contains(a) && a.srcObject?.getAudioTracks().some((t) => !t.muted));
    return recordElement(speaking, milliseconds);
  }

  async function recordElement(element, milliseconds) {
    const [track] = element?.srcObject?.getAudioTracks() ?? [];
    if (!track) return { rate: 0, pcm: '' };
    const { rate, chunks } = await readTrack(track, milliseconds);
    return { rate, pcm: base64(chunks) };
  }

  async function readTrack(track, milliseconds) {
    const copy = track.clone();
    const reader = new MediaStreamTrackProcessor({ track: copy }).readable.getReader();
    const over = new Promise((done) => {
      setTimeout(() => done({ done: true }), milliseconds);
    });
    const chunks = [];
    let rate = 0;
    for (;;) {
      const { value, done } = await Promise.race([reader.read(), over]);
      if (done) break;
      rate = value.sampleRate;
      const plane = new Float32Array(value.numberOfFrames);
      value.copyTo(plane, { planeIndex: 0, format: 'f32-planar' });
      value.close();
      chunks.push(Int16Array.from(plane, (s) => Math.round(Math.max(-1, Math.min(1, s)) * 32767)));
    }
    void reader.cancel();
    copy.stop();
    return { rate, chunks };
  }

  function base64(chunks) {
    let text = '';
    for (const chunk of chunks) {
      const bytes = new Uint8Array(chunk.buffer);
      for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
    }
    return btoa(text);
  }

  /** The codecs in which something has arrived, of a kind. */
  async function codecs(kind) {
    const found = new Set();
    for (const peer of peers.filter(({ connectionState }) => connectionState === 'connected')) {
      const stats = await peer.getStats();
      for (const s of stats.values()) {
        if (s.type === 'inbound-rtp' && s.kind === kind && s.packetsReceived > 0) found.add(stats.get(s.codecId)?.mimeType);
      }
    }
    return [...found];
  }

  Object.defineProperty(window, 'measure', { value: { received, codecs, pictures, thumbnails, record, recordIn, recordOutside } });
})();
