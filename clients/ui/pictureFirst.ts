// The moment of admission: the first picture goes before everything else. A consultation's screen is large, and making it
// takes as long as the picture takes to come; so the screen before stands still until the picture is there, and the
// picture appears over it in the very place it will have.

import type { SeatClient, Snapshot } from "../session";

/** How long a screen stands still at most, milliseconds: nobody is to wait for a picture that does not come. */
export const standStillFor = 250;

/** What a page shows of its seat, with the first picture first. */
export interface PictureFirst {
  subscribe(listener: () => void): () => void;
  /** What the screens are drawn from. */
  getSnapshot(): Snapshot;
  /** What is true now, while the screens stand still for the first picture; else null. */
  getArriving(): Snapshot | null;
  /** The first picture is on the screen. */
  pictureShown(): void;
}

/** Whether a screen is to stand still when the seat's state goes from one to the other. Pure. */
export function waitsForPicture(before: Snapshot, now: Snapshot): boolean {
  const admitted = before.session?.state === "waiting" && now.session?.state === "consultation";
  return admitted && before.session?.id === now.session?.id && now.ended === null && expectsPicture(now);
}

/** Whether somebody else is there whose camera is on. */
function expectsPicture({ presence, identity, media }: Snapshot): boolean {
  return (
    media.phase === "connected" &&
    presence.some((one) => one.participant !== identity?.seat && one.connected && !one.videoMuted)
  );
}

/**
 * How long a consultation's screen stands still at most for somebody who joins it, milliseconds: what is told of them in
 * pieces, a name, a line, a picture, is drawn once, with the picture.
 */
export const joinerFor = 150;

/** Who has been let in beside those who talk already, and has no picture yet; null if nobody. Pure. */
export function joiner(before: Snapshot, now: Snapshot): string | null {
  if (before.session?.id !== now.session?.id || before.session?.state !== "consultation" || now.session?.state !== "consultation") return null;
  const known = new Set(before.session.participants.filter((one) => one.admitted).map((one) => one.id));
  const isNew = now.session.participants.find(
    (one) => one.admitted && one.kind !== "equipment" && one.id !== now.identity?.seat && !known.has(one.id),
  );
  return isNew === undefined || now.media.phase !== "connected" || hasPicture(now, isNew.id) ? null : isNew.id;
}

function hasPicture({ media }: Snapshot, participant: string): boolean {
  return media.remote[participant]?.face != null;
}

type Client = Pick<SeatClient, "subscribe" | "getSnapshot">;

/** Puts the first picture before what follows from it. `after` is for tests. */
export function pictureFirst(client: Client, after: (milliseconds: number, then: () => void) => () => void = later): PictureFirst {
  const listeners = new Set<() => void>();
  let drawn = client.getSnapshot();
  let standing = false;
  let awaited: string | null = null; // who joins, while the screen stands still for them
  let stopTimer = (): void => {};
  let stopClient = (): void => {};
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const goOn = (): void => {
    if (!standing) return;
    standing = false;
    awaited = null;
    stopTimer();
    drawn = client.getSnapshot();
    tell();
  };
  const changed = (): void => {
    const now = client.getSnapshot();
    if (standing && (now.session?.state !== "consultation" || now.ended !== null)) return goOn();
    if (awaited !== null && hasPicture(now, awaited)) return goOn();
    if (!standing && waitsForPicture(drawn, now)) {
      standing = true;
      stopTimer = after(standStillFor, goOn);
    }
    if (!standing && (awaited = joiner(drawn, now)) !== null) {
      standing = true;
      stopTimer = after(joinerFor, goOn);
    }
    if (!standing) drawn = now;
    tell();
  };
  return {
    subscribe: (listener) => {
      if (listeners.size === 0) {
        drawn = client.getSnapshot();
        stopClient = client.subscribe(changed);
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          stopClient();
          stopTimer();
          standing = false;
          awaited = null;
        }
      };
    },
    getSnapshot: () => (listeners.size === 0 ? client.getSnapshot() : drawn),
    getArriving: () => (standing && awaited === null ? client.getSnapshot() : null),
    pictureShown: goOn,
  };
}

function later(milliseconds: number, then: () => void): () => void {
  const timer = setTimeout(then, milliseconds);
  return () => clearTimeout(timer);
}
