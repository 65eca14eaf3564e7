import { describe, expect, it } from "vitest";
import type { Office, Offer } from "../session/booking";
import { countByState, offerLines, placeNames, readReadiness, readSessions, sessionIn } from "./status";

describe("readiness", () => {
  it("is read part by part", () => {
    const body = { ready: true, redis: "ok", mediaUdp: "127.0.0.1:3478", mediaTcp: "127.0.0.1:3478", sfu: "ok", draining: false };
    expect(readReadiness(body)).toMatchObject({ ready: true, draining: false });
    expect(readReadiness(body).parts.every((p) => p.well)).toBe(true);
  });

  it("says which part is not well", () => {
    const { parts } = readReadiness({ ready: false, redis: "cannot be reached", mediaUdp: "closed", mediaTcp: "closed", sfu: "ok" });
    expect(parts.filter((p) => !p.well).map((p) => p.part)).toEqual(["redis", "mediaUdp", "mediaTcp"]);
  });

  it("trusts nothing it cannot read", () => {
    expect(readReadiness("<html>")).toMatchObject({ ready: false });
    expect(readReadiness(null).parts.some((p) => p.well)).toBe(false);
  });
});

const offer: Offer = {
  service: "medical",
  pool: "morita",
  name: "汐待もりた医院",
  publicName: "医院",
  serviceName: "診療",
  minutes: 20,
  role: "doctor",
  anonymous: false,
  followedBy: [],
};

const office = (name: string, ...offers: Offer[]) => ({ name, offers }) as Office;

it("folds the offices' offers into one catalogue", () => {
  const lines = offerLines([office("汐待浜", offer), office("岬口", offer, { ...offer, service: "card", pool: "shimin" })]);
  expect(lines.map((l) => [l.key, l.offices])).toEqual([
    ["medical@morita", ["汐待浜", "岬口"]],
    ["card@shimin", ["岬口"]],
  ]);
});

describe("live sessions", () => {
  const line = { id: "s_1", state: "waiting", office: "shiomachihama", booth: "b1", pool: "morita", desk: "morita", number: 7, leg: 0, legs: 2 };
  const sessions = readSessions({ sessions: [line, { ...line, id: "s_2", booth: "b2", state: "consultation" }] });

  it("are read as the server tells them", () => {
    expect(sessions).toHaveLength(2);
    expect(sessions[0]).toMatchObject({ number: 7, legs: 2, openedAt: "" });
  });

  it("leave out what is over or cannot be read", () => {
    expect(readSessions({ sessions: [{ ...line, state: "closed" }, { ...line, state: "new" }, null, { state: "waiting" }] })).toEqual([]);
    expect(readSessions("<html>")).toEqual([]);
  });

  it("are counted by state and found by booth", () => {
    expect(countByState(sessions)).toEqual({ arrived: 0, waiting: 1, consultation: 1 });
    expect(sessionIn("b1", sessions)?.state).toBe("waiting");
    expect(sessionIn("b9", sessions)).toBeUndefined();
  });

  it("get their names from the offices, or keep their ids", () => {
    const booths = [{ id: "b1", name: "ブース1", equipment: [] }];
    const known = { ...office("汐待浜郵便局", offer), id: "shiomachihama", booths };
    const [first] = sessions;
    if (first === undefined) throw new Error("no session was read");
    expect(placeNames(first, [known])).toEqual({ office: "汐待浜郵便局", booth: "ブース1", pool: "汐待もりた医院" });
    expect(placeNames(first, [])).toEqual({ office: "shiomachihama", booth: "b1", pool: "morita" });
  });
});
