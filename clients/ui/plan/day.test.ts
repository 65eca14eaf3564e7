import { describe, expect, it } from "vitest";
import type { SessionSummary } from "../../session/protocol";
import type { Appointment, AppointmentLeg } from "../../session/booking";
import { dayCounts, dayRows, firstToAdmit, newlyWaiting, ownConsultation, waitingGuests } from "./day";

const doctor = { desk: "morita", pool: "morita" };
const pharmacist = { desk: "shiokaze-1", pool: "shiokaze" };

function leg(part: Partial<AppointmentLeg>): AppointmentLeg {
  return {
    service: "medical",
    publicName: "医院",
    role: "doctor",
    pool: "morita",
    poolName: "汐待もりた医院",
    desk: "morita",
    deskName: "森田 千尋",
    start: "2026-11-25T10:00:00+09:00",
    end: "2026-11-25T10:20:00+09:00",
    planned: "2026-11-25T10:00:00+09:00",
    started: false,
    done: false,
    ...part,
  };
}

function visit(id: string, number: number, start: string, part: Partial<Appointment> = {}): Appointment {
  const at = `2026-11-25T${start}:00+09:00`;
  return {
    id,
    state: "booked",
    version: 1,
    sequence: 0,
    office: "shiomachihama",
    officeName: "汐待浜郵便局",
    booth: "shiomachihama-1",
    boothName: "ブース1",
    number,
    reception: "482177",
    start: at,
    end: at,
    legs: [leg({ start: at })],
    resident: { kana: "イソベ ハルエ" },
    anonymous: false,
    ...part,
  };
}

function live(appointment: string, part: Partial<SessionSummary>): SessionSummary {
  return {
    id: `s_${appointment}`,
    appointment,
    state: "waiting",
    office: "shiomachihama",
    officeName: "汐待浜郵便局",
    booth: "shiomachihama-1",
    boothName: "ブース1",
    number: 1,
    leg: 0,
    desk: "morita",
    pool: "morita",
    boothOnline: true,
    ...part,
  };
}

const thenPharmacy = [
  leg({}),
  leg({
    service: "guidance",
    role: "pharmacist",
    pool: "shiokaze",
    desk: "shiokaze-1",
    start: "2026-11-25T10:20:00+09:00",
  }),
];

describe("the professional's day", () => {
  it("stands in the order of its own legs", () => {
    const rows = dayRows([visit("b", 8, "10:40"), visit("a", 7, "10:00")], [], doctor);
    expect(rows.map((r) => r.appointment.id)).toEqual(["a", "b"]);
    expect(rows.every((r) => r.state === "later")).toBe(true);
  });

  it("leaves out visits without a leg for this desk", () => {
    expect(dayRows([visit("a", 7, "10:00")], [], pharmacist)).toEqual([]);
  });

  it.each([
    ["a booth testing its devices is not yet to be admitted", { state: "arrived" as const }, "arrived"],
    ["a resident who is ready waits", { state: "waiting" as const }, "waiting"],
    ["a consultation with this desk is here", { state: "consultation" as const }, "here"],
    ["after handover this desk's part is over", { state: "waiting" as const, leg: 1 }, "handed"],
  ])("%s", (_, part, state) => {
    const rows = dayRows([visit("a", 7, "10:00", { legs: thenPharmacy })], [live("a", part)], doctor);
    expect(rows[0]?.state).toBe(state);
  });

  it("shows the second professional that the first is still talking", () => {
    const appointments = [visit("a", 7, "10:00", { legs: thenPharmacy })];
    const [row] = dayRows(appointments, [live("a", { state: "consultation" })], pharmacist);
    expect(row?.state).toBe("earlier-leg");
    expect(row?.own.start).toBe("2026-11-25T10:20:00+09:00");
  });

  it("keeps what the server has finished, whatever the socket still says", () => {
    const rows = dayRows(
      [visit("a", 1, "9:00", { state: "cancelled" }), visit("b", 2, "9:30", { state: "done" })],
      [live("b", { state: "closed" })],
      doctor,
    );
    expect(rows.map((r) => r.state)).toEqual(["cancelled", "done"]);
    expect(dayCounts(rows)).toEqual({ booked: 1, done: 1, waiting: 0 });
  });

  it("puts the longest wait first to hand, not the earliest appointment", () => {
    const appointments = [visit("a", 7, "10:00"), visit("b", 8, "10:20")];
    const sessions = [
      live("a", { waitingSince: "2026-11-25T10:09:00+09:00" }),
      live("b", { waitingSince: "2026-11-25T10:01:00+09:00" }),
    ];
    expect(firstToAdmit(dayRows(appointments, sessions, doctor))).toBe("s_b");
    expect(waitingGuests(appointments, sessions, doctor).map((g) => g.session.id)).toEqual(["s_b", "s_a"]);
  });

  it("lists who waits for the pool, and even before the appointment has been fetched", () => {
    const sessions = [live("x", { desk: "", pool: "shiokaze", waitingSince: "2026-11-25T10:00:00+09:00" })];
    expect(waitingGuests([], sessions, pharmacist)).toHaveLength(1);
    expect(waitingGuests([], sessions, doctor)).toHaveLength(0);
  });

  it("announces only those who were not waiting before", () => {
    expect(newlyWaiting(["s_a"], ["s_a", "s_b"])).toEqual(["s_b"]);
    expect(newlyWaiting(["s_a", "s_b"], ["s_b"])).toEqual([]);
  });

  it("finds the consultation a reloaded desk goes back to", () => {
    const sessions = [live("a", { state: "waiting" }), live("b", { state: "consultation" })];
    expect(ownConsultation(sessions, doctor)?.id).toBe("s_b");
    expect(ownConsultation(sessions, pharmacist)).toBeUndefined();
  });
});
