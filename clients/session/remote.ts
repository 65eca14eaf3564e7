import type { Browser } from "./browser";
import type { Receiver } from "./peer";
import type { Purpose, Track } from "./protocol";
import type { Incoming, RemoteMedia } from "./types";

/** One receiving m-line. */
interface Slot {
  /** What it is kept for. */
  readonly purpose: Purpose;
  readonly track: MediaStreamTrack;
  readonly stream: MediaStream;
  /** Who and what it carries or has carried: "desk:morita face". Null as long as it has carried nothing. */
  readonly occupant: string | null;
}

const nothing: RemoteMedia = { voice: null, face: null, document: null, screen: null, stethoscope: null };

/** What arrives, by m-line and by person. */
export interface Arriving {
  readonly incoming: Incoming;
  readonly remote: Readonly<Record<string, RemoteMedia>>;
}

export const nothingArrives: Arriving = { incoming: { voices: [], pictures: [] }, remote: {} };

/**
 * Turns "m-line 5 now carries the face of desk:morita" into streams to show. Every m-line has its stream from the
 * answer on, before anybody is on it, so that what shows or plays it can be made beforehand; it stays the same object
 * while the m-line carries the same thing, so that a <video> is not torn down when somebody else joins. When somebody
 * has left, the m-line gets another: the last picture of one person must not be what the next one begins with.
 */
export class RemoteStreams {
  private readonly browser: Browser;
  private slots = new Map<string, Slot>();
  private arriving: Arriving = nothingArrives;

  constructor(browser: Browser) {
    this.browser = browser;
  }

  /** The streams; the same object if nothing has changed. Own tracks are never given back. */
  update(
    tracks: readonly Track[],
    own: string | null,
    receivers: readonly Receiver[],
  ): Arriving {
    const carried = new Map(tracks.filter((one) => one.participant !== own).map((one) => [one.mid, one]));
    const next = new Map<string, Slot>();
    for (const { mid, purpose, track } of receivers) {
      const here = carried.get(mid);
      next.set(mid, this.slot(mid, purpose, track, here === undefined ? null : `${here.participant} ${here.purpose}`));
    }
    const same = next.size === this.slots.size && [...next].every(([mid, slot]) => this.slots.get(mid) === slot);
    if (!same) {
      this.slots = next;
      this.arriving = { incoming: incomingOf(next), remote: remoteOf(next, carried) };
    }
    return this.arriving;
  }

  private slot(mid: string, purpose: Purpose, track: MediaStreamTrack, occupant: string | null): Slot {
    const known = this.slots.get(mid);
    if (known?.track === track && known.occupant === occupant) return known;
    const fresh = known?.track !== track || known.occupant !== null;
    return { purpose, track, stream: fresh ? this.browser.stream([track]) : known.stream, occupant };
  }
}

function incomingOf(slots: ReadonlyMap<string, Slot>): Incoming {
  const of = (purpose: Purpose): MediaStream[] =>
    [...slots.values()].filter((slot) => slot.purpose === purpose).map(({ stream }) => stream);
  return { voices: of("voice"), pictures: of("face") };
}

function remoteOf(
  slots: ReadonlyMap<string, Slot>,
  carried: ReadonlyMap<string, Track>,
): Readonly<Record<string, RemoteMedia>> {
  const people: Record<string, Record<Purpose, MediaStream | null>> = {};
  for (const [mid, { stream }] of slots) {
    const here = carried.get(mid);
    if (here !== undefined) (people[here.participant] ??= { ...nothing })[here.purpose] = stream;
  }
  return people;
}
