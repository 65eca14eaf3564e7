import { describe, expect, it } from "vitest";
import type { Snapshot } from "../session";
import { joiner, joinerFor, pictureFirst, standStillFor, waitsForPicture } from "./pictureFirst";

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

const fourth = { id: "guest:fourth", kind: "guest", role: "", name: "", admitted: true };
const doctor = { id: "desk:morita", kind: "desk", role: "doctor", name: "", admitted: true };

/** Of a consultation of these people, with the pictures of some. */
function talking(people: readonly object[], pictures: readonly string[] = [], phase = "connected"): Snapshot {
  const remote = Object.fromEntries(pictures.map((id) => [id, { face: {} }]));
  return seat("consultation", { session: { id: "s_1", state: "consultation", participants: people }, media: { phase, remote } });
}

describe("somebody who joins a consultation", () => {
  it.each([
    ["is waited for", talking([doctor]), talking([doctor, fourth]), fourth.id],
    ["is not once the picture is there", talking([doctor]), talking([doctor, fourth], [fourth.id]), null],
    ["is not while still waiting at the gate", talking([doctor]), talking([doctor, { ...fourth, admitted: false }]), null],
    ["is not for having been there", talking([doctor, fourth]), talking([doctor, fourth]), null],
    ["is not where it is equipment", talking([doctor]), talking([doctor, { ...fourth, kind: "equipment" }]), null],
    ["is not over a broken line", talking([doctor]), talking([doctor, fourth], [], "interrupted"), null],
  ])("%s", (_, before, now, who) => {
    expect(joiner(before, now)).toBe(who);
  });

  it("is drawn once, with the picture", () => {
    const { first, become, timer } = stage();
    become(talking([doctor]));
    first.pictureShown();
    const before = first.getSnapshot();
    become(talking([doctor, fourth]));
    expect([first.getSnapshot(), first.getArriving()]).toEqual([before, null]);
    expect(timer()?.milliseconds).toBe(joinerFor);
    become(talking([doctor, fourth], [fourth.id]));
    expect(first.getSnapshot()).toEqual(talking([doctor, fourth], [fourth.id]));
    expect(timer()).toBe(null);
  });

  it("is drawn without one when none comes", () => {
    const { first, become, timer } = stage();
    become(talking([doctor]));
    first.pictureShown();
    become(talking([doctor, fourth]));
    timer()?.run();
    expect(first.getSnapshot()).toEqual(talking([doctor, fourth]));
    become(talking([doctor, fourth]));
    expect(first.getSnapshot()).toEqual(talking([doctor, fourth]));
  });
});
