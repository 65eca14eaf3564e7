import { describe, expect, it } from "vitest";
import type { Appointment, AppointmentLeg, Block, Office } from "../../session";
import type { FirstVisitRule, Offer } from "../../session/booking";
import { asksForFirst, atClock, awayOn, freeable, lateness, lentTo, mayBeNoShow, movable, notesOf, preparations, pushedBy, shutsSoon, warnings } from "./plan";

function leg(start: string, part: Partial<AppointmentLeg> = {}): AppointmentLeg {
  const at = `2026-11-25T${start}:00+09:00`;
  return {
    service: "medical",
    publicName: "医院",
    role: "doctor",
    pool: "morita",
    poolName: "汐待もりた医院",
    desk: "morita",
    deskName: "森田 千尋",
    start: at,
    end: new Date(Date.parse(at) + 20 * 60_000).toISOString(),
    planned: at,
    started: false,
    done: false,
    ...part,
  };
}

function visit(legs: AppointmentLeg[], part: Partial<Appointment> = {}): Appointment {
  return {
    id: "a",
    state: "booked",
    version: 1,
    sequence: 0,
    office: "hama",
    officeName: "汐待浜郵便局",
    booth: "hama-1",
    boothName: "ブース1",
    number: 1,
    reception: "123456",
    start: legs[0]?.start ?? "",
    end: legs.at(-1)?.end ?? "",
    legs,
    anonymous: false,
    ...part,
  };
}

const at = (clock: string) => Date.parse(`2026-11-25T${clock}:00+09:00`); // a Wednesday
const late = (start: string, planned: string) => leg(start, { planned: `2026-11-25T${planned}:00+09:00` });

describe("a first visit", () => {
  const offer: Offer = {
    service: "card", pool: "shimin", name: "市民課", publicName: "市役所", serviceName: "カード", minutes: 30, role: "officer", anonymous: false, followedBy: [],
  };
  const note = { ja: "", easy: "", en: "" };
  it.each<[string, FirstVisitRule | undefined, boolean]>([
    ["nothing is known of it", undefined, false],
    ["it is as any other", { accepted: true, note }, false],
    ["it is not taken", { accepted: false, note }, true],
    ["it takes longer", { accepted: true, minutes: 30, note }, true],
    ["something is to be brought", { accepted: true, note: { ...note, ja: "身分証明書を お持ちください" } }, true],
  ])("is asked for only where it makes a difference: %s", (_, firstVisit, asked) => {
    expect(asksForFirst({ ...offer, ...(firstVisit === undefined ? {} : { firstVisit }) })).toBe(asked);
  });
});

describe("a desk's day", () => {
  it("knows how much a leg was pushed back, and nothing of one that begins early", () => {
    expect(pushedBy(late("10:15", "10:00"))).toBe(15);
    expect(pushedBy(late("10:00", "10:00"))).toBe(0);
    expect(pushedBy(late("09:50", "10:00"))).toBe(0);
  });

  it("is as late as its next leg, not as one that is over", () => {
    const day = [visit([late("10:15", "10:00")]), visit([late("10:40", "10:30")])];
    expect(lateness(day, "morita", at("10:20"))).toBe(15);
    expect(lateness(day, "morita", at("10:36"))).toBe(10);
    expect(lateness(day, "morita", at("11:30"))).toBe(0);
    expect(lateness(day, "shiokaze-1", at("10:20"))).toBe(0);
  });

  const hours = [{ days: "Mon-Fri", open: "09:00", close: "17:00", noonFrom: "12:00", noonTo: "13:00" }];
  it.each([
    ["11:49", undefined],
    ["11:50", { why: "noon", minutes: 10 }],
    ["11:59", { why: "noon", minutes: 1 }],
    ["12:00", undefined],
    ["16:55", { why: "closing", minutes: 5 }],
    ["17:01", undefined],
  ])("is warned at %s of %o", (clock, warned) => {
    expect(shutsSoon(hours, at(clock))).toEqual(warned);
  });

  it("reads weekdays one by one, as a range and over the week's end", () => {
    const on = (days: string) => shutsSoon([{ days, open: "09:00", close: "17:00" }], at("16:55")) !== undefined;
    expect([on("Mon,Wed"), on("Tue,Thu"), on("Sat-Wed"), on("Thu-Sun")]).toEqual([true, false, true, false]);
  });

  it("warns of offices where somebody is still to be served, and of no others", () => {
    const office = { id: "hama", name: "汐待浜郵便局", hours } as Office;
    expect(warnings([visit([leg("11:40")])], [office], at("11:52"))).toHaveLength(1);
    expect(warnings([visit([leg("14:00")])], [office], at("11:52"))).toEqual([]);
    expect(warnings([visit([leg("11:40")], { state: "done" })], [office], at("11:52"))).toEqual([]);
  });
});

describe("what may be done to an appointment", () => {
  const two = [leg("10:00"), leg("10:20", { pool: "shiokaze", desk: "shiokaze-1", role: "pharmacist", service: "guidance" })];
  it("a later leg is given back until somebody has begun it", () => {
    expect(freeable(visit(two)).map((f) => f.index)).toEqual([1]);
    expect(freeable(visit([leg("10:00")]))).toEqual([]);
    expect(freeable(visit([two[0]!, { ...two[1]!, started: true }]))).toEqual([]);
    expect(freeable(visit([two[0]!, { ...two[1]!, freed: true, done: true }]))).toEqual([]);
    expect(freeable(visit(two, { state: "cancelled" }))).toEqual([]);
  });

  it("is moved only before it has begun", () => {
    expect(movable(visit(two))).toBe(true);
    expect(movable(visit([{ ...two[0]!, started: true }, two[1]!]))).toBe(false);
    expect(movable(visit(two, { state: "done" }))).toBe(false);
  });

  it("a no-show is said by a desk that was there, after the time of grace", () => {
    expect(mayBeNoShow(visit(two), true, at("10:15"))).toBe(true);
    expect(mayBeNoShow(visit(two), true, at("10:14"))).toBe(false);
    expect(mayBeNoShow(visit(two), true, at("10:14"), { noShowAfter: 600 })).toBe(true);
    expect(mayBeNoShow(visit(two), false, at("10:30"))).toBe(false);
    expect(mayBeNoShow(visit(two, { state: "arrived" }), true, at("10:30"))).toBe(false);
  });

  it("is prepared leg by leg, each pool its own", () => {
    const item = (id: string) => ({ id, text: { ja: id, easy: id, en: id } });
    const services = [
      { id: "medical", checks: [item("identity")], consents: [item("online")] },
      { id: "guidance", checks: [item("route")], consents: [] },
    ];
    const a = visit(two, { prepared: ["medical/online", "note/companion"] });
    expect(preparations(a, services, "morita").map((p) => [p.mark, p.done])).toEqual([
      ["medical/identity", false],
      ["medical/online", true],
    ]);
    expect(preparations(a, services, "shiokaze").map((p) => p.mark)).toEqual(["guidance/route"]);
    expect(notesOf(a)).toEqual(["companion"]);
  });
});

describe("when a desk is not served", () => {
  const block = (kind: Block["kind"], from: string, to: string): Block => ({
    id: "x",
    kind,
    state: "blocked",
    booths: [],
    desks: ["morita"],
    start: new Date(at(from)).toISOString(),
    end: new Date(at(to)).toISOString(),
  });
  it("is told for the day it touches, lending apart from being away", () => {
    const blocks = [block("away", "12:00", "13:00"), block("lend", "14:00", "16:00")];
    expect(awayOn(blocks, "morita", "2026-11-25")).toHaveLength(1);
    expect(awayOn(blocks, "morita", "2026-11-26")).toEqual([]);
    expect(lentTo(blocks, "morita", "2026-11-25")).toHaveLength(1);
    expect(lentTo(blocks, "other", "2026-11-25")).toEqual([]);
  });

  it("reads a wall clock at the office", () => {
    expect(atClock("2026-11-25", "12:30")).toBe("2026-11-25T03:30:00.000Z");
    expect(atClock("2026-11-25", "noon")).toBeUndefined();
  });
});
