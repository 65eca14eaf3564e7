import { joined, type Bytes } from "./bytes";
import { sealFrame, type FrameKind, type Origin } from "./frame";
import { readBlocks, writeBlocks, type Block } from "./red";
import { mostNumber, type FrameKey } from "./sframe";

/** One frame, or one packet of sound, as the browser gives it to us. */
export interface Frame {
  readonly kind: FrameKind;
  /** RTP timestamp, 32 bits. */
  readonly time: number;
  /** Sound with redundancy (RFC 2198). */
  readonly redundant: boolean;
  readonly data: Bytes;
}

/**
 * A key to seal with, and the counter under it. Every track of a page seals with the same one, so a counter is used once
 * whatever the tracks are; AES-GCM is broken by less.
 */
export class SendingKey {
  readonly key: FrameKey;
  private next = 0;

  constructor(key: FrameKey) {
    this.key = key;
  }

  count(): number {
    if (this.next > mostNumber) throw new RangeError(`key ${this.key.kid}: all counters are used, make another key`);
    return this.next++;
  }
}

/** Repetitions lie at most so many packets back. */
const remembered = 10;

/** Seals what one track sends. */
export class TrackSealer {
  private readonly origin: Origin;
  /** What was sealed last, by timestamp: a repetition is sent as it was sent first. */
  private readonly sealed = new Map<number, Bytes>();
  private kid = -1;

  constructor(origin: Origin) {
    this.origin = origin;
  }

  /** The frame as it is to be sent; null for a packet of sound that cannot be read, which nobody could play either. */
  async seal(sending: SendingKey, frame: Frame): Promise<Bytes | null> {
    if (!frame.redundant) return this.one(sending, frame.kind, frame.data);
    const blocks = readBlocks(frame.data);
    const newest = blocks?.at(-1);
    if (blocks === null || newest === undefined) return null;
    this.begin(sending.key.kid);
    const data = await this.one(sending, "sound", newest.data);
    const repeated = blocks.slice(0, -1).flatMap((block) => this.repeated(block, frame.time));
    this.remember(frame.time, data);
    return writeBlocks([...repeated, { ...newest, data }]);
  }

  private async one(sending: SendingKey, kind: FrameKind, data: Bytes): Promise<Bytes> {
    return sealFrame(sending.key, sending.count(), this.origin, kind, joined(data));
  }

  private repeated(block: Block, time: number): Block[] {
    const data = this.sealed.get((time - block.offset) >>> 0);
    return data === undefined ? [] : [{ ...block, data }];
  }

  /** Whoever gets a new key does not get what was said under the old one. */
  private begin(kid: number): void {
    if (kid === this.kid) return;
    this.kid = kid;
    this.sealed.clear();
  }

  private remember(time: number, data: Bytes): void {
    this.sealed.set(time, data);
    const oldest = this.sealed.keys().next();
    if (this.sealed.size > remembered && oldest.done !== true) this.sealed.delete(oldest.value);
  }
}
