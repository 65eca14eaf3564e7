import { describe, expect, it } from "vitest";
import type { Office, Offer } from "../session/booking";
import type { SessionSummary } from "../session/protocol";
import { countByState, offerLines, readReadiness, sessionIn } from "./status";

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

it("counts live sessions and finds a booth's", () => {
  const sessions = [
    { booth: "b1", state: "closed" },
    { booth: "b1", state: "waiting" },
    { booth: "b2", state: "consultation" },
  ] as SessionSummary[];
  expect(countByState(sessions)).toEqual({ arrived: 0, waiting: 1, consultation: 1 });
  expect(sessionIn("b1", sessions)?.state).toBe("waiting");
  expect(sessionIn("b9", sessions)).toBeUndefined();
});
