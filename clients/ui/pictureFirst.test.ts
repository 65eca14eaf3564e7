import { describe, expect, it } from "vitest";
import type { Snapshot } from "../session";
import { pictureFirst, standStillFor, waitsForPicture } from "./pictureFirst";

const other = { participant: "desk:morita", online: true, connected: true, audioMuted: false, videoMuted: false };

/** As much of a snapshot as the first picture depends on. */
function seat(state: "waiting" | "consultation", change: object = {}): Snapshot {
  return {
    session: { id: "s_1", state },
    ended: null,
    identity: { seat: "booth:shiomachihama-1" },
    media: { phase: "connected" },
    presence: [other],
    ...change,
  } as unknown as Snapshot;
}

describe("a screen stands still for the first picture", () => {
  it.each([
    ["when somebody who waited is let in", seat("waiting"), seat("consultation"), true],
    ["not while nothing happens", seat("waiting"), seat("waiting"), false],
    ["not when a page is loaded again", seat("waiting", { session: null }), seat("consultation"), false],
    ["not in another visit", seat("waiting"), seat("consultation", { session: { id: "s_2", state: "consultation" } }), false],
    ["not for somebody whose camera is off", seat("waiting"), seat("consultation", { presence: [{ ...other, videoMuted: true }] }), false],
    ["not for somebody who is not connected", seat("waiting"), seat("consultation", { presence: [{ ...other, connected: false }] }), false],
    ["not for oneself", seat("waiting"), seat("consultation", { presence: [{ ...other, participant: "booth:shiomachihama-1" }] }), false],
    ["not over a broken line", seat("waiting"), seat("consultation", { media: { phase: "interrupted" } }), false],
    ["not after the end", seat("waiting"), seat("consultation", { ended: { session: "s_1", reason: "done" } }), false],
  ])("%s", (_, before, now, waits) => {
    expect(waitsForPicture(before, now)).toBe(waits);
  });
});

/** A client whose state the test sets, and a timer it lets run. */
function stage() {
  let state = seat("waiting");
  let listener = (): void => {};
  let timer: { run: () => void; milliseconds: number } | null = null;
  const first = pictureFirst(
    {
      subscribe: (to) => {
        listener = to;
        return () => {};
      },
      getSnapshot: () => state,
    },
    (milliseconds, then) => {
      timer = { milliseconds, run: then };
      return () => {
        timer = null;
      };
    },
  );
  first.subscribe(() => {});
  return {
    first,
    timer: () => timer,
    become: (next: Snapshot): void => {
      state = next;
      listener();
    },
  };
}

describe("at admission, a screen", () => {
  it("goes on when the picture is there, with what is true then", () => {
    const { first, become } = stage();
    const waiting = first.getSnapshot();
    become(seat("consultation"));
    const later = seat("consultation", { talk: ["hello"] });
    become(later);
    expect([first.getSnapshot(), first.getArriving()]).toEqual([waiting, later]);
    first.pictureShown();
    expect([first.getSnapshot(), first.getArriving()]).toEqual([later, null]);
  });

  it("goes on without a picture after a quarter of a second", () => {
    const { first, become, timer } = stage();
    become(seat("consultation"));
    expect(timer()?.milliseconds).toBe(standStillFor);
    timer()?.run();
    expect([first.getSnapshot().session?.state, first.getArriving()]).toEqual(["consultation", null]);
  });

  it("does not wait for a picture once the consultation is over", () => {
    const { first, become, timer } = stage();
    become(seat("consultation"));
    become(seat("consultation", { ended: { session: "s_1", reason: "done" } }));
    expect([first.getArriving(), timer()]).toEqual([null, null]);
    expect(first.getSnapshot().ended).not.toBeNull();
  });
});
