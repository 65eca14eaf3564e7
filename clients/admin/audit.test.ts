import { expect, test } from "vitest";
import { everything, facts, headNumber, parameters, readPage, readState } from "./audit";

test("what is not asked for is left out, and times are those of the offices", () => {
  expect(parameters(everything)).toEqual([]);
  expect(parameters({ ...everything, from: "2026-11-25T10:00", who: " desk:morita ", kind: "people" })).toEqual([
    ["from", "2026-11-25T10:00:00+09:00"],
    ["who", "desk:morita"],
    ["kind", "people"],
  ]);
});

test("an entry is read as it comes, and what is missing is empty", () => {
  const page = readPage({ entries: [{ seq: 7, at: "2026-11-25T10:00:00+09:00", action: "person.read", kind: "people", outcome: "success", detail: { by: "appointment", n: 3 } }, 5], more: true });
  expect(page.more).toBe(true);
  expect(page.entries[0]).toMatchObject({ seq: 7, kind: "people", outcome: "success", who: "", detail: { by: "appointment" } });
  expect(page.entries[1]).toMatchObject({ seq: 0, kind: "other", outcome: "failed" });
  expect(readPage(null)).toEqual({ entries: [], more: false });
});

test("the facts of an entry are told by name, without what is empty", () => {
  const [entry] = readPage({ entries: [{ seq: 7, at: "t", action: "socket.close", tookMs: 61_500, clock: "synced", clockErrorUs: 1500, detail: { code: "1000" }, hash: "ab" }] }).entries;
  expect(facts(entry!)).toEqual([
    ["seq", "7"], ["at", "t"], ["action", "socket.close"], ["took", "61.5 s"], ["detail", "code: 1000"], ["clock", "synced ± 1.5 ms"], ["hash", "ab"],
  ]);
});

test("how the trail stands", () => {
  const state = readState({ writing: true, head: "42:abc", reviews: [{ by: "admin:kansa", through: 40, at: "t" }], verified: { through: 41, whole: true } });
  expect(headNumber(state)).toBe(42);
  expect(state.verified?.whole).toBe(true);
  expect(state.reviews[0]?.through).toBe(40);
  expect(headNumber(readState({}))).toBe(0);
});
