// Sound with redundancy (RFC 2198): each packet repeats some of those before it. Pure.
//
// Browsers seal what is to be sent after redundancy has been added, so a packet reaches us with its repetitions. If it were sealed
// whole, a node could no longer take it apart for those who know no redundancy. So each block is sealed by itself, and a repeated
// block is the same to the last bit as when it was sent first.

import { joined, type Bytes } from "./bytes";

/** One block: the newest, of the packet's own time, comes last and has offset 0. */
export interface Block {
  readonly payloadType: number;
  /** How far its timestamp lies before the packet's, in ticks. */
  readonly offset: number;
  readonly data: Bytes;
}

const more = 0x80;
const headerSize = 4;
/** More than any browser sends. */
const mostBlocks = 9;
const mostOffset = 2 ** 14 - 1;
const mostLength = 2 ** 10 - 1;

/** The blocks of a packet, the oldest first; null if it is none, or cut short. */
export function readBlocks(packet: Bytes): Block[] | null {
  const heads: { payloadType: number; offset: number; length: number }[] = [];
  let at = 0;
  for (; ((packet[at] ?? 0) & more) !== 0; at += headerSize) {
    const [first, high, middle, low] = packet.subarray(at, at + headerSize);
    if (first === undefined || high === undefined || middle === undefined || low === undefined || heads.length === mostBlocks) return null;
    heads.push({ payloadType: first & ~more, offset: (high << 6) | (middle >> 2), length: ((middle & 3) << 8) | low });
  }
  const last = packet[at];
  if (last === undefined) return null;
  at++;
  const blocks: Block[] = [];
  for (const { payloadType, offset, length } of heads) {
    if (at + length > packet.length) return null;
    blocks.push({ payloadType, offset, data: packet.slice(at, at + length) });
    at += length;
  }
  return [...blocks, { payloadType: last, offset: 0, data: packet.slice(at) }];
}

/** Puts blocks together again. A repetition that is empty, or too long or too old to be written, is left out. */
export function writeBlocks(blocks: readonly Block[]): Bytes {
  const newest = blocks.at(-1);
  if (newest === undefined) return new Uint8Array(0);
  const repeated = blocks.slice(0, -1).filter(({ offset, data }) => data.length > 0 && data.length <= mostLength && offset <= mostOffset);
  const heads = repeated.map(({ payloadType, offset, data }) =>
    Uint8Array.of(more | payloadType, offset >> 6, ((offset << 2) & 0xff) | (data.length >> 8), data.length & 0xff),
  );
  return joined(...heads, Uint8Array.of(newest.payloadType), ...repeated.map(({ data }) => data), newest.data);
}
