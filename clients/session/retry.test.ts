import { describe, expect, it } from "vitest";
import { Problem } from "./problem";
import { Close } from "./protocol";
import { backOff, comeback, httpPause } from "./retry";

function problem(status: number, code: string, retryAfter?: number): Problem {
  return new Problem({ status, code, title: "x", ...(retryAfter === undefined ? {} : { retryAfter }) });
}

describe("after a socket has closed", () => {
  const cases: [situation: string, code: number, attempt: number, then: ReturnType<typeof comeback>][] = [
    ["a line that broke is tried again at once, nearly", 1006, 1, { kind: "again", wait: 188, why: "network" }],
    ["the second try waits twice as long", 1006, 2, { kind: "again", wait: 375, why: "network" }],
    ["the tenth try waits no longer than ten seconds", 1006, 10, { kind: "again", wait: 7500, why: "network" }],
    ["a line that fell silent is a broken line", Close.Silent, 1, { kind: "again", wait: 188, why: "network" }],
    ["a server that restarts has another ready", Close.Restart, 1, { kind: "again", wait: 500, why: "server" }],
    ["a fault of the server is the server's", Close.Internal, 1, { kind: "again", wait: 188, why: "server" }],
    ["a slow reader comes back and is told everything", Close.Slow, 1, { kind: "again", wait: 188, why: "network" }],
    ["a close code nobody has named yet means to come back", 4050, 1, { kind: "again", wait: 188, why: "network" }],
    ["a server that goes away without a code (1001) means to come back", 1001, 1, { kind: "again", wait: 188, why: "network" }],
    ["an expired token is exchanged first, at once", Close.Expired, 1, { kind: "renew", wait: 0 }],
    ["a token that expires again and again is exchanged slowly", Close.Expired, 3, { kind: "renew", wait: 750 }],
    ["a bad token needs somebody to sign in", Close.BadToken, 1, { kind: "stay-away", reason: "signed-out" }],
    ["a revoked seat needs somebody to sign in", Close.Revoked, 1, { kind: "stay-away", reason: "signed-out" }],
    ["a seat opened elsewhere is not taken back by itself", Close.Replaced, 1, { kind: "stay-away", reason: "replaced" }],
    ["a forbidden origin stays away", Close.Forbidden, 1, { kind: "stay-away", reason: "forbidden" }],
    ["a message not understood stays away", Close.Protocol, 1, { kind: "stay-away", reason: "protocol" }],
    ["a message too large stays away", Close.TooLarge, 1, { kind: "stay-away", reason: "protocol" }],
    ["too many messages stay away", Close.TooFast, 1, { kind: "stay-away", reason: "protocol" }],
  ];
  it.each(cases)("%s", (_situation, code, attempt, then) => {
    expect(comeback(code, attempt, 0.5)).toEqual(then);
  });

  it("clients are spread over the second half of each wait", () => {
    expect(backOff(1, 0)).toBe(125);
    expect(backOff(1, 0.999)).toBe(250);
    expect(backOff(100, 0)).toBe(5000);
  });
});

describe("after an HTTP call has failed", () => {
  it.each([
    ["without an answer it is repeated", problem(0, "network"), 188],
    ["too late an answer is none", problem(0, "timeout"), 188],
    ["an unavailable server is asked again", problem(503, "http-503"), 188],
    ["the server's wish is honoured", problem(503, "http-503", 2), 2125],
    ["a long wait is for the person to know", problem(503, "http-503", 60), null],
    ["a lock-out is not hammered at", problem(429, "too-many-tries"), null],
    ["a refusal stays one", problem(409, "slot-taken"), null],
    ["that nobody knows yet is told at once", problem(503, "outcome-unknown", 1), null],
  ] as const)("%s", (_situation, failed, wait) => {
    expect(httpPause(failed, 1, 0.5)).toBe(wait);
  });
});
