import { describe, expect, it } from "vitest";
import type { Call, SessionSummary } from "../session/protocol";
import type { Appointment } from "../session/booking";
import { boothColumns, hoursOn, openCalls, pixelsPerMinute, rulerOf } from "./day";

const booths = [
  { id: "b1", name: "ブース1" },
  { id: "b2", name: "ブース2" },
];
const at = (clock: string) => Date.parse(`2026-11-25T${clock}:00+09:00`);

function visit(number: number, from: string, to: string, part: Partial<Appointment> = {}): Appointment {
  return {
    id: `a_${number}`,
    state: "booked",
    version: 1,
    sequence: 0,
    office: "o",
    officeName: "汐待浜郵便局",
    booth: "b1",
    boothName: "ブース1",
    number,
    reception: "482177",
    start: `2026-11-25T${from}:00+09:00`,
    end: `2026-11-25T${to}:00+09:00`,
    legs: [],
    anonymous: false,
    ...part,
  };
}

function live(number: number, part: Partial<SessionSummary> = {}): SessionSummary {
  return {
    id: `s_${number}`,
    appointment: `a_${number}`,
    state: "waiting",
    office: "o",
    officeName: "汐待浜郵便局",
    booth: "b1",
    boothName: "ブース1",
    number,
    leg: 0,
    pool: "morita",
    boothOnline: true,
    ...part,
  };
}

const call: Call = { id: "c1", booth: "b1", boothName: "ブース1", at: "2026-11-25T10:00:00+09:00" };
const task = (appointments: Appointment[], sessions: SessionSummary[], calls: Call[], now: string) =>
  boothColumns(booths, appointments, sessions, calls, at(now))[0]?.task;

describe("what to do at a booth now", () => {
  it("is nothing on an empty day", () => {
    expect(task([], [], [], "10:00")).toEqual({ kind: "none" });
  });

  it("is to wait for the next visit while it is far off", () => {
    expect(task([visit(7, "11:00", "11:30")], [], [], "10:00")).toMatchObject({ kind: "next", number: 7 });
  });

  it("is to check somebody in when their time is near, and says when it has passed", () => {
    const day = [visit(7, "10:00", "10:30")];
    expect(task(day, [], [], "9:45".padStart(5, "0"))).toMatchObject({ kind: "check-in", late: false });
    expect(task(day, [], [], "10:15")).toMatchObject({ kind: "check-in", late: true, appointment: "a_7" });
  });

  it("skips a visit whose time is over", () => {
    expect(task([visit(7, "10:00", "10:30"), visit(8, "13:00", "13:30")], [], [], "11:00")).toMatchObject({
      kind: "next",
      number: 8,
    });
  });

  it("follows the visit through the booth", () => {
    const day = [visit(7, "10:00", "10:30", { state: "arrived" })];
    expect(task(day, [live(7, { state: "arrived" })], [], "10:01")).toEqual({ kind: "seat", number: 7 });
    const waits = live(7, { waitingSince: "2026-11-25T10:03:00+09:00" });
    expect(task(day, [waits], [], "10:15")).toEqual({ kind: "waits", number: 7, minutes: 12 });
    expect(task(day, [live(7, { state: "consultation" })], [], "10:15")).toEqual({ kind: "talks", number: 7 });
  });

  it("is to look at a booth that has gone silent, and before that at one that calls", () => {
    const gone = live(7, { boothOnline: false });
    expect(task([], [gone], [], "10:00")).toEqual({ kind: "offline", number: 7 });
    expect(task([], [gone], [call], "10:00")).toEqual({ kind: "called", call: "c1", number: 7 });
  });

  it("keeps an answered call as a reminder for a short while", () => {
    const answered = { ...call, answeredAt: "2026-11-25T10:00:10+09:00" };
    expect(task([], [], [answered], "10:01")).toMatchObject({ kind: "called" });
    expect(task([], [], [answered], "10:02")).toEqual({ kind: "none" });
    expect(openCalls([answered, call])).toEqual([call]);
  });

  it("has a booth cleaned that is kept for it, until somebody has said that it is clean", () => {
    const over = visit(6, "09:30", "09:50", { state: "done", boothUntil: "2026-11-25T10:05:00+09:00" });
    expect(task([over], [], [], "10:00")).toEqual({ kind: "clean", number: 6, appointment: "a_6" });
    expect(task([{ ...over, boothUntil: "2026-11-25T09:58:00+09:00" }], [], [], "10:00")).toEqual({ kind: "none" });
  });

  it("brings somebody in who has a number and whose time has come", () => {
    const here = visit(9, "10:10", "10:30", { state: "arrived" });
    expect(task([here], [], [], "10:00")).toEqual({ kind: "bring", number: 9, appointment: "a_9" });
    expect(task([here], [], [], "09:00")).toMatchObject({ kind: "next", number: 9 });
  });
});

describe("blocks", () => {
  it("leave out cancelled visits and say how late one is", () => {
    const day = [visit(7, "10:00", "10:30"), visit(8, "11:00", "11:20", { state: "cancelled" })];
    const [column] = boothColumns(booths, day, [], [], at("10:15"));
    expect(column?.blocks).toHaveLength(1);
    expect(column?.blocks[0]).toMatchObject({ state: "late", late: 15, from: 600, to: 630 });
  });
});

describe("blocks of one booth that overlap", () => {
  it("stand beside each other for as long as they do", () => {
    const day = [
      visit(4, "12:00", "12:20"),
      visit(2, "10:00", "10:30", { state: "disputed" }),
      visit(1, "10:00", "10:20"),
      visit(3, "10:20", "10:40"),
    ];
    const [column] = boothColumns(booths, day, [], [], at("09:00"));
    expect(column?.blocks.map((b) => [b.appointment.number, b.lane, b.lanes])).toEqual([
      [2, 0, 2],
      [1, 1, 2],
      [3, 1, 2],
      [4, 0, 1],
    ]);
  });
});

describe("the ruler", () => {
  const hours = { days: "Mon-Fri", open: "09:00", close: "17:00", noonFrom: "12:00", noonTo: "13:00" };

  it("follows the hours of the weekday", () => {
    expect(hoursOn([hours], "2026-11-25")).toBe(hours);
    expect(hoursOn([hours], "2026-11-28")).toBeUndefined();
    expect(hoursOn([{ ...hours, days: "Wed,Sat" }], "2026-11-28")).toBeDefined();
    expect(hoursOn([{ ...hours, days: "Sat-Tue" }], "2026-11-23")).toBeDefined();
  });

  it("covers opening hours, noon, and what is booked outside", () => {
    expect(rulerOf(hours, [])).toEqual({ from: 540, to: 1020, noon: { from: 720, to: 780 } });
    expect(rulerOf(hours, [visit(1, "08:30", "09:00"), visit(2, "17:30", "18:10")])).toMatchObject({ from: 480, to: 1140 });
    expect(rulerOf(undefined, [])).toEqual({ from: 540, to: 1020 });
    expect(rulerOf({ days: "Daily", open: "00:00", close: "24:00" }, [])).toEqual({ from: 0, to: 1440 });
  });

  it("grows and scrolls when short visits would be too low to read", () => {
    const ruler = rulerOf(hours, []);
    expect(pixelsPerMinute(ruler, [], 960)).toBe(2);
    const [column] = boothColumns(booths, [visit(1, "10:00", "10:10")], [], [], at("09:00"));
    expect(pixelsPerMinute(ruler, column?.blocks ?? [], 960)).toBe(4.6);
  });
});
