import { describe, expect, it } from "vitest";
import type { Appointment, Hold, Offer } from "../session/booking";
import {
  type BookingEvent,
  currentStep,
  type Draft,
  emptyDraft,
  faultsOf,
  isChosen,
  mayBeAnonymous,
  nextOffers,
  reduce,
  secondsLeft,
  visitMinutes,
  wishedFor,
  type WishSpan,
} from "./booking";
import { legRequests } from "./queries";

function offer(service: string, pool: string, part: Partial<Offer> = {}): Offer {
  return {
    service,
    pool,
    name: pool,
    publicName: pool,
    serviceName: service,
    minutes: 20,
    role: "doctor",
    anonymous: false,
    followedBy: [],
    ...part,
  };
}

const clinic = offer("medical", "morita", { followedBy: ["shiokaze"] });
const pharmacy = offer("guidance", "shiokaze", { minutes: 10 });
const gyosei = offer("gyosei", "gyosei", { minutes: 30, anonymous: true });
const offers = [clinic, pharmacy, gyosei];

const start = "2026-11-25T10:30:00+09:00";
const hold: Hold = {
  id: "a_1",
  state: "held",
  expiresAt: "2026-11-25T10:05:00+09:00",
  now: "2026-11-25T10:00:00+09:00",
  office: "shiomachihama",
  officeName: "汐待浜郵便局",
  booth: "shiomachihama-1",
  boothName: "ブース1",
  start,
  end: "2026-11-25T11:00:00+09:00",
  legs: [],
};

const run = (events: BookingEvent[], from: Draft = emptyDraft): Draft => events.reduce(reduce, from);
const chosen: BookingEvent[] = [
  { type: "add-leg", offer: clinic },
  { type: "day", day: "2026-11-25" },
  { type: "time", start },
];
const held = run([...chosen, { type: "held", hold, at: 1000 }]);

describe("who with", () => {
  it("offers everybody first, then those who may follow", () => {
    expect(nextOffers(offers, [])).toEqual(offers);
    expect(nextOffers(offers, [clinic])).toEqual([pharmacy]);
    expect(nextOffers(offers, [clinic, pharmacy])).toEqual([]);
    expect(nextOffers(offers, [clinic, pharmacy, gyosei])).toEqual([]);
  });

  it("adds up the minutes of the legs", () => {
    expect(visitMinutes([clinic, pharmacy])).toBe(30);
  });

  it("counts a first visit's own length, and asks for it", () => {
    const note = { ja: "", easy: "", en: "" };
    const longer = offer("medical", "morita", { firstVisit: { accepted: true, minutes: 30, note } });
    const draft = run([{ type: "add-leg", offer: longer }, { type: "add-leg", offer: pharmacy }, { type: "first", index: 0, on: true }]);
    expect(visitMinutes(draft.legs)).toBe(40);
    expect(legRequests(draft.legs)).toEqual([{ service: "medical", pool: "morita", first: true }, { service: "guidance", pool: "shiokaze" }]);
    expect(visitMinutes(reduce(draft, { type: "first", index: 0, on: false }).legs)).toBe(30);
  });

  it("removes with a leg what followed it", () => {
    const draft = run([{ type: "add-leg", offer: clinic }, { type: "add-leg", offer: pharmacy }, { type: "remove-leg", index: 0 }]);
    expect(draft.legs).toEqual([]);
  });

  it("lets nobody stay without a name unless every leg allows it", () => {
    expect(mayBeAnonymous({ legs: [gyosei], mode: "once" })).toBe(true);
    expect(mayBeAnonymous({ legs: [gyosei, clinic], mode: "once" })).toBe(false);
    const draft = run([
      { type: "add-leg", offer: gyosei },
      { type: "anonymous", on: true },
      { type: "add-leg", offer: clinic },
    ]);
    expect(draft.anonymous).toBe(false);
    expect(run([{ type: "anonymous", on: true }]).anonymous).toBe(false);
  });
});

describe("the held seat", () => {
  it("is asked for when a time is chosen and counted down by our own clock", () => {
    expect(run(chosen).pending).toBe("hold");
    expect(held).toMatchObject({ pending: null, held: { id: "a_1", deadline: 301_000 } });
    expect(secondsLeft(held, 31_000)).toBe(270);
    expect(secondsLeft(held, 999_000)).toBe(0);
    expect(currentStep(held)).toBe(3);
  });

  it.each<[string, BookingEvent]>([
    ["another time", { type: "time", start: "2026-11-25T11:00:00+09:00" }],
    ["another day", { type: "day", day: "2026-11-26" }],
    ["another leg", { type: "add-leg", offer: pharmacy }],
    ["a leg less", { type: "remove-leg", index: 0 }],
    ["a first visit", { type: "first", index: 0, on: true }],
  ])("is given up for %s", (_, event) => {
    const draft = reduce(held, event);
    expect(draft.held).toBeNull();
    expect(draft.release).toEqual(["a_1"]);
    expect(reduce(draft, { type: "released", id: "a_1" }).release).toEqual([]);
  });

  it("is released when the answer comes after another choice", () => {
    const draft = run([...chosen, { type: "time", start: "2026-11-25T11:00:00+09:00" }, { type: "held", hold, at: 0 }]);
    expect(draft.held).toBeNull();
    expect(draft.release).toEqual(["a_1"]);
    expect(draft.pending).toBe("hold");
  });

  it("is lost at its deadline, with what was typed kept", () => {
    const typed = reduce(held, { type: "kana", text: "ミナミ フサエ" });
    expect(reduce(typed, { type: "tick", at: 300_000 })).toBe(typed);
    const late = reduce(typed, { type: "tick", at: 301_000 });
    expect(late).toMatchObject({ held: null, start: null, trouble: { slug: "hold-expired" }, kana: "ミナミ フサエ" });
  });

  it("was somebody else's: the time is free to choose again", () => {
    const draft = run([...chosen, { type: "trouble", trouble: { slug: "slot-taken" } }]);
    expect(draft).toMatchObject({ start: null, pending: null, trouble: { slug: "slot-taken" } });
    expect(currentStep(draft)).toBe(2);
  });
});

describe("who", () => {
  it("is asked for before confirming, and only then complained about", () => {
    expect(held.tried).toBe(false);
    const tried = reduce(held, { type: "confirm" });
    expect(tried).toMatchObject({ tried: true, pending: null });
    expect(faultsOf(tried)).toEqual({ kana: "counter.who.kanaMissing", phone: "counter.who.phoneMissing" });
  });

  it("confirms with what was typed in its kept form", () => {
    const draft = run(
      [{ type: "kana", text: "みなみ　ふさえ" }, { type: "phone", text: "０９９９－００－１４５６" }, { type: "confirm" }],
      held,
    );
    expect(draft).toMatchObject({ kana: "ミナミ フサエ", phone: "0999-00-1456", pending: "confirm" });
  });

  it("needs no name for an anonymous visit", () => {
    const draft = run([{ type: "add-leg", offer: gyosei }, { type: "anonymous", on: true }]);
    expect(faultsOf(draft)).toEqual({});
  });

  it("keeps the seat while the confirmation is on its way", () => {
    const draft = run([{ type: "kana", text: "ア" }, { type: "phone", text: "0999001456" }, { type: "confirm" }], held);
    expect(reduce(draft, { type: "tick", at: 999_000 })).toBe(draft);
    expect(reduce(draft, { type: "trouble", trouble: { slug: "offline" } })).toMatchObject({
      held: { id: "a_1" },
      pending: null,
    });
    expect(reduce(draft, { type: "trouble", trouble: { slug: "hold-expired" } }).held).toBeNull();
  });

  it("asks again by itself while nobody knows what became of it, and says so", () => {
    const person: BookingEvent[] = [{ type: "kana", text: "ア" }, { type: "phone", text: "0999001456" }, { type: "confirm" }];
    const unknown = { trouble: { slug: "outcome-unknown" }, pending: "unknown", held: { id: "a_1" } };
    let draft = run([...person, { type: "trouble", trouble: { slug: "outcome-unknown" } }], held);
    expect(draft).toMatchObject(unknown);
    expect(reduce(draft, { type: "confirm" })).toBe(draft);
    draft = reduce(draft, { type: "tick", at: 999_000 });
    expect(draft).toMatchObject({ ...unknown, pending: "confirm" });
    draft = reduce(draft, { type: "trouble", trouble: { slug: "unavailable" } });
    expect(draft).toMatchObject(unknown);
    const lost = run([{ type: "tick", at: 999_500 }, { type: "trouble", trouble: { slug: "hold-lost" } }], draft);
    expect(lost).toMatchObject({ held: null, pending: null, trouble: { slug: "hold-lost" } });
  });

  it("ends with the appointment for the slip", () => {
    const made = { id: "a_1" } as Appointment;
    expect(reduce(held, { type: "made", appointment: made })).toMatchObject({ made, held: null, release: [] });
  });
});

describe("other than once", () => {
  const someone: BookingEvent[] = [{ type: "kana", text: "ミナミ フサエ" }, { type: "phone", text: "0999001456" }];

  it("gives a held seat up when something else is wanted", () => {
    const draft = reduce(held, { type: "mode", mode: "wait" });
    expect(draft).toMatchObject({ mode: "wait", held: null, release: ["a_1"], day: "2026-11-25" });
    expect(reduce(held, { type: "mode", mode: "once" })).toBe(held);
  });

  it("needs no time for somebody who is here", () => {
    const draft = run([{ type: "mode", mode: "now" }, { type: "add-leg", offer: clinic }, ...someone]);
    expect(isChosen(draft)).toBe(true);
    expect(reduce(draft, { type: "confirm" }).pending).toBe("send");
  });

  it("needs a day for somebody who waits", () => {
    const draft = run([{ type: "mode", mode: "wait" }, { type: "add-leg", offer: clinic }, ...someone]);
    expect(isChosen(draft)).toBe(false);
    expect(reduce(draft, { type: "confirm" })).toBe(draft);
    expect(reduce(reduce(draft, { type: "day", day: "2026-11-25" }), { type: "confirm" }).pending).toBe("send");
  });

  it("holds nothing for a row before it is known for whom, and asks for a name always", () => {
    const draft = run([{ type: "mode", mode: "series" }, { type: "add-leg", offer: gyosei }, { type: "anonymous", on: true }, { type: "time", start }]);
    expect(draft).toMatchObject({ pending: null, start, anonymous: false });
    expect(reduce(draft, { type: "confirm" })).toMatchObject({ pending: null, tried: true });
    const sending = reduce(run(someone, draft), { type: "confirm" });
    expect(sending.pending).toBe("send");
    expect(reduce(sending, { type: "trouble", trouble: { slug: "slot-taken" } })).toMatchObject({ pending: null, start });
    expect(reduce(sending, { type: "sent" }).pending).toBeNull();
  });

  it.each<[WishSpan, string, string]>([
    ["morning", "2026-11-30T00:00:00+09:00", "2026-11-30T12:00:00+09:00"],
    ["afternoon", "2026-11-30T12:00:00+09:00", "2026-12-01T00:00:00+09:00"],
    ["day", "2026-11-30T00:00:00+09:00", "2026-12-01T00:00:00+09:00"],
    ["week", "2026-11-30T00:00:00+09:00", "2026-12-07T00:00:00+09:00"],
    ["month", "2026-11-30T00:00:00+09:00", "2026-12-31T00:00:00+09:00"],
  ])("a wish for the %s spans from %s to %s", (wish, from, to) => {
    expect(wishedFor("2026-11-30", wish)).toEqual({ from, to });
  });
});
