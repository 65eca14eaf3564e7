import { describe, expect, it } from "vitest";
import {
  addDays,
  clockOfMinute,
  dayOf,
  dayParts,
  minuteOfClock,
  minuteOfDay,
  startOfDay,
  stopwatch,
  wallClock,
  wholeMinutes,
} from "./office-time";

describe("civil time of the offices", () => {
  it("is Tokyo's, whatever the browser's zone", () => {
    expect(dayOf("2026-11-24T23:30:00Z")).toBe("2026-11-25");
    expect(wallClock("2026-11-24T23:30:00Z")).toBe("8:30");
    expect(wallClock("2026-11-25T10:05:59+09:00")).toBe("10:05");
    expect(minuteOfDay("2026-11-25T10:30:30+09:00")).toBe(630.5);
    expect(dayOf(startOfDay("2026-11-25"))).toBe("2026-11-25");
    expect(wallClock(startOfDay("2026-11-25"))).toBe("0:00");
  });

  it("steps over ends of months and years", () => {
    expect(addDays("2026-11-30", 1)).toBe("2026-12-01");
    expect(addDays("2027-01-01", -1)).toBe("2026-12-31");
    expect(dayParts("2026-11-25")).toEqual({ year: 2026, month: 11, day: 25, weekday: 3 });
  });

  it("reads wall clocks and refuses what is none", () => {
    expect(minuteOfClock("09:30")).toBe(570);
    expect(minuteOfClock("24:00")).toBe(1440);
    expect(minuteOfClock("9h30")).toBeUndefined();
    expect(clockOfMinute(570)).toBe("9:30");
  });

  it("counts waits in whole minutes and never backwards", () => {
    const from = "2026-11-25T10:00:00+09:00";
    expect(wholeMinutes(from, Date.parse("2026-11-25T10:12:59+09:00"))).toBe(12);
    expect(wholeMinutes(from, Date.parse("2026-11-25T09:59:00+09:00"))).toBe(0);
  });

  it("writes running times as on a stopwatch", () => {
    expect(stopwatch(252_900)).toBe("4:12");
    expect(stopwatch(3_852_000)).toBe("1:04:12");
    expect(stopwatch(-5)).toBe("0:00");
  });
});
