import { expect, it } from "vitest";
import type { Hold, Series } from "../session/booking";
import { rowOf } from "./series";

const hold = (id: string, expiresAt = "2026-11-25T10:15:00+09:00") => ({ id, expiresAt }) as Hold;
const series: Series = {
  id: "s_1",
  times: [
    { start: "1", hold: hold("a_1") },
    { start: "2", reasons: [{ code: "office-closed", text: "局の 休み" }], alternatives: [] },
    { start: "3", hold: hold("a_3") },
  ],
};

it("confirms everything of a row that is held", () => {
  expect(rowOf(series, new Set(), new Map())).toMatchObject({ holds: ["a_1", "a_3"], release: [], singles: [], count: 2 });
});

it("gives back what is not wanted after all", () => {
  expect(rowOf(series, new Set(["3"]), new Map())).toMatchObject({ holds: ["a_1"], release: ["a_3"], count: 1 });
});

it("confirms by itself what was chosen instead, and ends with the first hold", () => {
  const row = rowOf(series, new Set(), new Map([["2", hold("a_9", "2026-11-25T10:05:00+09:00")]]));
  expect(row).toMatchObject({ singles: ["a_9"], count: 3, until: Date.parse("2026-11-25T10:05:00+09:00") });
});
