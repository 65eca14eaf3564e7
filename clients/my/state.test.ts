import { describe, expect, it } from "vitest";
import type { Mine } from "./api";
import { digits, first, isLate, next, numbersAfter, troubleOf } from "./state";

const mine: Mine = {
  state: "booked",
  officeName: "汐待浜郵便局",
  officePhone: "0999-00-1001",
  boothName: "ブース1",
  number: 12,
  start: "2026-11-25T10:00:00+09:00",
  end: "2026-11-25T10:20:00+09:00",
  planned: "2026-11-25T10:00:00+09:00",
  names: [{ ja: "医院", easy: "おいしゃさん", en: "Clinic" }],
  cancellable: true,
};
const numbers = { office: "shiomachihama", reception: "123456", last4: "1456" };

describe("the residents' page", () => {
  it("asks, shows, asks once more and says that it is cancelled", () => {
    let state = next(first, { do: "send" });
    expect(state).toMatchObject({ at: "asking", busy: true });
    state = next(state, { do: "seen", mine, numbers });
    expect(state).toMatchObject({ at: "looking", sure: false, busy: false });
    state = next(state, { do: "sure", sure: true });
    expect(state).toMatchObject({ sure: true });
    state = next(next(state, { do: "send" }), { do: "gone", mine });
    expect(state).toEqual({ at: "cancelled", mine });
    expect(next(state, { do: "leave" })).toEqual(first);
  });

  it("forgets the numbers with the appointment", () => {
    const looking = next(first, { do: "seen", mine, numbers });
    expect(JSON.stringify(next(looking, { do: "leave" }))).not.toContain("123456");
    expect(JSON.stringify(next(looking, { do: "gone", mine }))).not.toContain("123456");
  });

  it("stays where it is when something goes wrong, and says what", () => {
    expect(next(next(first, { do: "send" }), { do: "fail", trouble: "wrong" })).toEqual({ at: "asking", trouble: "wrong", busy: false });
    const looking = next(first, { do: "seen", mine, numbers });
    expect(next(looking, { do: "fail", trouble: "late" })).toMatchObject({ at: "looking", trouble: "late" });
  });

  it("shows what has changed by itself, and asks anew where the question no longer fits", () => {
    const sure = next(next(first, { do: "seen", mine, numbers }), { do: "sure", sure: true });
    const late = { ...mine, start: "2026-11-25T10:15:00+09:00" };
    expect(next(sure, { do: "fresh", mine: late })).toMatchObject({ mine: late, sure: true });
    expect(next(sure, { do: "fresh", mine: { ...mine, state: "arrived" } })).toMatchObject({ sure: false });
    expect(next(next(sure, { do: "send" }), { do: "fresh", mine: late })).toMatchObject({ mine, busy: true });
    expect(next(first, { do: "fresh", mine })).toBe(first);
    const waiting = next(first, { do: "seen", mine: { ...mine, state: "waiting", place: 1 }, numbers });
    expect(JSON.stringify(next(waiting, { do: "fresh", mine: { ...mine, state: "offered" } }))).not.toContain("place");
    const accepted = next(first, { do: "seen", mine: { ...mine, reception: "654321" }, numbers });
    expect(next(accepted, { do: "fresh", mine: late })).toMatchObject({ mine: { reception: "654321" } });
    expect([isLate(mine), isLate(late)]).toEqual([false, true]);
  });

  it("goes by the new reception number after an offer was accepted", () => {
    expect(numbersAfter(numbers, mine)).toBe(numbers);
    expect(numbersAfter(numbers, { ...mine, reception: "654321" })).toEqual({ ...numbers, reception: "654321" });
  });

  it.each([
    [404, "wrong"],
    [422, "wrong"],
    [429, "locked"],
    [409, "late"],
    [503, "unreachable"],
    [0, "unreachable"],
  ])("takes status %i for %s", (status, trouble) => {
    expect(troubleOf(status)).toBe(trouble);
  });

  it("reads digits however they are typed", () => {
    expect(digits("１２３-4 5６７", 6)).toBe("123456");
    expect(digits("abc", 4)).toBe("");
  });
});
