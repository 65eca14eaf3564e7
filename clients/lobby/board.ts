// What a lobby's screen shows, out of what the server says. Pure; numbers and booths, and nothing else of anybody.

import type { Lobby, LobbyEntry } from "../session/protocol";
import type { Language } from "../ui/words";

/** What stands on the screen. */
export interface Board {
  /** One card each: a number that is to come in, or that is in its booth. */
  readonly cards: readonly LobbyEntry[];
  /** Who waits next, in their order. */
  readonly next: readonly LobbyEntry[];
}

/** More than this cannot be read from across the room. */
const cardsAtMost = 2;
const nextAtMost = 3;

/** Who is called stands first; whoever is in a booth already makes room for them. */
export function boardOf(lobby: Lobby | null): Board {
  const all = lobby?.numbers ?? [];
  const called = all.filter((one) => one.stage === "called");
  const inside = all.filter((one) => one.stage !== "called" && one.stage !== "waiting");
  return { cards: [...called, ...inside].slice(0, cardsAtMost), next: all.filter((one) => one.stage === "waiting").slice(0, nextAtMost) };
}

/** Who is called now and was not before; nobody at the first look, for a page that was loaded again has called them already. */
export function newlyCalled(before: Lobby | null, now: Lobby | null): LobbyEntry[] {
  if (before === null) return [];
  const known = new Set(before.numbers.filter((one) => one.stage === "called").map((one) => one.number));
  return (now?.numbers ?? []).filter((one) => one.stage === "called" && !known.has(one.number));
}

/** Whether the screen calls by sound as well: unless the address of the page ends in `sound=off`. */
export function callsAloud(search: string): boolean {
  return new URLSearchParams(search).get("sound") !== "off";
}

/** How long the screen speaks each language, in milliseconds: long enough to be read slowly. */
export const languageFor = 12_000;

const turns: readonly Language[] = ["ja", "easy", "en"];

/** Which language it is the turn of. */
export function languageAt(now: number): Language {
  return turns[Math.floor(now / languageFor) % turns.length] ?? "ja";
}
