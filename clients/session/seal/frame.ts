// How a sealed frame lies on the wire. Pure.
//
//   clear bytes | ciphertext and tag | SFrame header | stream (1 byte) | lengths (1 byte) | 5e a1
//
// SFrame (RFC 9605) puts its header first. Ours comes last: a browser splits a frame into packets and puts it together again
// without knowing that it is sealed, and a forwarding node looks for key frames in the first bytes, so these have to be those
// of the codec. They are authenticated, together with what the track is for, so that a frame can be moved to no other track.
// The stream tells the connections of one page apart, two of which send the same track while media move to another node.

import { joined, same, utf8, type Bytes } from "./bytes";
import { decrypt, encrypt, readHeader, tagSize, writeHeader, type FrameKey, type Header } from "./sframe";

/** Frames that stand for themselves, frames that change an earlier one, and sound. */
export type FrameKind = "key" | "delta" | "sound";

/**
 * Bytes left clear. VP8: the frame header of RFC 6386 section 9.1, whose first bit tells key frames, with the size of the picture
 * in key frames; VP9 needs nothing and is treated alike. Opus: the byte that tells how long the frame lasts (RFC 6716 section 3.1).
 */
const clearBytes: Readonly<Record<FrameKind, number>> = { key: 10, delta: 3, sound: 1 };
/** Of frames that stand for themselves, and of no others. */
export const mostClear = 10;

/**
 * Where a VP8 key frame has its start code (bytes 3 to 5), it is turned over on the wire: a decoder that is given a sealed frame
 * as it came finds no frame in it, instead of making a picture of noise.
 */
function turned(clear: Bytes): Bytes {
  return clear.length < clearBytes.key ? clear : clear.map((byte, at) => (at >= 3 && at < 6 ? byte ^ 0xff : byte));
}

/** Ends every sealed frame. Lengths and header have to fit too, so that a frame in clear is hardly ever taken for one. */
const mark = Uint8Array.of(0x5e, 0xa1);
const endSize = 2 + mark.length;

/** A sealed frame, taken apart. */
export interface Sealed extends Header {
  readonly stream: number;
  readonly clear: Bytes;
  readonly header: Bytes;
  readonly body: Bytes;
}

/** What a track of a page is for, and by which of its connections it is sent: 0 … 255. */
export interface Origin {
  readonly purpose: string;
  readonly stream: number;
}

/** Seals a frame under a counter that must never be used with this key again. */
export async function sealFrame(key: FrameKey, ctr: number, origin: Origin, kind: FrameKind, frame: Bytes): Promise<Bytes> {
  const clear = turned(frame.slice(0, clearBytes[kind]));
  const header = writeHeader({ kid: key.kid, ctr });
  const body = await encrypt(key, header, ctr, metadataOf(origin, clear), frame.slice(clear.length));
  return joined(clear, body, header, Uint8Array.of(origin.stream, (header.length << 4) | clear.length), mark);
}

/** Takes a sealed frame apart; null for anything else, above all for a frame in clear. */
export function readSealed(frame: Bytes): Sealed | null {
  const end = frame.length - endSize;
  const [stream, lengths, ...tail] = frame.subarray(Math.max(0, end));
  if (stream === undefined || lengths === undefined || !same(mark, Uint8Array.from(tail))) return null;
  const clear = lengths & 0x0f;
  const headerAt = end - (lengths >> 4);
  if (clear > mostClear || headerAt < clear + tagSize) return null;
  const header = frame.slice(headerAt, end);
  const read = readHeader(header);
  return read === null ? null : { ...read, stream, clear: frame.slice(0, clear), header, body: frame.slice(clear, headerAt) };
}

/** The frame as it was before sealFrame; null if anything has been changed, or it was sealed for another purpose. */
export async function openFrame(key: FrameKey, purpose: string, { clear, header, ctr, stream, body }: Sealed): Promise<Bytes | null> {
  const plain = await decrypt(key, header, ctr, metadataOf({ purpose, stream }, clear), body);
  return plain === null ? null : joined(turned(clear), plain);
}

function metadataOf({ purpose, stream }: Origin, clear: Uint8Array): Bytes {
  return joined(utf8(`${purpose} ${stream}\n`), clear);
}
