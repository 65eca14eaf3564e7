// How a connection takes over from the one beside it, when the media of a session are carried somewhere else.

import type { Browser } from "./browser";
import type { PeerConnection } from "./peer";

/** Milliseconds: until the new connection must stand, and how long it may stand without bringing anything. */
const standWithin = 8_000;
const bringWithin = 2_500;
/** How often one looks, milliseconds. */
const look = 40;
/** Packets of sound that fill the new connection's buffer, so that nobody hears the change: a tenth of a second. */
const enoughPackets = 5;
/** How long nothing must come on the old connection until it counts as dead, milliseconds. */
const deadAfter = 400;
/** How long the old connection goes on sending, for others who have not changed yet, milliseconds. */
export const lingerFor = 2_500;

/** What both connections bring, at one moment. */
export interface Sight {
  readonly state: RTCPeerConnectionState;
  /** Packets of sound received on the new connection since it was made. */
  readonly fresh: number;
  /** Milliseconds since the new connection stands, 0 while it does not. */
  readonly stands: number;
  /** Milliseconds since anything came on the old connection. */
  readonly quiet: number;
  /** Milliseconds since the change began. */
  readonly since: number;
}

/**
 * Whether the new connection takes over now, the change has failed, or one goes on looking. Pure. As long as the old one
 * brings sound it is kept until the new one does too; where neither does (nobody speaks to anybody yet), or the old one
 * is dead, standing is enough.
 */
export function verdict(sight: Sight): "now" | "failed" | "wait" {
  if (sight.state === "failed" || sight.state === "closed") return "failed";
  if (sight.state !== "connected") return sight.since >= standWithin ? "failed" : "wait";
  const oldIsDead = sight.quiet >= deadAfter;
  if (sight.fresh >= enoughPackets || oldIsDead || sight.stands >= bringWithin) return "now";
  return "wait";
}

/** Waits until `next` can take over from `old`; false if it never will. */
export async function takeover(browser: Browser, next: PeerConnection, old: PeerConnection): Promise<boolean> {
  const begun = browser.now();
  let stoodAt: number | null = null;
  let oldCount = await received(old);
  let heardAt = begun;
  for (;;) {
    const count = await received(old);
    const now = browser.now();
    if (count !== oldCount) heardAt = now;
    oldCount = count;
    if (next.state === "connected") stoodAt ??= now;
    const sight: Sight = {
      state: next.state,
      fresh: await received(next),
      stands: stoodAt === null ? 0 : now - stoodAt,
      quiet: now - heardAt,
      since: now - begun,
    };
    const what = verdict(sight);
    if (what !== "wait") return what === "now";
    await new Promise<void>((resolve) => void browser.after(look, resolve));
  }
}

/** Packets of sound a connection has received so far. */
async function received(peer: PeerConnection): Promise<number> {
  if (peer.state === "closed") return 0;
  let packets = 0;
  (await peer.stats()).forEach((entry: { type: string; kind?: string; packetsReceived?: number }) => {
    if (entry.type === "inbound-rtp" && entry.kind === "audio") packets += entry.packetsReceived ?? 0;
  });
  return packets;
}
