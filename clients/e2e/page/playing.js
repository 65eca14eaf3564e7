// Runs in a page and notes for how long nobody else is heard: no samples that came over the line are played on any track
// that an element of the page plays. Of two connections beside each other only the one that is listened to counts. What is
// measured is the sound's own clock, so that a busy page is not taken for silence.
(() => {
  const EVERY = 20;
  const KEEP = 20_000;
  const holes = []; // {at, ms}: how long the silence has lasted by then
  const known = new Map();
  let lasts = 0;
  let before = Date.now();

  /** Ids of the sound tracks that elements play now. */
  function listenedTo() {
    const ids = new Set();
    for (const element of document.querySelectorAll('audio, video')) {
      if (element.paused || element.muted || !(element.srcObject instanceof MediaStream)) continue;
      for (const track of element.srcObject.getAudioTracks()) ids.add(track.id);
    }
    return ids;
  }

  /** Milliseconds of real sound played since the last look, of the track that had most. */
  async function played() {
    const ids = listenedTo();
    let most = 0;
    for (const [index, peer] of window.witness.peers.entries()) {
      if (peer.connectionState === 'closed') continue;
      for (const entry of (await peer.getStats()).values()) {
        if (entry.type !== 'inbound-rtp' || entry.kind !== 'audio') continue;
        const id = `${index} ${entry.id}`;
        const real = (entry.totalSamplesReceived ?? 0) - (entry.concealedSamples ?? 0);
        if (ids.has(entry.trackIdentifier)) most = Math.max(most, (real - (known.get(id) ?? real)) / 48);
        known.set(id, real);
      }
    }
    return most;
  }

  async function look() {
    const most = await played();
    const now = Date.now();
    const missing = Math.max(0, now - before - most);
    // Blocks come every ten milliseconds, and statistics are as old as they are: a part of a look is no silence.
    lasts = most === 0 ? lasts + missing : missing > 60 ? missing : 0;
    before = now;
    holes.push({ at: now, ms: lasts });
    if (holes.length > KEEP) holes.shift();
    setTimeout(look, EVERY);
  }

  Object.defineProperty(window, 'playing', { value: { holes } });
  void look();
})();
