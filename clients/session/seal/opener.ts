import type { Bytes } from "./bytes";
import { mostClear, openFrame, readSealed, type Sealed } from "./frame";
import { readBlocks, writeBlocks, type Block } from "./red";
import type { Frame } from "./sealer";
import type { FrameKey } from "./sframe";
import { Window, type Late } from "./window";

/** Why a frame is not played. */
export type Fault =
  | Late
  /** It is not sealed, and nothing but sealed frames is played now. */
  | "clear"
  /** Nobody has given us its key. */
  | "keyless"
  /** It has been changed, or comes from another track. */
  | "forged"
  /** It was sealed by somebody else than the one who is named on this line, who may have been named there or will be. */
  | "foreign"
  /** The same, and that one never was named there, and is not a while later. */
  | "swapped";

/** Faults that only come of somebody meddling; the others also come of being too early or too late. */
export const meddling: readonly Fault[] = ["forged", "reordered", "replayed", "swapped"];

/** A key somebody has given us. */
export interface Given {
  readonly participant: string;
  readonly key: FrameKey;
}

/** Keys most participants and their keys before need. */
const mostKeys = 64;

/** Whose keys we have, and how far each has come: shared by all lines of a page. */
export class KeyRing {
  private readonly keys = new Map<number, Given>();
  /** The highest counter let through, by key and track. */
  private readonly marks = new Map<string, number>();

  /** Takes a key in. A key id belongs to whoever had it first. */
  give(given: Given): void {
    if (this.keys.has(given.key.kid)) return;
    this.keys.set(given.key.kid, given);
    const oldest = this.keys.keys().next();
    if (this.keys.size > mostKeys && oldest.done !== true) this.forget(oldest.value);
  }

  get(kid: number): Given | undefined {
    return this.keys.get(kid);
  }

  forget(kid: number): void {
    this.keys.delete(kid);
    for (const mark of this.marks.keys()) if (mark.startsWith(`${kid} `)) this.marks.delete(mark);
  }

  clear(): void {
    this.keys.clear();
    this.marks.clear();
  }

  mark(kid: number, track: string): number {
    return this.marks.get(`${kid} ${track}`) ?? -1;
  }

  reached(kid: number, track: string, ctr: number): void {
    if (ctr > this.mark(kid, track)) this.marks.set(`${kid} ${track}`, ctr);
  }
}

/** What becomes of a frame: played as `data`, or not, and why not. `kid`: the key that is missing; `from`: whose frame it is. */
export type Opened = { readonly data: Bytes } | { readonly fault: Fault; readonly kid?: number; readonly from?: string };

/** Most tracks of which a line remembers frames. */
const mostWindows = 16;

/** Opens what arrives on one line. */
export class TrackOpener {
  /** Who is named on this line; null while nobody is. */
  expected: string | null = null;
  private readonly purpose: string;
  private readonly ring: KeyRing;
  private readonly windows = new Map<string, Window>();

  constructor(purpose: string, ring: KeyRing) {
    this.purpose = purpose;
    this.ring = ring;
  }

  /** `openly`: frames in clear are played too, because everybody here has been told that they may be. */
  async open(frame: Frame, openly: boolean): Promise<Opened> {
    // A packet with repetitions ends like its newest block, so it has to be taken apart first.
    const blocks = frame.redundant ? (readBlocks(frame.data) ?? []) : [{ payloadType: 0, offset: 0, data: frame.data }];
    const sealed = readSealed(blocks.at(-1)?.data ?? new Uint8Array(0));
    if (sealed === null) return openly ? { data: frame.data } : { fault: "clear" };
    if (frame.redundant) return this.packet(blocks, sealed, frame.time);
    // What the packets' headers say of a frame, the node says; what was left clear of it, its sender.
    const standsAlone = sealed.clear.length === mostClear;
    const opened = await this.one(sealed, frame.time);
    return "data" in opened && frame.kind !== "sound" && standsAlone !== (frame.kind === "key") ? { fault: "reordered" } : opened;
  }

  /** A packet with repetitions: those that have been played already are taken out. */
  private async packet(blocks: readonly Block[], newest: Sealed, time: number): Promise<Opened> {
    const repeated: Block[] = [];
    for (const block of blocks.slice(0, -1)) {
      const sealed = readSealed(block.data);
      const opened = sealed === null ? null : await this.one(sealed, (time - block.offset) >>> 0, true);
      if (opened !== null && "data" in opened) repeated.push({ ...block, data: opened.data });
    }
    const opened = await this.one(newest, time);
    const payloadType = blocks.at(-1)?.payloadType ?? 0;
    return "data" in opened ? { data: writeBlocks([...repeated, { payloadType, offset: 0, data: opened.data }]) } : opened;
  }

  private async one(sealed: Sealed, time: number, early = false): Promise<Opened> {
    const given = this.ring.get(sealed.kid);
    if (given === undefined) return { fault: "keyless", kid: sealed.kid };
    if (given.participant !== this.expected) return { fault: "foreign", from: given.participant };
    // Looked at before it is noted: whoever cannot seal must not be able to move the window either.
    const data = await openFrame(given.key, this.purpose, sealed);
    if (data === null) return { fault: "forged" };
    const late = this.window(sealed).take(sealed.ctr, time, early);
    if (late !== null) return { fault: late };
    this.ring.reached(sealed.kid, this.trackOf(sealed), sealed.ctr);
    return { data };
  }

  private window(sealed: Sealed): Window {
    const track = this.trackOf(sealed);
    const name = `${sealed.kid} ${track}`;
    const known = this.windows.get(name);
    if (known !== undefined) return known;
    const window = new Window(this.ring.mark(sealed.kid, track));
    this.windows.set(name, window);
    const oldest = this.windows.keys().next();
    if (this.windows.size > mostWindows && oldest.done !== true) this.windows.delete(oldest.value);
    return window;
  }

  private trackOf({ stream }: Sealed): string {
    return `${this.purpose} ${stream}`;
  }
}
