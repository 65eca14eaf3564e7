import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readServerMessage, type ServerMessage, type Session } from "./protocol";
import { entering, initialSeatState, over, reduce, withoutVisit, type SeatState } from "./reduce";

const directory = fileURLToPath(new URL("../../testdata/protocol/", import.meta.url));
const golden = readdirSync(directory).filter((name) => name.endsWith(".json"));
const now = Date.parse("2026-11-25T10:00:00+09:00");

function read(name: string): string {
  return readFileSync(directory + name, "utf8");
}

function told(name: string): ServerMessage {
  const message = readServerMessage(read(name));
  if (message === undefined) throw new Error(`${name}: not a message of the server`);
  return message;
}

function session(): Session {
  const message = told("session.json");
  if (message.type !== "session") throw new Error("session.json: not a session");
  return message;
}

const inside: SeatState = entering(initialSeatState, session().id);

describe("golden messages of the protocol", () => {
  it("are there", () => {
    expect(golden.length).toBeGreaterThan(20);
  });

  it.each(golden)("%s is a message of the server that the reducer takes, or one of ours", (name) => {
    const message = readServerMessage(read(name));
    if (message === undefined) return;
    expect(reduce(inside, message, now)).toBeTypeOf("object");
  });

  it("fill the state of a seat", () => {
    const all = ["welcome", "seat", "session", "presence", "waiting", "tracks"];
    const state = all.map((name) => told(`${name}.json`)).reduce((so, message) => reduce(so, message, now), inside);
    expect(state.participant).toBe("booth:shiomachihama-1");
    expect(state.plan?.up).toContain("voice");
    expect(state.sessions).toHaveLength(1);
    expect(state.session?.legs[0]?.professional.registrationYear).toBe(2004);
    expect(state.presence.length).toBeGreaterThan(0);
    expect(state.waiting?.toMinutes).toBeGreaterThan(0);
    expect(state.tracks.map((track) => track.purpose)).toEqual(["voice", "face"]);
  });
});

describe("the state of a seat", () => {
  it("knows how far the server's clock is ahead", () => {
    const state = reduce(initialSeatState, told("welcome.json"), now);
    expect(state.clockOffset).toBe(120_000);
  });

  it("ignores an older version of the session", () => {
    const newer = reduce(inside, { ...session(), version: 7, state: "consultation" }, now);
    const after = reduce(newer, { ...session(), version: 6, state: "waiting" }, now);
    expect(after).toBe(newer);
  });

  it("takes the same version again, as after a new line", () => {
    const state = reduce(inside, { ...session(), version: 7 }, now);
    expect(reduce(state, { ...session(), version: 7, leg: 1 }, now).session?.leg).toBe(1);
  });

  it("begins anew with the versions of another session", () => {
    const first = reduce(inside, { ...session(), version: 90 }, now);
    const second = reduce(entering(first, "s_other"), { ...session(), id: "s_other", version: 1 }, now);
    expect(second.session).toMatchObject({ id: "s_other", version: 1 });
  });

  it.each(["session", "presence", "waiting", "tracks", "ended"])("ignores the %s of a session that was left", (name) => {
    const left = withoutVisit(reduce(inside, session(), now));
    expect(reduce(left, told(`${name}.json`), now)).toBe(left);
  });

  it("keeps the session for the goodbye when it ends, but nobody's presence and tracks", () => {
    const full = ["session", "presence", "tracks"].map((name) => told(`${name}.json`)).reduce((so, one) => reduce(so, one, now), inside);
    const ended = over(full, { session: session().id, reason: "done" });
    expect(ended).toMatchObject({ entered: null, ended: { reason: "done" }, presence: [], tracks: [] });
    expect(ended.session?.id).toBe(session().id);
  });

  it("forgets the place in the queue once the consultation has begun", () => {
    const waiting = reduce(reduce(inside, { ...session(), state: "waiting" }, now), told("waiting.json"), now);
    expect(waiting.waiting).not.toBeNull();
    expect(reduce(waiting, { ...session(), version: 9, state: "consultation" }, now).waiting).toBeNull();
  });

  it("keeps everything when the same session is entered again", () => {
    const state = reduce(inside, session(), now);
    expect(entering(state, session().id)).toBe(state);
  });
});
