import type { Browser } from "./browser";
import type { Purpose, Track } from "./protocol";
import type { RemoteMedia } from "./types";

interface Carried {
  track: MediaStreamTrack;
  stream: MediaStream;
}

const nothing: RemoteMedia = { voice: null, face: null, document: null, screen: null, stethoscope: null };

/**
 * Turns "m-line 5 now carries the face of desk:morita" into streams to show. A stream stays the same object as long
 * as the same track carries the same thing, so that a <video> is not torn down when somebody else joins.
 */
export class RemoteStreams {
  private readonly browser: Browser;
  private carried = new Map<string, Carried>();
  private shown: Readonly<Record<string, RemoteMedia>> = {};

  constructor(browser: Browser) {
    this.browser = browser;
  }

  /** The streams by participant; the same object if nothing has changed. Own tracks are never given back. */
  update(
    tracks: readonly Track[],
    own: string | null,
    receiver: (mid: string) => MediaStreamTrack | null,
  ): Readonly<Record<string, RemoteMedia>> {
    const next = new Map<string, Carried>();
    const people: Record<string, Record<Purpose, MediaStream | null>> = {};
    for (const { mid, participant, purpose } of tracks) {
      const track = participant === own ? null : receiver(mid);
      if (track === null) continue;
      const key = `${participant} ${purpose}`;
      const known = this.carried.get(key);
      const carried = known?.track === track ? known : { track, stream: this.browser.stream([track]) };
      next.set(key, carried);
      (people[participant] ??= { ...nothing })[purpose] = carried.stream;
    }
    const same = next.size === this.carried.size && [...next].every(([key, one]) => this.carried.get(key) === one);
    if (!same) {
      this.carried = next;
      this.shown = people;
    }
    return this.shown;
  }
}
