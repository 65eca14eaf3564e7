// Runs in plain pages: a WHIP and a WHEP client in the fewest lines.
(() => {
  async function publish(path, bearer, { kinds = ['audio', 'video'], sound } = {}) {
    const picture = kinds.includes('video') && { width: 640, height: 480 };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: kinds.includes('audio'), video: picture });
    const peer = new RTCPeerConnection();
    for (const track of stream.getTracks()) {
      prefer(peer.addTransceiver(track, { direction: 'sendonly', streams: [stream] }), RTCRtpSender, track.kind, sound);
    }
    return post(peer, path, bearer, sound);
  }

  function play(path, bearer, { kinds = ['audio', 'video'], sound } = {}) {
    const peer = new RTCPeerConnection();
    const stream = new MediaStream();
    for (const kind of kinds) {
      const transceiver = peer.addTransceiver(kind, { direction: 'recvonly' });
      prefer(transceiver, RTCRtpReceiver, kind, sound);
      stream.addTrack(transceiver.receiver.track);
    }
    const video = document.createElement('video');
    video.autoplay = true;
    video.width = 640;
    video.srcObject = stream;
    document.body.append(video);
    return post(peer, path, bearer, sound);
  }

  /** Sound as `sound` says: with or without redundancy; without it, as the browser likes it. */
  function prefer(transceiver, side, kind, sound) {
    if (kind !== 'audio' || sound === undefined) return;
    const order = sound.red ? ['audio/red', 'audio/opus'] : ['audio/opus'];
    const { codecs } = side.getCapabilities(kind);
    transceiver.setCodecPreferences(order.flatMap((type) => codecs.filter((codec) => codec.mimeType === type)));
  }

  /** Browsers can ask for lost sound again, but do so only if the answer says it. */
  function asking(sdp, sound) {
    if (!sound?.nack) return sdp;
    const opus = /^a=rtpmap:(\d+) opus\/.*\r\n/gmi;
    return sdp.replaceAll(opus, (line, pt) => `${line}a=rtcp-fb:${pt} nack\r\n`);
  }

  async function post(peer, path, bearer, sound) {
    const gathered = new Promise((done) => {
      peer.addEventListener('icegatheringstatechange', () => peer.iceGatheringState === 'complete' && done());
    });
    await peer.setLocalDescription();
    await gathered;
    const answer = await fetch(path, {
      method: 'POST',
      headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/sdp' },
      body: asking(peer.localDescription.sdp, sound),
    });
    const body = await answer.text();
    if (answer.ok) await peer.setRemoteDescription({ type: 'answer', sdp: body });
    else peer.close();
    return {
      status: answer.status,
      type: answer.headers.get('Content-Type') ?? '',
      location: answer.headers.get('Location') ?? '',
      body: answer.ok ? '' : body,
    };
  }

  async function hangUp(path, bearer) {
    return (await fetch(path, { method: 'DELETE', headers: { Authorization: `Bearer ${bearer}` } })).status;
  }

  Object.defineProperty(window, 'whip', { value: { publish, play, hangUp } });
})();
