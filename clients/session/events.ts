import type { SeatClient } from "./client";
import { lineNews, weakLine, type LineNews } from "./quality";
import type { Away, Reason, State } from "./protocol";
import type { Connection, FailedReason, Snapshot } from "./types";

/** What happens to a seat, one at a time, for those who would rather be told than compare snapshots. */
export type SeatEvent =
  /** The line stands; everything told from now on is fresh. */
  | { readonly type: "line-up" }
  /** The line is lost and comes back by itself; media may go on without it. */
  | { readonly type: "line-lost"; readonly why: Away }
  /** The seat does not come back by itself. */
  | { readonly type: "seat-lost"; readonly reason: FailedReason }
  | { readonly type: "entered"; readonly session: string }
  /** The visit has gone from one state to another. */
  | { readonly type: "state"; readonly session: string; readonly from: State | null; readonly to: State }
  /** The visit has gone to its next leg. */
  | { readonly type: "leg"; readonly session: string; readonly leg: number }
  | { readonly type: "ended"; readonly session: string; readonly reason: Reason }
  /** Sound and pictures can flow, or cannot any more. */
  | { readonly type: "media"; readonly connected: boolean }
  /** Whose line has become weak, or that it is good again. */
  | { readonly type: "quality"; readonly news: NonNullable<LineNews> }
  /** Somebody's own words have come. */
  | { readonly type: "said"; readonly id: string };

/** What has happened between two snapshots, in the order in which a person would tell it. Pure. */
export function eventsBetween(before: Snapshot, after: Snapshot): SeatEvent[] {
  return [
    ...ofLine(before.connection, after.connection),
    ...ofVisit(before, after),
    ...ofMedia(before, after),
    ...after.talk.slice(before.talk.length).map((message): SeatEvent => ({ type: "said", id: message.id })),
  ];
}

/** Calls `listener` with everything that happens from now on; returns the way to stop. */
export function onSeatEvents(client: Pick<SeatClient, "subscribe" | "getSnapshot">, listener: (event: SeatEvent) => void): () => void {
  let before = client.getSnapshot();
  return client.subscribe(() => {
    const after = client.getSnapshot();
    const events = eventsBetween(before, after);
    before = after;
    for (const event of events) listener(event);
  });
}

function ofLine(before: Connection, after: Connection): SeatEvent[] {
  if (before.state === after.state) return [];
  switch (after.state) {
    case "live":
      return [{ type: "line-up" }];
    case "reconnecting":
      return [{ type: "line-lost", why: after.why }];
    case "failed":
      return [{ type: "seat-lost", reason: after.reason }];
    default:
      return [];
  }
}

function ofVisit(before: Snapshot, after: Snapshot): SeatEvent[] {
  const events: SeatEvent[] = [];
  if (after.entered !== null && after.entered !== before.entered) events.push({ type: "entered", session: after.entered });
  const [was, is] = [before.session, after.session];
  if (is !== null) {
    const same = was?.id === is.id;
    if (!same || was.state !== is.state) events.push({ type: "state", session: is.id, from: same ? was.state : null, to: is.state });
    if (same && was.leg !== is.leg) events.push({ type: "leg", session: is.id, leg: is.leg });
  }
  const { ended } = after;
  if (ended !== null && ended.session !== before.ended?.session) {
    events.push({ type: "ended", session: ended.session, reason: ended.reason });
  }
  return events;
}

function ofMedia(before: Snapshot, after: Snapshot): SeatEvent[] {
  const events: SeatEvent[] = [];
  const [was, is] = [before.media.phase === "connected", after.media.phase === "connected"];
  if (was !== is) events.push({ type: "media", connected: is });
  const earlier = lineNews(null, weakLine(before.presence, before.identity?.seat ?? null));
  const news = lineNews(earlier, weakLine(after.presence, after.identity?.seat ?? null));
  if (news !== null && news !== earlier) events.push({ type: "quality", news });
  return events;
}
