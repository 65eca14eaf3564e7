import { expect, test } from "vitest";
import { upToDate } from "./upToDate";

test("a list that is older than what was told of is read again", async () => {
  const revisions = [7, 9];
  const list = await upToDate(async () => ({ rev: revisions.shift() ?? 0 }), () => 8);
  expect(list.rev).toBe(9);
});

test("a list that is new enough is read once", async () => {
  let reads = 0;
  await upToDate(async () => ({ rev: ++reads }), () => 1);
  expect(reads).toBe(1);
});

test("a revision that is never reached ends after four readings", async () => {
  let reads = 0;
  await upToDate(async () => ({ rev: ++reads && 1 }), () => 100);
  expect(reads).toBe(4);
});
