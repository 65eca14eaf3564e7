// The desks of a pool as its reception knows them. Pure.

import type { Appointment } from "../session";
import type { DayRow } from "../ui/plan/day";

/** A desk of the pool. */
export interface DeskName {
  readonly id: string;
  readonly name: string;
}

/** The desks that occur in some appointments, by name. */
export function desksIn(appointments: readonly Appointment[], pool: string): DeskName[] {
  const found = new Map<string, string>();
  for (const leg of appointments.flatMap((a) => a.legs)) if (leg.pool === pool) found.set(leg.desk, leg.deskName);
  return [...found].map(([id, name]) => ({ id, name })).toSorted((a, b) => a.id.localeCompare(b.id, "en"));
}

/** Rows of one desk, or all of them. */
export function rowsOf(rows: readonly DayRow[], desk: string | null): DayRow[] {
  return rows.filter((row) => desk === null || row.own.desk === desk);
}
