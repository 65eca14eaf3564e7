import { describe, expect, it } from "vitest";
import type { Leg, Session } from "../session/protocol";
import type { RemoteMedia, Snapshot, TalkMessage } from "../session/types";
import { next, nobody, type Local } from "./local";
import { callOf, checkOf, lineOf, screenOf, staffInside, stepOf, type Screen } from "./state";

const noon = Date.parse("2026-11-25T12:00:00+09:00");

function professional(name: string, kana: string) {
  return { name, kana, title: "", organisation: "", phone: "0999-00-1234" };
}

function leg(desk: string, role: string, over: Partial<Leg> = {}): Leg {
  return {
    service: role,
    serviceName: role,
    role,
    pool: desk,
    poolName: desk,
    desk,
    startsAt: "2026-11-25T10:00:00+09:00",
    plannedAt: "2026-11-25T10:00:00+09:00",
    endsAt: "2026-11-25T10:20:00+09:00",
    done: false,
    professional: professional("森田 千尋", "もりた ちひろ"),
    ...over,
  };
}

function session(over: Partial<Session> = {}): Session {
  return {
    type: "session",
    id: "s_1",
    version: 1,
    state: "arrived",
    appointment: "a_1",
    office: "shiomachihama",
    officeName: "汐待浜郵便局",
    booth: "shiomachihama-1",
    boothName: "ブース1",
    number: 7,
    checkedInBy: "counter",
    legs: [leg("morita", "doctor"), leg("shiokaze-1", "pharmacist")],
    leg: 0,
    participants: [
      { id: "booth:shiomachihama-1", kind: "booth", role: "booth", name: "", admitted: true },
      { id: "desk:morita", kind: "desk", role: "doctor", name: "森田 千尋", admitted: true },
    ],
    ...over,
  };
}

const idle: Snapshot = {
  connection: { state: "live" },
  identity: {
    seat: "booth:shiomachihama-1",
    role: "booth",
    name: "ブース1",
    area: "shiomachi",
    office: "shiomachihama",
    expiresAt: "2026-11-25T22:00:00+09:00",
  },
  sessions: [],
  calls: [],
  dayRev: 1,
  entered: null,
  session: null,
  presence: [],
  waiting: null,
  armed: null,
  lobby: null,
  unwiped: [],
  ended: null,
  sealing: { state: "off", code: null, unable: [], meddled: false },
  media: {
    phase: "connected",
    quality: "good",
    incoming: { voices: [], pictures: [] },
    self: {
      voice: { state: "on", label: "", deviceId: "" },
      face: { state: "on", label: "", deviceId: "" },
      document: { state: "off" },
      stethoscope: { state: "off" },
    screen: { state: "off" },
      preview: null,
      documentPreview: null,
      audioMuted: false,
      videoMuted: false,
    },
    remote: {},
  },
  checks: { voice: "off", face: "off" },
  talk: [],
};

function visit(over: Partial<Session>, rest: Partial<Snapshot> = {}): Snapshot {
  return { ...idle, entered: "s_1", session: session(over), ...rest };
}

/** A stream is only handed through, so any object stands for one. */
const stream = {} as MediaStream;
const remote = (over: Partial<RemoteMedia> = {}): RemoteMedia => ({
  voice: stream,
  face: stream,
  document: null,
  screen: null,
  stethoscope: null,
  ...over,
});
const present = (over: object = {}) => [
  { participant: "desk:morita", online: true, connected: true, audioMuted: false, videoMuted: false, ...over },
];

function talking(media: Partial<Snapshot["media"]> = {}, rest: Partial<Snapshot> = {}): Snapshot {
  return visit(
    { state: "consultation" },
    { presence: present(), media: { ...idle.media, remote: { "desk:morita": remote() }, ...media }, ...rest },
  );
}

const at = (over: Partial<Local> = {}): Local => ({ ...nobody, ...over });
const here = (over: Partial<Local> = {}): Local => at({ visit: "s_1", ...over });

function kindOf(snapshot: Snapshot, local: Local = nobody): Screen["kind"] {
  return screenOf(snapshot, local).kind;
}

describe("the screen", () => {
  const rows: [string, Snapshot, Local, Screen["kind"]][] = [
    ["before the server has told anything", { ...idle, sessions: null }, at(), "starting"],
    ["when nobody is here", idle, at(), "idle"],
    ["after a touch on start", idle, at({ started: true }), "check-in"],
    ["when the line breaks with nobody here", { ...idle, connection: reconnecting() }, at(), "idle"],
    ["when this seat is not signed in", { ...idle, connection: { state: "failed", reason: "signed-out" } }, at(), "sign-in"],
    ["when the booth is open elsewhere", { ...idle, connection: { state: "failed", reason: "replaced" } }, at(), "trouble"],
    ["between check-in and the session", { ...idle, entered: "s_1" }, at(), "starting"],
    ["after a check-in at the counter: nothing is asked", visit({}), at(), "check"],
    ["after a check-in at the booth", visit({ checkedInBy: "booth" }), here(), "name"],
    ["once the name is confirmed", visit({ checkedInBy: "booth" }), here({ confirmed: true }), "check"],
    ["when the name is somebody else's", visit({ checkedInBy: "booth" }), here({ denied: true }), "not-you"],
    ["when nobody answers to the name", visit({ checkedInBy: "booth" }), here({ away: true }), "still"],
    ["when the name was confirmed in another visit", visit({ checkedInBy: "booth" }), at({ visit: "s_0", confirmed: true }), "name"],
    ["while waiting for the first", visit({ state: "waiting" }), here(), "waiting"],
    ["while waiting for the next", visit({ state: "waiting", leg: 1 }), here(), "handover"],
    ["in a consultation", talking(), here(), "talk"],
    ["in a consultation while the line to the server is broken", talking({}, { connection: reconnecting() }), here(), "talk"],
    ["when the visit is over", visit({ state: "closed" }, { ended: { session: "s_1", reason: "done" } }), here(), "goodbye"],
    ["when the session is closed before ended comes", visit({ state: "closed" }), here(), "goodbye"],
  ];
  it.each(rows)("%s", (_, snapshot, local, expected) => {
    expect(kindOf(snapshot, local)).toBe(expected);
  });
});

function reconnecting() {
  return { state: "reconnecting", attempt: 1, nextAt: 0, why: "network" } as const;
}

describe("the large place of a consultation", () => {
  const paper = { "desk:morita": remote({ document: stream }) };
  const rows: [string, Snapshot, string][] = [
    ["shows the professional", talking(), "picture"],
    ["says that it connects before the first picture", talking({ remote: {} }), "connecting"],
    ["shows a paper before a face", talking({ remote: paper }), "document"],
    ["says sound only when pictures rest", talking({ quality: "sound-only" }), "sound-only"],
    ["says that the camera is off", talking({}, { presence: present({ videoMuted: true }) }), "camera-off"],
    ["says that the other side is gone", talking({}, { presence: present({ online: false, connected: false }) }), "away"],
    ["goes on while only the other side's socket is gone", talking({}, { presence: present({ online: false }) }), "picture"],
    ["says that the line is being mended", talking({ phase: "interrupted" }), "lost"],
  ];
  it.each(rows)("%s", (_, snapshot, expected) => {
    expect(screenOf(snapshot, here())).toMatchObject({ kind: "talk", show: expected });
  });

  it("names everybody who is let in, and nobody who is not", () => {
    const snapshot = visit({
      state: "consultation",
      participants: [
        ...session().participants,
        { id: "guest:1", kind: "guest", role: "family", name: "磯部 一郎", admitted: true },
        { id: "eq:1", kind: "equipment", role: "equipment", name: "書画カメラ", admitted: true },
        { id: "eq:2", kind: "equipment", role: "equipment", name: "測定器", admitted: false },
      ],
    });
    expect(screenOf(snapshot, here())).toMatchObject({
      people: [
        { id: "desk:morita", role: "doctor", kana: "もりた ちひろ", equipment: false },
        { id: "guest:1", equipment: false },
        { id: "eq:1", equipment: true },
      ],
    });
  });

  it("shows what was written after the last message that was closed, and never one's own", () => {
    const message = (id: string, mine = false): TalkMessage => ({
      id,
      from: mine ? "booth:shiomachihama-1" : "desk:morita",
      mine,
      text: id,
      large: true,
      at: noon,
      delivered: true,
    });
    const talk = [message("1"), message("2", true), message("3")];
    expect(screenOf(talking({}, { talk }), here())).toMatchObject({ written: [{ id: "1" }, { id: "3" }] });
    expect(screenOf(talking({}, { talk }), here({ readTalk: "1" }))).toMatchObject({ written: [{ id: "3" }] });
    expect(screenOf(talking({}, { talk }), here({ readTalk: "3" }))).toMatchObject({ written: [] });
  });
});

describe("the device check", () => {
  const self = idle.media.self;
  const seen = { voice: "heard", face: "seen" } as const;
  const broken = { ...idle.media, self: { ...self, face: { state: "failed", fault: "denied" } as const } };
  const rows: [string, Partial<Snapshot>, Partial<Local>, object][] = [
    ["begins with everything open", {}, {}, { face: "looking", voice: "listening", hearing: "asking", complete: false }],
    ["ticks face and voice by itself", { checks: seen }, {}, { face: "ok", voice: "ok", complete: false, mayGoOn: false }],
    ["is complete once the sound was heard too", { checks: seen }, { heard: "yes" }, { complete: true, mayGoOn: false }],
    ["waits for the voice after the sound was heard", {}, { heard: "yes" }, { complete: false, mayGoOn: true }],
    ["plays louder when the sound was not heard", { checks: seen }, { heard: "no", unheard: 1 }, { hearing: "louder" }],
    ["asks for help the third time", { checks: seen }, { heard: "no", unheard: 3 }, { hearing: "help", mayGoOn: true }],
    ["says what is wrong with the camera", { media: broken }, {}, { face: { fault: "denied" } }],
    ["says that the picture is dark", { checks: { voice: "off", face: "black" } }, {}, { face: "black" }],
    ["lets the resident go on without a device", { media: broken }, { heard: "yes", goOn: true }, { complete: true }],
  ];
  it.each(rows)("%s", (_, snapshot, local, expected) => {
    expect(checkOf({ ...visit({}), ...snapshot }, here(local))).toMatchObject(expected);
  });
});

describe("the goodbye", () => {
  const over = (reason: "done" | "left" | "cancelled" | "abandoned" | "handover") =>
    screenOf(
      visit({ legs: [leg("morita", "doctor", { done: true }), leg("shiokaze-1", "pharmacist")] }, { ended: { session: "s_1", reason } }),
      here(),
    );
  it("names whom to ask later, of those who were met", () => {
    expect(over("done")).toMatchObject({ how: "done", met: [{ desk: "morita" }] });
  });
  it.each(["left", "cancelled", "abandoned"] as const)("names nobody when the visit was %s", (reason) => {
    expect(over(reason)).toMatchObject({ how: reason, met: [] });
  });
});

describe("a call for staff", () => {
  const call = (over: object = {}) => ({
    ...idle,
    calls: [{ id: "c_1", booth: "shiomachihama-1", boothName: "ブース1", at: "2026-11-25T11:59:30+09:00", ...over }],
  });
  const rows: [string, Snapshot, Local, object | null][] = [
    ["is none at first", idle, at(), null],
    ["is being sent", idle, at({ calling: "sending" }), { state: "sending", open: true }],
    ["has been heard by the office", call(), at(), { state: "heard", open: true }],
    ["rings at the counter", call({ heardAt: "2026-11-25T11:59:30+09:00", phoneAt: "2026-11-25T11:59:45+09:00" }), at(), { state: "heard" }],
    ["finds nobody at the counter", call({ phoneAt: "2026-11-25T11:59:31+09:00" }), at(), { state: "phoning" }],
    ["has had the office telephoned", call({ phonedAt: "2026-11-25T11:59:45+09:00" }), at(), { state: "phoned" }],
    ["has been answered", call({ answeredAt: "2026-11-25T11:59:50+09:00" }), at(), { state: "answered", open: true }],
    ["stays on the button when its screen is closed", call(), at({ callClosed: "c_1" }), { state: "heard", open: false }],
    ["opens again when a new call stands", call({ id: "c_2" }), at({ callClosed: "c_1" }), { open: true }],
    ["is over some minutes after it was answered", call({ answeredAt: "2026-11-25T11:50:00+09:00" }), at(), null],
    ["says that it could not be sent", idle, at({ calling: "failed" }), { state: "failed", open: true }],
  ];
  it.each(rows)("%s", (_, snapshot, local, expected) => {
    expect({ call: callOf(snapshot, local, noon) }).toMatchObject({ call: expected });
  });
});

describe("the line, in words", () => {
  it.each([
    ["good", "connected", "good"],
    ["weak", "connected", "weak"],
    ["sound-only", "connected", "sound"],
    ["good", "interrupted", "lost"],
    ["lost", "connected", "lost"],
  ] as const)("%s while %s is %s", (quality, phase, expected) => {
    expect(lineOf({ ...idle, media: { ...idle.media, quality, phase } })).toBe(expected);
  });
});

describe("the way", () => {
  it("goes from the first step to the last", () => {
    const steps = [
      screenOf(visit({ checkedInBy: "booth" }), here()),
      screenOf(visit({}), here()),
      screenOf(visit({ state: "waiting" }), here()),
      screenOf(visit({}, { ended: { session: "s_1", reason: "done" } }), here()),
    ].map((screen) => stepOf(screen)?.now);
    expect(steps).toEqual([1, 2, 3, 5]);
    expect(stepOf({ kind: "idle" })).toBeNull();
  });

  it("says that staff is in the booth on every screen before the talk, which says so itself", () => {
    const staff = { present: true, at: "2026-11-25T10:00:00+09:00", accepted: [] };
    const inside = (over: Partial<Session>) => staffInside(screenOf(visit(over), here()))?.id;
    expect(inside({ state: "waiting", staff })).toBe("s_1");
    expect(inside({ state: "waiting", staff: { ...staff, present: false } })).toBeUndefined();
    expect(inside({ state: "waiting" })).toBeUndefined();
    expect(inside({ state: "consultation", staff })).toBeUndefined();
  });
});

describe("what the screen knows", () => {
  it("is forgotten when the visit is wiped, but for a call that still stands", () => {
    const known = [
      { type: "started" },
      { type: "entered-digits", entry: "482177" },
      { type: "asked" },
      { type: "checked-in", session: "s_1", kana: "イソベ ハルエ" },
      { type: "confirmed" },
      { type: "heard" },
      { type: "read-talk", id: "m_1" },
      { type: "close-call", call: "c_1" },
    ] as const;
    const before = known.reduce(next, nobody);
    expect(next(before, { type: "wiped" })).toEqual({ ...nobody, callClosed: "c_1" });
  });

  it("keeps the name only until it is confirmed", () => {
    const named = next(nobody, { type: "checked-in", session: "s_1", kana: "イソベ ハルエ" });
    expect(named.kana).toBe("イソベ ハルエ");
    expect(next(named, { type: "confirmed" }).kana).toBeNull();
  });

  it("of one visit does not reach the next", () => {
    const first = next(next(nobody, { type: "visit", session: "s_1" }), { type: "heard" });
    expect(next(first, { type: "visit", session: "s_1" })).toBe(first);
    expect(next(first, { type: "visit", session: "s_2" })).toMatchObject({ visit: "s_2", heard: "unasked" });
  });

  it("drops an answer that comes after the resident went back", () => {
    const asked = next(next(nobody, { type: "started" }), { type: "asked" });
    const back = next(asked, { type: "went-back" });
    expect(next(back, { type: "refused", why: "unknown" })).toBe(back);
  });

  it("takes no digits while a number is being looked up", () => {
    const asked = next(next(nobody, { type: "entered-digits", entry: "482177" }), { type: "asked" });
    expect(next(asked, { type: "entered-digits", entry: "4" })).toBe(asked);
  });
});
