// Runs in every page before the page's own code and takes notes of what the browser itself is made to do: which peer
// connections exist, what plays where, when a frame reached the screen. The product knows nothing of it; page/measure.js
// makes numbers of it for the tests. It stays out of the page's enumerable globals.
(() => {
  /** Milliseconds since 1970 of a moment of this page's clock: comparable between browsers of one machine. */
  function wallClock(at) {
    return performance.timeOrigin + at;
  }

  const peers = [];
  const channels = [];
  const elements = new Set();
  const taps = new Set();
  const frames = [];
  const clicks = [];
  const KEEP = 400;

  const note = (list, entry) => {
    list.push(entry);
    if (list.length > KEEP) list.shift();
  };

  const NativePeer = window.RTCPeerConnection;
  window.RTCPeerConnection = class RTCPeerConnection extends NativePeer {
    constructor(...args) {
      super(...args);
      peers.push(this);
    }

    createDataChannel(...args) {
      const channel = super.createDataChannel(...args);
      channels.push(channel);
      return channel;
    }
  };

  const isRemote = (track) => peers.some((p) => p.getReceivers().some((r) => r.track === track));

  // The first frame of whatever a video element is given that reaches the compositor, with whose it is. To be told of every
  // frame would have the page draw itself for each, and slow what is measured.
  const watchFrames = (video) => {
    video.requestVideoFrameCallback((_now, meta) => {
      const track = video.srcObject?.getVideoTracks?.()[0];
      note(frames, {
        at: wallClock(meta.presentationTime),
        remote: Boolean(track && isRemote(track)),
        track: track?.id ?? '',
        width: meta.width,
        height: meta.height,
      });
    });
  };

  const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    ...source,
    set(stream) {
      source.set.call(this, stream);
      elements.add(this);
      if (stream && this instanceof HTMLVideoElement) watchFrames(this);
    },
  });

  // Whatever an AudioContext sends to the loudspeaker also goes into a track of ours.
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode && this.context instanceof AudioContext) {
      const tap = this.context.createMediaStreamDestination();
      connect.call(this, tap);
      taps.add({ context: this.context, track: tap.stream.getAudioTracks()[0] });
    }
    return connect.call(this, target, ...rest);
  };

  addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button, a, [role=button]') : null;
    note(clicks, { at: wallClock(event.timeStamp), text: button?.textContent ?? '' });
  }, { capture: true });

  // A headless browser prints nowhere; that the page asked for it is what can be seen.
  let printed = 0;
  addEventListener('beforeprint', () => {
    printed++;
  });
  const print = window.print;
  window.print = () => {
    printed++;
    print.call(window);
  };

  /** Tracks that go to the loudspeaker now: of playing, unmuted elements, and of running audio contexts. */
  const audible = () => {
    const tracks = new Set();
    for (const element of elements) {
      if (element.paused || element.muted || element.volume === 0 || !element.srcObject) continue;
      for (const track of element.srcObject.getAudioTracks()) if (track.readyState === 'live') tracks.add(track);
    }
    for (const { context, track } of taps) if (context.state === 'running') tracks.add(track);
    return [...tracks];
  };

  /** Video elements somebody looking at the page can see. */
  const visible = () => [...elements].filter((e) => {
    if (!(e instanceof HTMLVideoElement) || !e.isConnected || !e.srcObject) return false;
    const box = e.getBoundingClientRect();
    const { visibility, opacity } = getComputedStyle(e);
    return box.width > 0 && box.height > 0 && visibility === 'visible' && opacity !== '0';
  });

  /** Every video element that has ever shown something, in the order in which they came. */
  const videos = () => ({ [Symbol.iterator]: () => [...elements].filter((e) => e instanceof HTMLVideoElement).values() });

  Object.defineProperty(window, 'witness', {
    value: { peers, channels, frames, clicks, videos: videos(), audible, visible, isRemote, printed: () => printed },
  });
})();
