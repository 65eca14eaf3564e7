import { describe, expect, it } from "vitest";
import type { Appointment, AppointmentLeg, Waiter } from "../session/booking";
import type { Call, SessionSummary } from "../session/protocol";
import { boothColumns, type OfficeHours } from "./day";
import { shutsSoon, whatNow } from "./whatnow";

const booths = [
  { id: "b1", name: "ブース1" },
  { id: "b2", name: "ブース2" },
];
const stamp = (clock: string) => `2026-11-25T${clock}:00+09:00`;
const at = (clock: string) => Date.parse(stamp(clock));
const hours: OfficeHours = { days: "Mon-Fri", open: "09:00", close: "17:00", noonFrom: "12:00", noonTo: "13:00" };

function leg(from: string, to: string, part: Partial<AppointmentLeg> = {}): AppointmentLeg {
  return {
    service: "medical",
    publicName: "医院",
    role: "doctor",
    pool: "morita",
    poolName: "汐待もりた医院",
    desk: "morita",
    deskName: "森田 千尋",
    start: stamp(from),
    end: stamp(to),
    planned: stamp(from),
    started: false,
    done: false,
    ...part,
  };
}

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
    start: stamp(from),
    end: stamp(to),
    legs: [leg(from, to)],
    anonymous: false,
    ...part,
  };
}

function session(number: number, part: Partial<SessionSummary> = {}): SessionSummary {
  return {
    id: `s_${number}`,
    appointment: `a_${number}`,
    state: "consultation",
    office: "o",
    officeName: "汐待浜郵便局",
    booth: "b1",
    boothName: "ブース1",
    number,
    leg: 0,
    legs: 1,
    pool: "morita",
    desk: "morita",
    boothOnline: true,
    ...part,
  } as SessionSummary;
}

function waiter(id: string, part: Partial<Waiter> = {}): Waiter {
  return {
    id,
    state: "waiting",
    version: 1,
    office: "o",
    legs: [{ service: "medical", pool: "morita" }],
    from: stamp("09:00"),
    to: stamp("17:00"),
    joined: stamp("09:00"),
    anonymous: false,
    ...part,
  };
}

const offered = (id: string, until: string, part: Partial<Waiter> = {}) =>
  waiter(id, { state: "offered", offer: { hold: "a_x", start: stamp("11:00"), boothName: "ブース1", expiresAt: stamp(until) }, ...part });

interface Day {
  now: string;
  appointments?: Appointment[];
  sessions?: SessionSummary[];
  calls?: Call[];
  waiters?: Waiter[];
}

function line({ now, appointments = [], sessions = [], calls = [], waiters = [] }: Day) {
  const columns = boothColumns(booths, appointments, sessions, calls, at(now));
  return whatNow({ columns, appointments, waiters, hours, now: at(now) });
}

const cleaning = visit(3, "09:30", "09:50", { state: "done", boothUntil: stamp("10:05") });
const expected = visit(7, "10:10", "10:30");
const dispute = visit(8, "14:00", "14:20", { state: "disputed" });
const conflict = visit(9, "11:40", "12:00", { choice: true, booth: "b2" });
const unknown = visit(10, "15:00", "15:20", { state: "unknown" });
const offer = offered("w_1", "10:09");
const toSeat = session(7, { state: "arrived" });

describe("what now", () => {
  it.each<[string, Day, unknown]>([
    ["nothing is booked", { now: "10:00" }, { kind: "none" }],
    ["somebody comes later", { now: "10:00", appointments: [visit(1, "11:00", "11:20")] }, { kind: "next", number: 1, start: stamp("11:00") }],
    [
      "of two who come later, the first one",
      { now: "09:00", appointments: [visit(1, "11:00", "11:20"), visit(2, "10:30", "10:50", { booth: "b2" })] },
      { kind: "next", number: 2, start: stamp("10:30") },
    ],
    ["somebody is expected", { now: "10:00", appointments: [expected] }, { kind: "check-in", booth: "ブース1", number: 7, appointment: "a_7", late: false }],
    [
      "somebody late comes before somebody expected",
      { now: "10:00", appointments: [expected, visit(2, "09:50", "10:10", { booth: "b2" })] },
      { kind: "check-in", booth: "ブース2", number: 2, appointment: "a_2", late: true },
    ],
    ["somebody talks, and nobody else is booked", { now: "10:15", appointments: [expected], sessions: [session(7)] }, { kind: "none" }],
    ["a booth is to be cleaned before the next comes", { now: "10:00", appointments: [cleaning, expected] }, { kind: "clean", booth: "ブース1", appointment: "a_3" }],
    ["a booth that is clean is not cleaned again", { now: "10:06", appointments: [cleaning] }, { kind: "none" }],
    [
      "a booth said to be clean is not cleaned again",
      { now: "10:00", appointments: [visit(3, "09:30", "09:50", { state: "done", boothUntil: stamp("09:58") })] },
      { kind: "none" },
    ],
    [
      "what is being checked must not be promised",
      { now: "10:00", appointments: [unknown, expected] },
      { kind: "unknown", number: 10 },
    ],
    ["a booth to clean comes before what is being checked", { now: "10:00", appointments: [cleaning, unknown] }, { kind: "clean", booth: "ブース1", appointment: "a_3" }],
    [
      "somebody who cannot be served in time is telephoned before cleaning",
      { now: "10:00", appointments: [cleaning, conflict] },
      { kind: "choice", number: 9, appointment: "a_9", here: false },
    ],
    [
      "the same, when they are here, is told them",
      { now: "11:30", appointments: [visit(9, "11:40", "12:00", { choice: true, state: "arrived" })], sessions: [session(9, { state: "waiting" })] },
      { kind: "choice", number: 9, appointment: "a_9", here: true },
    ],
    ["a conflict that is over is nobody's business", { now: "12:30", appointments: [conflict] }, { kind: "none" }],
    [
      "an offer is telephoned before a conflict, since it expires",
      { now: "10:00", appointments: [conflict], waiters: [offer] },
      { kind: "offer", waiter: "w_1", here: false, number: 0, minutes: 9 },
    ],
    [
      "of two offers, the one that expires first",
      { now: "10:00", waiters: [offered("w_2", "10:11"), offer] },
      { kind: "offer", waiter: "w_1", here: false, number: 0, minutes: 9 },
    ],
    [
      "an offer to somebody who is here",
      { now: "10:00", waiters: [offered("w_3", "10:05", { number: 12 })] },
      { kind: "offer", waiter: "w_3", here: true, number: 12, minutes: 5 },
    ],
    ["an offer that has expired is nothing to do", { now: "10:10", waiters: [offer] }, { kind: "none" }],
    ["somebody who waits without an offer is nothing to do", { now: "10:10", waiters: [waiter("w_4")] }, { kind: "none" }],
    ["a dispute is settled before an offer", { now: "10:00", appointments: [dispute], waiters: [offer] }, { kind: "dispute", number: 8, appointment: "a_8" }],
    [
      "of two disputes, the one that is sooner",
      { now: "10:00", appointments: [dispute, visit(4, "13:00", "13:20", { state: "disputed" })] },
      { kind: "dispute", number: 4, appointment: "a_4" },
    ],
    [
      "somebody who stands here is seated before a dispute",
      { now: "10:05", appointments: [dispute, expected], sessions: [toSeat] },
      { kind: "seat", booth: "ブース1", number: 7 },
    ],
    [
      "somebody with a number whose time has come is brought",
      { now: "10:05", appointments: [visit(5, "10:10", "10:30", { state: "arrived" })] },
      { kind: "bring", booth: "ブース1", number: 5, appointment: "a_5" },
    ],
    [
      "somebody with a number whose time has not come waits",
      { now: "09:05", appointments: [visit(5, "10:10", "10:30", { state: "arrived" })] },
      { kind: "next", number: 5, start: stamp("10:10") },
    ],
    [
      "a booth that lost its line comes before everybody at the counter",
      { now: "10:05", appointments: [expected], sessions: [toSeat, session(2, { booth: "b2", boothOnline: false })] },
      { kind: "offline", booth: "ブース2", number: 2 },
    ],
    [
      "a call comes before everything",
      {
        now: "10:05",
        appointments: [dispute],
        sessions: [session(2, { booth: "b2", boothOnline: false })],
        calls: [{ id: "c", booth: "b1", boothName: "ブース1", at: stamp("10:05") } as Call],
        waiters: [offer],
      },
      { kind: "called", booth: "ブース1" },
    ],
    [
      "noon comes before cleaning",
      { now: "11:52", appointments: [visit(3, "11:20", "11:40", { state: "done", boothUntil: stamp("11:55"), booth: "b2" }), visit(6, "11:40", "12:10", { state: "arrived" })], sessions: [session(6)] },
      { kind: "shuts", noon: true, minutes: 8, number: 6 },
    ],
  ])("%s", (_, day, wanted) => {
    expect(line(day)).toEqual(wanted);
  });
});

describe("ten minutes before the office shuts", () => {
  const soon = (now: string, ...appointments: Appointment[]) => shutsSoon({ appointments, hours, now: at(now) });

  it("warns of a visit that will not be over", () => {
    expect(soon("16:51", visit(1, "16:50", "17:10"))).toEqual({ kind: "shuts", noon: false, minutes: 9, number: 1 });
  });

  it("warns of a visit that is over its time", () => {
    expect(soon("11:55", visit(1, "11:30", "11:50", { legs: [leg("11:30", "11:50", { started: true })] }))).toMatchObject({ number: 1 });
  });

  it.each<[string, string, Appointment[]]>([
    ["earlier than ten minutes before", "11:49", [visit(1, "11:50", "12:10")]],
    ["for a visit that will be over", "11:51", [visit(1, "11:30", "11:55")]],
    ["for a visit after noon", "11:55", [visit(1, "13:00", "13:20")]],
    ["for a visit that is over", "11:55", [visit(1, "11:30", "12:10", { state: "done" })]],
    ["at noon itself", "12:00", [visit(1, "11:50", "12:10")]],
  ])("does not warn %s", (_, now, appointments) => {
    expect(soon(now, ...appointments)).toBeUndefined();
  });

  it("does not warn where no hours are known", () => {
    expect(shutsSoon({ appointments: [visit(1, "11:50", "12:10")], hours: undefined, now: at("11:55") })).toBeUndefined();
  });
});
