import { describe, expect, it } from "vitest";
import { type DeskEvent, type DeskState, opening, reduce, wantedSession } from "./state";
import { type KeyPress, shortcutOf, takesText } from "./shortcuts";

const run = (...events: DeskEvent[]): DeskState => events.reduce(reduce, opening);

describe("the desk's screens", () => {
  it("goes from the list over the admit screen into the consultation", () => {
    const admit = run({ type: "welcome", session: "s_1" });
    expect(admit.screen).toEqual({ at: "admit", session: "s_1" });
    const asked = reduce(admit, { type: "admit" });
    expect(asked.admitting).toBe(true);
    const open = reduce(asked, { type: "session", session: "s_1", state: "consultation", mine: true });
    expect(open.screen).toEqual({ at: "consult", session: "s_1" });
    expect(open.admitting).toBe(false);
  });

  it("stays on the admit screen while nothing is admitted", () => {
    const state = run(
      { type: "welcome", session: "s_1" },
      { type: "session", session: "s_1", state: "waiting", mine: false },
      { type: "session", session: "s_2", state: "consultation", mine: true },
    );
    expect(state.screen.at).toBe("admit");
  });

  it("goes back to the day when somebody of the same pool was quicker", () => {
    const state = run(
      { type: "welcome", session: "s_1" },
      { type: "session", session: "s_1", state: "consultation", mine: false },
    );
    expect(state).toMatchObject({ screen: { at: "day" }, ended: "taken" });
  });

  it("lets the professional try again when the server refuses", () => {
    const state = run({ type: "welcome", session: "s_1" }, { type: "admit" }, { type: "refused" });
    expect(state).toMatchObject({ screen: { at: "admit" }, admitting: false });
  });

  it("leaves the resident waiting when put off", () => {
    expect(wantedSession(run({ type: "welcome", session: "s_1" }, { type: "later" }))).toBeNull();
  });

  it("returns to the day with the reason when the visit ends", () => {
    const state = run(
      { type: "rejoin", session: "s_1" },
      { type: "ask", what: "end" },
      { type: "ended", session: "s_1", reason: "done" },
    );
    expect(state).toMatchObject({ screen: { at: "day" }, asking: null, ended: "done" });
  });

  it("has its hands free, and says so, when it has put the visit back into the queue", () => {
    const state = run({ type: "rejoin", session: "s_1" }, { type: "ask", what: "requeue" }, { type: "left", session: "s_1", because: "requeued" });
    expect(state).toMatchObject({ screen: { at: "day" }, asking: null, ended: "requeued" });
  });

  it("ignores the end of a visit that is not on the screen", () => {
    const state = run({ type: "rejoin", session: "s_1" }, { type: "ended", session: "s_9", reason: "left" });
    expect(state.screen).toEqual({ at: "consult", session: "s_1" });
  });

  it("asks to admit again after having been away too long", () => {
    const state = run(
      { type: "rejoin", session: "s_1" },
      { type: "session", session: "s_1", state: "waiting", mine: false },
    );
    expect(state.screen).toEqual({ at: "admit", session: "s_1" });
  });

  it("counts messages that came while another column was open", () => {
    const away = run({ type: "rejoin", session: "s_1" }, { type: "message" }, { type: "message" });
    expect(away.unread).toBe(2);
    const open = reduce(away, { type: "side", side: "talk" });
    expect(open.unread).toBe(0);
    expect(reduce(open, { type: "message" }).unread).toBe(0);
  });
});

const press = (part: Partial<KeyPress>): KeyPress => ({
  key: "m",
  ctrl: false,
  alt: false,
  meta: false,
  repeat: false,
  composing: false,
  typing: false,
  dialog: false,
  ...part,
});

describe("shortcuts", () => {
  it("answer to one letter, in either case", () => {
    expect(shortcutOf(press({}), true)).toBe("mute");
    expect(shortcutOf(press({ key: "V" }), true)).toBe("camera");
    expect(shortcutOf(press({ key: "?" }), true)).toBe("help");
    expect(shortcutOf(press({ key: "q" }), true)).toBeUndefined();
  });

  it.each([
    ["while typing", { typing: true }],
    ["while kana are being composed", { composing: true }],
    ["with a modifier, which belongs to the browser", { ctrl: true }],
    ["while the key repeats", { repeat: true }],
    ["under a dialog", { dialog: true }],
  ])("keep still %s", (_, part) => {
    expect(shortcutOf(press(part), true)).toBeUndefined();
  });

  it("can be switched off", () => {
    expect(shortcutOf(press({}), false)).toBeUndefined();
  });

  it("know where text goes", () => {
    expect(takesText({ tagName: "TEXTAREA" })).toBe(true);
    expect(takesText({ tagName: "INPUT", type: "search" })).toBe(true);
    expect(takesText({ tagName: "INPUT", type: "checkbox" })).toBe(false);
    expect(takesText({ tagName: "BUTTON" })).toBe(false);
    expect(takesText({ tagName: "DIV", isContentEditable: true })).toBe(true);
    expect(takesText(null)).toBe(false);
  });
});
