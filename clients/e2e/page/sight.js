// Runs in every page after witness.js, idle until asked: when does somebody in front of this page see, and hear, the first
// of somebody else? lib/sight.mjs asks and explains.
(() => {
  const { peers, isRemote, videos } = window.witness;
  const POINTS = [[0.5, 0.5], [0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]];
  const LOUD = 0.003;
  const FLOWING = 500; // milliseconds since the last packet
  const wallClock = (at) => performance.timeOrigin + at;

  /** Can the element be seen: it has a size, nothing hides it, and of five points at most two are covered, by a name say. */
  function isSeen(video) {
    if (!video.isConnected) return false;
    const box = video.getBoundingClientRect();
    if (box.width < 32 || box.height < 24) return false;
    const style = getComputedStyle(video);
    if (style.visibility !== 'visible' || style.opacity === '0') return false;
    const bare = POINTS.filter(([x, y]) => document.elementFromPoint(box.x + x * box.width, box.y + y * box.height) === video);
    return bare.length >= 3;
  }

  /** Calls `then` with the time when everything drawn in this frame of the page has been handed over to be shown. */
  function afterPaint(then) {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => then(performance.now()), { once: true });
    port1.start();
    port2.postMessage(0);
  }

  /**
   * The moment from which on a remote picture is both on the screen and to be seen: frames that come while their
   * element is hidden or covered do not count before it is uncovered, and its uncovering has been painted.
   */
  function firstPicture(known) {
    return new Promise((done) => {
      const seen = new Map();
      const presented = new Map();
      const watched = new Set();
      const watch = (video) => {
        if (watched.has(video)) return;
        watched.add(video);
        const onFrame = (_now, { presentationTime, width }) => {
          if (width > 2 && !presented.has(video)) presented.set(video, presentationTime);
          else video.requestVideoFrameCallback(onFrame);
        };
        video.requestVideoFrameCallback(onFrame);
      };
      const look = () => {
        for (const video of videos) {
          const track = video.srcObject?.getVideoTracks?.()[0];
          if (!track || !isRemote(track) || known.has(track.id)) continue;
          watch(video);
          if (!isSeen(video)) seen.delete(video);
          else if (!seen.has(video)) afterPaint((at) => seen.has(video) || seen.set(video, at));
          if (seen.has(video) && presented.has(video)) return done(wallClock(Math.max(seen.get(video), presented.get(video))));
        }
        requestAnimationFrame(look);
      };
      look();
    });
  }

  /**
   * The moment at which the first block of sound that is not silence is handed to the loudspeaker. Blocks carry the time
   * of their own clock; how far that is from the page's is what the quickest of them says, so that a busy page does not
   * count as silence.
   */
  function firstSound(known) {
    const tracks = peers
      .filter((peer) => peer.connectionState !== 'closed')
      .flatMap((peer) => peer.getReceivers())
      .map((receiver) => receiver.track)
      .filter((track) => track.kind === 'audio' && !known.has(track.id));
    const over = new AbortController();
    return Promise.race(tracks.map((track) => listen(track, over.signal))).finally(() => over.abort());
  }

  /** Ends without an answer when another track was the first: what goes on listening would slow the next measurement. */
  async function listen(track, over) {
    const copy = track.clone();
    const reader = new MediaStreamTrackProcessor({ track: copy }).readable.getReader();
    let offset = Infinity;
    let loud;
    let left = 20; // blocks after the first loud one, for the clock
    for (;;) {
      const { value, done } = await reader.read();
      if (over.aborted) {
        value?.close();
        void reader.cancel();
        copy.stop();
      }
      if (done || over.aborted) return new Promise(() => {});
      const at = value.timestamp / 1000;
      offset = Math.min(offset, performance.now() - at);
      const plane = new Float32Array(value.numberOfFrames);
      value.copyTo(plane, { planeIndex: 0, format: 'f32-planar' });
      value.close();
      if (loud === undefined && plane.some((s) => Math.abs(s) > LOUD)) loud = at;
      if (loud !== undefined && left-- === 0) break;
    }
    void reader.cancel();
    copy.stop();
    return wallClock(loud + offset);
  }

  let watching;

  /** Begins to look and to listen; tracks on which something comes already do not count. */
  async function begin() {
    const known = new Set();
    for (const peer of peers) {
      if (peer.connectionState === 'closed') continue;
      for (const s of (await peer.getStats()).values()) {
        const comes = s.packetsReceived > 0 && s.timestamp - s.lastPacketReceivedTimestamp < FLOWING;
        if (s.type === 'inbound-rtp' && comes) known.add(s.trackIdentifier);
      }
    }
    watching = { picture: firstPicture(known), sound: firstSound(known) };
    // To look and to listen is work in itself: it has begun everywhere before the page says so.
    await new Promise((done) => requestIdleCallback(done, { timeout: 1000 }));
  }

  /** Both moments, in milliseconds since 1970. */
  async function end() {
    return { picture: await watching.picture, sound: await watching.sound };
  }

  Object.defineProperty(window, 'sight', { value: { begin, end } });
})();
