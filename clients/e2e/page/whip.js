// Runs in plain pages: a WHIP and a WHEP client in the fewest lines.
(() => {
  async function publish(path, bearer) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
    const peer = new RTCPeerConnection();
    for (const track of stream.getTracks()) peer.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
    return post(peer, path, bearer);
  }

  function play(path, bearer) {
    const peer = new RTCPeerConnection();
    const stream = new MediaStream();
    for (const kind of ['audio', 'video']) {
      stream.addTrack(peer.addTransceiver(kind, { direction: 'recvonly' }).receiver.track);
    }
    const video = document.createElement('video');
    video.autoplay = true;
    video.width = 640;
    video.srcObject = stream;
    document.body.append(video);
    return post(peer, path, bearer);
  }

  async function post(peer, path, bearer) {
    const gathered = new Promise((done) => {
      peer.addEventListener('icegatheringstatechange', () => peer.iceGatheringState === 'complete' && done());
    });
    await peer.setLocalDescription();
    await gathered;
    const answer = await fetch(path, {
      method: 'POST',
      headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/sdp' },
      body: peer.localDescription.sdp,
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
