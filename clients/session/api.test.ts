import { describe, expect, it } from "vitest";
import { createApi, type Credentials } from "./api";
import { FakeBrowser, failureOf, type FakeAnswer } from "./fakebrowser";

const problem = (status: number, slug: string, headers = {}): FakeAnswer => ({
  status,
  body: { type: `/problems/${slug}`, title: "refused", detail: "because" },
  headers: { "Content-Type": "application/problem+json", ...headers },
});

const seat: Credentials = { token: () => "seat-1", renew: async () => false };
const request = { office: "okuse", start: "2026-11-25T10:00:00+09:00", legs: [{ service: "medical", pool: "morita" }] };

/** A browser whose server gives these answers, one after another; the last stays. */
function answering(...answers: FakeAnswer[]): FakeBrowser {
  const browser = new FakeBrowser();
  browser.answer = () => (answers.length > 1 ? answers.shift() : answers[0]) ?? "network";
  return browser;
}

describe("a call of the HTTP API", () => {
  it("carries the seat's token and its query", async () => {
    const browser = answering({ status: 200, body: { rules: 3, times: [] } });
    const legs = [{ service: "medical", pool: "morita" }, { service: "guidance", pool: "shiokaze" }];
    await createApi(browser, seat).times("okuse", { date: "2026-11-25", legs });
    expect(browser.calls[0]).toMatchObject({
      method: "GET",
      path: "/v1/offices/okuse/times?leg=medical%40morita&leg=guidance%40shiokaze&date=2026-11-25",
      headers: { Authorization: "Bearer seat-1" },
    });
  });

  it("for public facts carries no token", async () => {
    const browser = answering({ status: 200, body: {} });
    await createApi(browser, seat).office("okuse");
    expect(browser.calls[0]?.headers["Authorization"]).toBeUndefined();
  });

  it("that is refused says why, by the slug of the problem", async () => {
    const api = createApi(answering(problem(409, "slot-taken")), seat);
    await expect(api.hold(request)).rejects.toMatchObject({ name: "Problem", status: 409, code: "slot-taken", detail: "because" });
  });

  it("keeps the fields a validation complains about", async () => {
    const errors = [{ location: "body.start", message: "expected a time", value: "x" }];
    const api = createApi(answering({ status: 422, body: { title: "Unprocessable Entity", errors } }), seat);
    await expect(api.hold(request)).rejects.toMatchObject({ code: "http-422", fields: [{ location: "body.start", message: "expected a time" }] });
  });

  it("survives a proxy that answers in HTML", async () => {
    const api = createApi(answering({ status: 413, body: "<html>too large</html>" }), seat);
    await expect(api.hold(request)).rejects.toMatchObject({ status: 413, code: "http-413" });
  });

  it("is repeated with the same key when the answer was lost", async () => {
    const browser = answering("network", problem(503, "unavailable", { "Retry-After": "1" }), { status: 201, body: { id: "a_1" } });
    const hold = createApi(browser, seat).hold(request);
    await browser.pass(2_000);
    await expect(hold).resolves.toMatchObject({ id: "a_1" });
    const keys = browser.calls.map((call) => call.headers["Idempotency-Key"]);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  it("is given up after three tries", async () => {
    const browser = answering("network");
    const failed = failureOf(createApi(browser, seat).offices());
    await browser.pass(5_000);
    expect(await failed).toMatchObject({ status: 0, code: "network" });
    expect(browser.calls).toHaveLength(3);
  });

  it("that does not get an answer in ten seconds is late, and its fetch is ended", async () => {
    const browser = answering("never", { status: 200, body: { offices: [] } });
    const offices = createApi(browser, seat).offices();
    await browser.pass(10_500);
    await expect(offices).resolves.toEqual([]);
  });

  it("with a long Retry-After tells the person instead of waiting", async () => {
    const browser = answering(problem(503, "unavailable", { "Retry-After": "120" }));
    await expect(createApi(browser, seat).offices()).rejects.toMatchObject({ retryAfter: 120 });
    expect(browser.calls).toHaveLength(1);
  });

  it("with a reception number is never repeated: a miss that was counted would count twice", async () => {
    const browser = answering("network");
    await expect(createApi(browser, seat).checkIn({ reception: "482177" })).rejects.toMatchObject({ code: "network" });
    expect(browser.calls).toHaveLength(1);
  });

  it("with a one-time code is never repeated", async () => {
    const browser = answering("network");
    await expect(createApi(browser, seat).signIn({ seat: "booth:okuse-1", code: "1234" })).rejects.toMatchObject({ code: "network" });
    expect(browser.calls).toHaveLength(1);
  });

  it("that was called off by its caller is not repeated", async () => {
    const browser = answering("never");
    const off = new AbortController();
    const offices = createApi(browser, seat).offices(off.signal);
    off.abort();
    await expect(offices).rejects.toMatchObject({ code: "aborted" });
    expect(browser.calls).toHaveLength(1);
  });

  it("refused for its token is made again with a new one, once", async () => {
    const browser = answering(problem(401, "expired-token"), { status: 200, body: { seat: "desk:morita" } });
    let token = "old";
    const renewing: Credentials = {
      token: () => token,
      renew: async (refused) => {
        token = `${refused}-renewed`;
        return true;
      },
    };
    await createApi(browser, renewing).me();
    expect(browser.calls.map((call) => call.headers["Authorization"])).toEqual(["Bearer old", "Bearer old-renewed"]);
  });

  it("refused for its token for good says so", async () => {
    const browser = answering(problem(401, "bad-token"));
    await expect(createApi(browser, seat).me()).rejects.toMatchObject({ status: 401, code: "bad-token" });
    expect(browser.calls).toHaveLength(1);
  });

  it("without content is done", async () => {
    const browser = answering({ status: 204 });
    await expect(createApi(browser, seat).release("a_1")).resolves.toBeUndefined();
    expect(browser.calls[0]).toMatchObject({ method: "DELETE", path: "/v1/holds/a_1" });
  });
});
