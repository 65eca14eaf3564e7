// Put before the worker that seals and opens frames, by lib/tamperer.mjs: what arrives passes here first, as it passes a node that
// tampers with it. The program knows nothing of it. The page asks by a BroadcastChannel called "tamperer".
(() => {
  const KEPT = 120;
  /** So many frames come again and again. */
  const AGAIN = 8;
  const lines = new Map();
  const reports = {};
  let way = 'honest';

  /** Changes bits all over a frame, but for its first bytes, so that no part of a packet of sound is left whole either. */
  function flipped(data) {
    for (let at = 20; at < data.length; at += 12) data[at] ^= 1;
    return data;
  }

  /** The two halves of a frame the other way round, as packets of it in the wrong order would make it. */
  function shuffled(data) {
    const half = data.length >> 1;
    const whole = data.slice();
    whole.set(data.subarray(half), 0);
    whole.set(data.subarray(0, half), data.length - half);
    return whole;
  }

  /** What the last frame of somebody else's track for the same purpose was. */
  function anothers(line) {
    return [...lines.values()].findLast((other) => other !== line && other.purpose === line.purpose && other.kept.length > 0)?.kept.at(-1).data;
  }

  function put(frame, data) {
    frame.data = data.slice().buffer;
    return frame;
  }

  /** Hands on what becomes of a frame: none, one or two. */
  function tamper(line, frame, out) {
    const data = new Uint8Array(frame.data).slice();
    line.kept.push({ data, time: frame.getMetadata().rtpTimestamp ?? frame.timestamp, kind: frame.type });
    if (line.kept.length > KEPT) line.kept.shift();
    const instead = {
      honest: () => data,
      flipped: () => flipped(data.slice()),
      shuffled: () => shuffled(data),
      replayed: () => line.before[line.came % AGAIN]?.data ?? data,
      swapped: () => anothers(line) ?? data,
    }[way];
    if (instead !== undefined) {
      line.waiting = null;
      out.enqueue(put(frame, instead()));
    } else if (line.waiting === null) {
      line.waiting = { frame, data }; // reordered: two by two, each in the other's place
    } else {
      const { frame: earlier, data: before } = line.waiting;
      line.waiting = null;
      out.enqueue(put(earlier, data));
      out.enqueue(put(frame, before));
    }
  }

  const passed = new WeakSet();
  addEventListener('rtctransform', (event) => {
    if (passed.has(event)) return;
    const { transformer } = event;
    if (transformer.options.way !== 'receive') return;
    event.stopImmediatePropagation();
    const { purpose, line: id } = transformer.options;
    const line = { purpose, kept: [], before: [], waiting: null, came: 0, played: 0 };
    lines.set(id, line);
    const before = new TransformStream({ transform: (frame, out) => { line.came++; tamper(line, frame, out); } });
    const behind = new TransformStream({ transform: (frame, out) => { line.played++; out.enqueue(frame); } });
    behind.readable.pipeTo(transformer.writable).catch(() => {});
    const again = new Event('rtctransform');
    again.transformer = {
      options: transformer.options,
      readable: transformer.readable.pipeThrough(before),
      writable: behind.writable,
      sendKeyFrameRequest: () => transformer.sendKeyFrameRequest(),
    };
    passed.add(again);
    dispatchEvent(again);
  });

  /** Leads frames that were recorded elsewhere through the worker, named as `from`; says how many come out to be played. */
  async function lead(frames, purpose, from) {
    const line = `recorded ${Math.random()}`;
    dispatchEvent(new MessageEvent('message', { data: { type: 'name', line, participant: from } }));
    let played = 0;
    let ended;
    const over = new Promise((done) => { ended = done; });
    const list = frames.map(({ data, time, kind }) => ({
      data: Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)).buffer,
      type: kind,
      getMetadata: () => ({ rtpTimestamp: time }),
    }));
    const again = new Event('rtctransform');
    again.transformer = {
      options: { way: 'receive', purpose, line },
      readable: new ReadableStream({
        pull: (out) => {
          if (list.length === 0) out.close();
          else out.enqueue(list.shift());
        },
      }),
      writable: new WritableStream({ write: () => { played++; }, close: () => ended() }),
      sendKeyFrameRequest: async () => {},
    };
    passed.add(again);
    dispatchEvent(again);
    await over;
    return played;
  }

  const say = self.postMessage.bind(self);
  self.postMessage = (told, ...rest) => {
    for (const [fault, count] of Object.entries(told.faults ?? {})) reports[fault] = (reports[fault] ?? 0) + count;
    say(told, ...rest);
  };

  const text = (data) => btoa(String.fromCharCode(...data));
  const answers = {
    become: (how) => {
      way = how;
      for (const line of lines.values()) line.before = line.kept.slice(-AGAIN);
    },
    counts: () => ({ lines: [...lines.values()].map(({ purpose, came, played }) => ({ purpose, came, played })), faults: { ...reports } }),
    recorded: (purpose) => [...lines.values()].filter((line) => line.purpose === purpose && line.came > 0)
      .map(({ kept }) => kept.map(({ data, time, kind }) => ({ data: text(data), time, kind }))),
    lead: ([frames, purpose, from]) => lead(frames, purpose, from),
  };
  const channel = new BroadcastChannel('tamperer');
  const answer = channel.postMessage.bind(channel);
  channel.addEventListener('message', async ({ data: { ask, what } }) => {
    if (answers[ask] !== undefined) answer({ answer: ask, value: await answers[ask](what) });
  });
})();
