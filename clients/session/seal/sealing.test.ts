import { describe, expect, it } from "vitest";
import { FakeBrowser } from "../fakebrowser";
import type { KeyNotice, Participant, PresenceItem, Session } from "../protocol";
import type { SealingState } from "../types";
import type { Command } from "./commands";
import { meetingOf, whoCannot } from "./meeting";
import { unableNotice } from "./notice";
import { Sealing, sealingOff, type SealingNews } from "./sealing";

const person = (id: string, over: Partial<Participant> = {}): Participant => ({
  id, kind: id.startsWith("booth") ? "booth" : "desk", role: "", name: "", admitted: true, ...over,
});
const online = (participant: string): PresenceItem => ({ participant, online: true, connected: true, audioMuted: false, videoMuted: false });
const booth = person("booth:one");
const desk = person("desk:two");
const camera = person("camera-1", { kind: "equipment", admitted: false });

function sessionOf(participants: Participant[], state: Session["state"] = "consultation"): Session {
  return {
    type: "session", id: "s_1", version: 1, state, appointment: "", office: "", officeName: "", booth: "one", boothName: "", number: 1,
    checkedInBy: "counter", legs: [], leg: 0, participants,
  };
}

/** What another page says that can seal. */
const able = JSON.stringify({
  v: 1, kid: 5, gifts: {}, key: "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
});

/** A seat's sealing, as the booth, in a browser with or without a worker. */
function sealing(has: boolean): { one: Sealing; browser: FakeBrowser; said: string[]; commands: Command[]; states: SealingState[]; report: (faults: Record<string, number>) => void } {
  const browser = new FakeBrowser();
  const [said, commands, states]: [string[], Command[], SealingState[]] = [[], [], []];
  let report: (faults: Record<string, number>) => void = () => {};
  browser.frameWorker = (onReport) => {
    if (!has) return null;
    report = (faults) => onReport({ faults });
    return { post: (command) => void commands.push(command), lead: () => {}, close: () => {} };
  };
  const one = new Sealing(browser, { announce: async (notice) => void said.push(notice), onState: (state) => void states.push(state), log: () => {} });
  return { one, browser, said, commands, states, report: (faults) => report(faults) };
}

const news = (over: Partial<SealingNews> = {}): SealingNews => ({
  session: sessionOf([booth, desk]), own: booth.id, presence: [online(booth.id), online(desk.id)],
  keys: [{ participant: desk.id, notice: able }], asked: true, ...over,
});

describe("a seat's sealing", () => {
  it("is off until the server asks for it, and off again when the session is over", () => {
    const { one, states } = sealing(true);
    one.told(news({ asked: false }));
    expect(states).toEqual([]);
    one.told(news());
    expect(states.at(-1)).toEqual({ state: "sealed", code: null, unable: [], meddled: false });
    one.told(news({ session: null }));
    expect(states.at(-1)).toEqual(sealingOff);
  });

  it("says so when this browser cannot, and sends in clear", () => {
    const { one, said, states } = sealing(false);
    one.told(news());
    expect(said).toEqual([unableNotice]);
    expect(states.at(-1)).toMatchObject({ state: "open", unable: [booth.id] });
    expect(one.lead({} as RTCRtpSender, { way: "send", purpose: "face", line: "" })).toBe(false);
  });

  it("goes in clear when somebody says that they cannot, and is sealed again when they have left", () => {
    const { one, commands, states } = sealing(true);
    one.told(news({ keys: [{ participant: desk.id, notice: unableNotice }] }));
    expect(states.at(-1)).toMatchObject({ state: "open", unable: [desk.id] });
    expect(commands).toContainEqual({ type: "openly", openly: true });
    one.told(news({ session: sessionOf([booth]), keys: [] }));
    expect(states.at(-1)).toMatchObject({ state: "sealed", unable: [] });
    expect(commands.at(-1)).toEqual({ type: "openly", openly: false });
  });

  it("goes in clear once a device is let in, not while it waits", () => {
    const { one, states } = sealing(true);
    one.told(news({ session: sessionOf([booth, desk, camera]) }));
    expect(states.at(-1)?.state).toBe("sealed");
    one.told(news({ session: sessionOf([booth, desk, { ...camera, admitted: true }]) }));
    expect(states.at(-1)).toMatchObject({ state: "open", unable: [camera.id] });
  });

  it("waits two seconds for an old page to say something, and then takes it for one that cannot", async () => {
    const { one, browser, states } = sealing(true);
    one.told(news({ keys: [] }));
    await browser.pass(1_900);
    expect(states.at(-1)?.state).toBe("sealed");
    await browser.pass(200);
    expect(states.at(-1)).toMatchObject({ state: "open", unable: [desk.id] });
    one.told(news());
    expect(states.at(-1)?.state).toBe("sealed");
    one.end();
    expect(browser.waiting).toBe(0);
  });

  it("tells the screen of meddling, and not of what merely came too early", () => {
    const { one, states, report } = sealing(true);
    one.told(news());
    report({ keyless: 3, clear: 2, foreign: 1, repeated: 4 });
    expect(states.at(-1)?.meddled).toBe(false);
    report({ forged: 1 });
    expect(states.at(-1)?.meddled).toBe(true);
  });
});

describe("who may have a key", () => {
  const told = { own: booth.id, presence: [], keys: [] as KeyNotice[], silent: new Set<string>() };
  const meeting = (...participants: Participant[]): readonly string[] => meetingOf({ ...told, session: sessionOf(participants) }).entitled;

  it("is nobody before the consultation, and nobody who only waits at the gate", () => {
    expect(meetingOf({ ...told, session: sessionOf([booth, desk], "waiting") }).entitled).toEqual([]);
    expect(meeting(booth, desk, person("guest:three", { kind: "guest", admitted: false }))).toEqual([desk.id]);
    expect(meeting({ ...booth, admitted: false }, desk)).toEqual([]);
  });

  it("is held back for whom we are about to meet, if it is plain who that is", () => {
    const expected = (...participants: Participant[]): string | null => meetingOf({ ...told, session: sessionOf(participants, "waiting") }).expected;
    expect(expected({ ...booth, admitted: false }, { ...desk, admitted: false })).toBe(desk.id);
    expect(expected(booth, desk, person("desk:three"))).toBeNull();
    expect(expected(booth, person("guest:three", { kind: "guest" }))).toBeNull();
    expect(meetingOf({ ...told, session: sessionOf([booth, desk]) }).expected).toBeNull();
  });

  it("is nobody while we are kept apart, and nobody who is", () => {
    expect(meeting({ ...booth, apart: true }, desk)).toEqual([]);
    expect(meeting(booth, desk, person("desk:three", { apart: true }))).toEqual([desk.id]);
  });

  it("is no device", () => {
    expect(meeting(booth, desk, { ...camera, admitted: true })).toEqual([desk.id]);
    expect(whoCannot({ ...told, session: sessionOf([booth, desk, { ...camera, admitted: true }]) })).toEqual([camera.id]);
  });
});
