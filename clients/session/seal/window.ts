// Which frames of one sender's track have been let through. Pure.

/** Why a frame that is genuine is not let through. */
export type Late =
  | "replayed"
  | "reordered"
  /** It was lost and has been played from its repetition meanwhile; nobody has done anything wrong. */
  | "repeated";

/** Frames remembered; what is older than all of them is refused. At thirty pictures a second these are eight seconds. */
const remembered = 256;
/** How far below the highest number known from an earlier connection frames may come again (they are shown after a change). */
const leeway = 1024;

interface Seen {
  readonly ctr: number;
  /** RTP timestamp as it came, 32 bits; the node renumbers, and keeps the order. */
  readonly time: number;
  /** It was let through as a repetition; the packet itself may come yet, once. */
  early: boolean;
}

/**
 * Lets each frame through once, and only where it belongs: of two frames, the one with the higher counter has the later
 * timestamp. Packets may overtake each other, so frames may come in any order; but whoever gives them other timestamps to have
 * them shown in another order is found out.
 */
export class Window {
  /** In the order of their counters. */
  private readonly seen: Seen[] = [];
  private floor: number;

  /** `highest`: the highest counter let through on an earlier connection, -1 without one. */
  constructor(highest = -1) {
    this.floor = highest - leeway;
  }

  /** The highest counter let through, -1 before the first. */
  get highest(): number {
    return this.seen.at(-1)?.ctr ?? -1;
  }

  /** Notes a frame that is to be let through, or says why not. `early`: it comes as a repetition in another packet. */
  take(ctr: number, time: number, early = false): Late | null {
    if (ctr <= this.floor) return "replayed";
    const after = this.seen.findLastIndex((one) => one.ctr <= ctr);
    const before = this.seen[after];
    if (before?.ctr === ctr) return again(before, early);
    const next = this.seen[after + 1];
    if ((before !== undefined && !follows(before.time, time)) || (next !== undefined && !follows(time, next.time))) return "reordered";
    this.seen.splice(after + 1, 0, { ctr, time, early });
    if (this.seen.length > remembered) this.floor = this.seen.shift()?.ctr ?? this.floor;
    return null;
  }
}

/** A repetition of what has come is no news; the packet itself may follow its repetition once. */
function again(seen: Seen, early: boolean): Late {
  if (early) return "repeated";
  const expected = seen.early;
  seen.early = false;
  return expected ? "repeated" : "replayed";
}

/** The layers of one picture have one timestamp. Timestamps wrap. */
function follows(earlier: number, later: number): boolean {
  return ((later - earlier) >>> 0) < 2 ** 31;
}
