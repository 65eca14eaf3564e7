import { describe, expect, it } from "vitest";
import type { LobbyEntry } from "../session/protocol";
import { boardOf, callsAloud, languageAt, languageFor, newlyCalled } from "./board";

const entry = (number: number, stage: LobbyEntry["stage"]): LobbyEntry => ({ number, stage, boothName: "ブース1" });
const lobby = (...numbers: LobbyEntry[]) => ({ office: "o", officeName: "局", numbers });

describe("the lobby's screen", () => {
  it.each([
    ["shows nothing before the server has spoken", null, [], []],
    ["shows who is called and who is inside", lobby(entry(11, "called"), entry(7, "consultation"), entry(10, "waiting")), [11, 7], [10]],
    ["lets who is called take the place of who is inside", lobby(entry(11, "called"), entry(12, "called"), entry(7, "consultation")), [11, 12], []],
    ["shows no more than can be read", lobby(...[1, 2, 3, 4, 5].map((n) => entry(n, "waiting"))), [], [1, 2, 3]],
  ] as const)("%s", (_, told, cards, next) => {
    const board = boardOf(told === null ? null : { ...told, type: "lobby" });
    expect(board.cards.map((one) => one.number)).toEqual(cards);
    expect(board.next.map((one) => one.number)).toEqual(next);
  });

  it("calls aloud whoever is newly called, and nobody again after the page was loaded", () => {
    const waits = { ...lobby(entry(10, "waiting"), entry(11, "called")), type: "lobby" } as const;
    const called = { ...lobby(entry(10, "called"), entry(11, "called")), type: "lobby" } as const;
    expect(newlyCalled(null, waits)).toEqual([]);
    expect(newlyCalled(waits, called).map((one) => one.number)).toEqual([10]);
    expect(newlyCalled(called, called)).toEqual([]);
    expect(newlyCalled(called, null)).toEqual([]);
  });

  it.each([["?seat=o", true], ["?seat=o&sound=off", false], ["", true]])("with the address %s calls aloud: %s", (search, aloud) => {
    expect(callsAloud(search)).toBe(aloud);
  });

  it("speaks three languages in turn", () => {
    expect([0, 1, 2, 3].map((turn) => languageAt(turn * languageFor))).toEqual(["ja", "easy", "en", "ja"]);
  });
});
