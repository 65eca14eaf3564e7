import { expect, it } from "vitest";
import type { TimeOffer } from "../session/booking";
import { timeRows } from "./times";

const free = (start: string): TimeOffer => ({ start, end: start, free: true, booth: "b1", boothName: "ブース1" });
const refused = (start: string, ...texts: string[]): TimeOffer => ({
  start,
  end: start,
  free: false,
  reasons: texts.map((text) => ({ code: text, text })),
});

it("folds neighbouring refused times with the same reasons, and nothing else", () => {
  const rows = timeRows([refused("1", "昼休み"), refused("2", "昼休み"), refused("3", "昼休み", "空きなし"), free("4"), refused("5", "昼休み")]);
  expect(rows.map((r) => (r.kind === "free" ? r.start : `${r.from}-${r.to}`))).toEqual(["1-2", "3-3", "4", "5-5"]);
});

it("keeps the time held here in its place, though nobody else can have it", () => {
  const nine = "2026-11-25T09:00:00+09:00";
  const rows = timeRows([refused("2026-11-25T08:55:00+09:00", "空きなし"), refused(nine, "空きなし")], { start: nine, boothName: "ブース2" });
  expect(rows[1]).toEqual({ kind: "free", start: nine, end: nine, boothName: "ブース2" });
});
