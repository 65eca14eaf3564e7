import { describe, expect, it } from "vitest";
import { verdict, type Sight } from "./move";

const both: Sight = { state: "connected", fresh: 0, stands: 100, quiet: 0, since: 300 };

describe("the new connection", () => {
  it.each<[string, Partial<Sight>, ReturnType<typeof verdict>]>([
    ["is waited for while it is being made", { state: "connecting" }, "wait"],
    ["has failed when it says so", { state: "failed" }, "failed"],
    ["has failed when it does not stand in time", { state: "connecting", since: 8_000 }, "failed"],
    ["is waited for while the old one brings sound and it does not", {}, "wait"],
    ["is waited for until its buffer has something", { fresh: 4 }, "wait"],
    ["takes over once it brings sound", { fresh: 5 }, "now"],
    ["takes over at once from one that is dead", { quiet: 400 }, "now"],
    ["is still waited for when the old one is dead and it does not stand", { state: "connecting", quiet: 5_000 }, "wait"],
    ["takes over after a while where nobody speaks", { stands: 2_500 }, "now"],
  ])("%s", (_, change, want) => {
    expect(verdict({ ...both, ...change })).toBe(want);
  });
});
