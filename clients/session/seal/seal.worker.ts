// The worker through which a page's frames go (RTCRtpScriptTransform). Lines does the work; this joins it to the browser.

import type { Command, LineOptions, Report } from "./commands";
import { Lines, type Line } from "./lines";
import type { Fault } from "./opener";
import type { Frame } from "./sealer";

/** How often the page is told what was not played, milliseconds. */
const reportEvery = 1_000;

/** A frame as browsers give it to us, pictures and sound alike. */
interface EncodedFrame {
  data: ArrayBuffer;
  readonly type?: string;
  readonly timestamp?: number;
  getMetadata(): { rtpTimestamp?: number; mimeType?: string; payloadType?: number };
}

interface Transformer {
  readonly readable: ReadableStream<EncodedFrame>;
  readonly writable: WritableStream<EncodedFrame>;
  readonly options: LineOptions;
  generateKeyFrame?(): Promise<unknown>;
  sendKeyFrameRequest?(): Promise<unknown>;
}

let faults: Partial<Record<Fault, number>> = {};
let reporting = false;

const lines = new Lines({
  now: () => performance.now(),
  after: (milliseconds, then) => void setTimeout(then, milliseconds),
  onFault: (fault) => {
    faults[fault] = (faults[fault] ?? 0) + 1;
    if (reporting) return;
    reporting = true;
    setTimeout(report, reportEvery);
  },
});

function report(): void {
  const told: Report = { faults };
  faults = {};
  reporting = false;
  self.postMessage(told, { transfer: [] });
}

self.addEventListener("message", ({ data }: MessageEvent<Command>) => void lines.obey(data));

self.addEventListener("rtctransform", (event) => {
  const { transformer } = event as Event & { transformer: Transformer };
  const { options, readable, writable } = transformer;
  // A line that is just beginning has no encoder to ask; the first frame is a key frame anyway.
  const quietly = (asked: Promise<unknown> | undefined): void => void asked?.catch(() => {});
  const line =
    options.way === "send"
      ? lines.send(options, () => quietly(transformer.generateKeyFrame?.()))
      : lines.receive(options, () => quietly(transformer.sendKeyFrameRequest?.()));
  const through = new TransformStream<EncodedFrame, EncodedFrame>({ transform: (frame, out) => pass(line, frame, out) });
  // Ends with the connection, in whatever way that ends.
  readable.pipeThrough(through).pipeTo(writable).catch(() => {});
});

async function pass(line: Line, encoded: EncodedFrame, out: TransformStreamDefaultController<EncodedFrame>): Promise<void> {
  const data = await line.pass(frameOf(encoded));
  if (data === null) return;
  encoded.data = data.byteLength === data.buffer.byteLength ? data.buffer : data.slice().buffer;
  out.enqueue(encoded);
}

function frameOf(encoded: EncodedFrame): Frame {
  const { rtpTimestamp, mimeType, payloadType } = encoded.getMetadata();
  const sound = encoded.type === undefined;
  const kind = sound ? "sound" : encoded.type === "key" ? "key" : "delta";
  const redundant = sound && (mimeType === undefined ? payloadType === usualRed : mimeType.toLowerCase() === "audio/red");
  return { kind, time: (rtpTimestamp ?? encoded.timestamp ?? 0) >>> 0, redundant, data: new Uint8Array(encoded.data) };
}

/** Where a browser does not name the codec: the payload type of redundancy in every browser that has it. */
const usualRed = 63;
