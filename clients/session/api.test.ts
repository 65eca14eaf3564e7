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

  it("asks for a leg with its desk and a first visit, and for one by any pool", async () => {
    const browser = answering({ status: 200, body: { rules: 1, offices: [] } });
    const legs = [{ service: "medical", pool: "morita", desk: "morita-2", first: true }, { service: "gyosei", pool: "" }];
    await createApi(browser, seat).nearby("okuse", { legs, days: 3 });
    expect(browser.calls[0]?.path).toBe("/v1/offices/okuse/nearby?leg=medical%40morita%2Fmorita-2%3Bfirst&leg=gyosei&days=3");
  });

  it("that moves an appointment says which version was seen, and repeats itself with the same key", async () => {
    const browser = answering("network", { status: 200, body: { id: "a_1", version: 4 } });
    const moved = createApi(browser, seat).move("a_1", { version: 3, start: "2026-11-25T11:00:00+09:00" });
    await browser.pass(2_000);
    await expect(moved).resolves.toMatchObject({ version: 4 });
    expect(browser.calls.map((call) => call.path)).toEqual(["/v1/appointments/a_1/move", "/v1/appointments/a_1/move"]);
    expect(new Set(browser.calls.map((call) => call.headers["Idempotency-Key"])).size).toBe(1);
  });

  it("that moves is refused with the calendar's reasons, in three languages", async () => {
    const reasons = [{ code: "booths-busy", text: "ブースは 使っています", easy: "ブースは つかっています", en: "The booth is in use" }, "broken"];
    const body = { type: "/problems/slot-taken", title: "Slot taken", reasons };
    const api = createApi(answering({ status: 409, body }), seat);
    await expect(api.move("a_1", { version: 1, start: "x" })).rejects.toMatchObject({ code: "slot-taken", reasons: [reasons[0]] });
  });

  it("that declines an offer is not repeated: the second would find none", async () => {
    const browser = answering("network");
    await expect(createApi(browser, seat).declineOffer("w_1")).rejects.toMatchObject({ code: "network" });
    expect(browser.calls).toHaveLength(1);
  });

  it("about legs, waiting, walking in, rows, blocks and lends goes where the server listens", async () => {
    const browser = answering({ status: 200, body: { waiting: [], blocks: [], appointments: [] } });
    const api = createApi(browser, seat);
    const visit = { office: "okuse", legs: [{ service: "medical", pool: "morita" }] };
    const span = { start: "2026-11-25T10:00:00+09:00", end: "2026-11-25T11:00:00+09:00" };
    await api.freeLeg("a_1", 1);
    await api.cleaned("a_1");
    await api.noShow("a_1");
    await api.delay("morita", 15);
    await api.waitlist("okuse");
    await api.wait({ ...visit, from: span.start, to: span.end });
    await api.acceptOffer("w_1");
    await api.leaveWaitlist("w_1");
    await api.walkIn(visit);
    await api.series({ ...visit, start: span.start, weeks: 2, count: 3, resident: { kana: "ミナミ フサエ" } });
    await api.confirmSeries("s_1", { holds: ["a_1"] });
    await api.block({ booth: "okuse-1", kind: "cleaning", ...span });
    await api.blocks("setouchi");
    await api.unblock("x_1");
    await api.lend({ desk: "morita", area: "other", ...span });
    await api.giveBack("x_1");
    await api.why("okuse", { start: span.start, legs: visit.legs });
    await api.services();
    expect(browser.calls.map((call) => `${call.method} ${call.path}${call.headers["Idempotency-Key"] === undefined ? "" : " keyed"}`)).toEqual([
      "POST /v1/appointments/a_1/legs/1/free",
      "POST /v1/appointments/a_1/cleaned",
      "POST /v1/appointments/a_1/noshow",
      "POST /v1/desks/morita/delay keyed",
      "GET /v1/waitlist?office=okuse",
      "POST /v1/waitlist keyed",
      "POST /v1/waitlist/w_1/accept",
      "DELETE /v1/waitlist/w_1",
      "POST /v1/walk-ins keyed",
      "POST /v1/series keyed",
      "POST /v1/series/s_1/confirm",
      "POST /v1/blocks keyed",
      "GET /v1/blocks?area=setouchi",
      "DELETE /v1/blocks/x_1",
      "POST /v1/lends keyed",
      "DELETE /v1/lends/x_1",
      "POST /v1/offices/okuse/why",
      "GET /v1/services",
    ]);
  });

  it("without content is done", async () => {
    const browser = answering({ status: 204 });
    await expect(createApi(browser, seat).release("a_1")).resolves.toBeUndefined();
    expect(browser.calls[0]).toMatchObject({ method: "DELETE", path: "/v1/holds/a_1" });
  });
});
