// How much of the line own pictures take. Pure.

import type { Purpose } from "./protocol";

/**
 * Nobody sees us yet, one person does, or several who send pictures themselves; or somebody's line carries sound only, and
 * pictures pause.
 */
export type Uplink = "waiting" | "talking" | "group" | "sound";

/**
 * While waiting nobody looks, but the newest key frame is kept at the server to be shown at the moment of admission, and
 * has to cross a line of 1 Mbit/s within 50 ms: 6 kB. Encoders bound a key frame by about 0.3 s of their bit rate (libvpx:
 * half of a 600 ms buffer), which at this rate is 5.6 kB. Bits a second, pictures a second, lines.
 */
const waiting = { maxBitrate: 150_000, maxFramerate: 15, lines: 180 };

/**
 * Among several people a face is one of many on every screen, and everybody's line and processor carry all of them. Sign
 * language stays readable from 20 pictures a second on (ITU-T H-series Supplement 1). Paper and screens stay as they are.
 */
const group = { maxBitrate: 500_000, maxFramerate: 20, lines: 480 };

/** After admission it takes so long until the uplink rises, milliseconds: the first pictures are through by then. */
export const raiseAfter = 600;

/** What the encoder of a picture is told. `height`: of what the camera gives, 0 if not known yet. */
export function pictureEncoding(maxBitrate: number, uplink: Uplink, height: number, purpose: Purpose): RTCRtpEncodingParameters {
  if (uplink === "sound") return { maxBitrate, active: false };
  const most = uplink === "waiting" ? waiting : uplink === "group" && purpose === "face" ? group : null;
  if (most === null) return { maxBitrate, active: true, scaleResolutionDownBy: 1 };
  return {
    active: true,
    maxBitrate: Math.min(maxBitrate, most.maxBitrate),
    maxFramerate: most.maxFramerate,
    scaleResolutionDownBy: Math.max(1, (height === 0 ? 720 : height) / most.lines),
  };
}

/** The same for a sender that runs: what its present parameters become. Nothing else in them changes. */
export function withEncoding(parameters: RTCRtpSendParameters, wanted: RTCRtpEncodingParameters): RTCRtpSendParameters {
  const encodings = parameters.encodings.map((present) => {
    const encoding = { ...present, ...wanted };
    if (wanted.maxFramerate === undefined) delete encoding.maxFramerate;
    return encoding;
  });
  return { ...parameters, encodings };
}
