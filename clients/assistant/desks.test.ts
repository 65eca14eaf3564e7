import { describe, expect, it } from "vitest";
import type { Appointment, AppointmentLeg } from "../session";
import type { DayRow } from "../ui/plan/day";
import { desksIn, rowsOf } from "./desks";

const leg = (desk: string, pool = "shiokaze") => ({ desk, deskName: `${desk} さん`, pool }) as AppointmentLeg;
const visit = (...legs: AppointmentLeg[]) => ({ legs }) as Appointment;

describe("the desks of a reception", () => {
  it("are those of its own pool, each once", () => {
    const list = [visit(leg("morita", "morita"), leg("shiokaze-2")), visit(leg("shiokaze-1")), visit(leg("shiokaze-2"))];
    expect(desksIn(list, "shiokaze").map((d) => d.id)).toEqual(["shiokaze-1", "shiokaze-2"]);
  });

  it("are looked at one by one or together", () => {
    const rows = [{ own: leg("shiokaze-1") }, { own: leg("shiokaze-2") }] as DayRow[];
    expect(rowsOf(rows, null)).toHaveLength(2);
    expect(rowsOf(rows, "shiokaze-2")).toHaveLength(1);
  });
});
