import { describe, expect, it } from "vitest";
import { createApi } from "./api";
import { FakeBrowser, fakeStart } from "./fakebrowser";
import { SeatKeeper, storageKey, wantedSeat } from "./seat";

const inAnHour = new Date(fakeStart + 3_600_000).toISOString();
const identity = { seat: "booth:okuse-1", role: "booth", name: "ブース1", area: "shiomachi", expiresAt: inAnHour };

function keeper(browser: FakeBrowser): SeatKeeper {
  const api = createApi(browser, { token: () => null, renew: () => Promise.resolve(false) });
  return new SeatKeeper(browser, api, () => {});
}

function kept(value: object): FakeBrowser {
  return new FakeBrowser(new Map([[storageKey, JSON.stringify(value)]]));
}

describe("the seat a tab wants", () => {
  it.each([
    ["is the one of the address", undefined, "?seat=okuse-1", "booth:okuse-1"],
    ["is the app's before the address's", "okuse-2", "?seat=okuse-1", "booth:okuse-2"],
    ["may name its kind", "booth:okuse-2", "", "booth:okuse-2"],
    ["is not named by an empty address", undefined, "?seat=", null],
    ["may not be named at all", undefined, "", null],
  ])("%s", (_situation, option, search, seat) => {
    expect(wantedSeat("booth", option, search)).toBe(seat);
  });
});

describe("a seat kept in this tab", () => {
  it("is taken up again", () => {
    const seat = keeper(kept({ token: "t", ...identity }));
    expect(seat.resume("booth:okuse-1")).toBe(true);
    expect([seat.token, seat.identity?.name]).toEqual(["t", "ブース1"]);
  });

  it("is taken up when no other is wanted", () => {
    expect(keeper(kept({ token: "t", ...identity })).resume(null)).toBe(true);
  });

  it("is not taken up when another is wanted", () => {
    expect(keeper(kept({ token: "t", ...identity })).resume("booth:okuse-2")).toBe(false);
  });

  it("is not taken up when it has expired", () => {
    const expiresAt = new Date(fakeStart - 1).toISOString();
    expect(keeper(kept({ token: "t", ...identity, expiresAt })).resume(null)).toBe(false);
  });

  it.each([
    ["half of it is missing", JSON.stringify({ token: "t", seat: "booth:okuse-1" })],
    ["it is not ours", "hello"],
    ["it is not an object", "[]"],
  ])("is not taken up when %s", (_situation, text) => {
    expect(keeper(new FakeBrowser(new Map([[storageKey, text]]))).resume(null)).toBe(false);
  });
});

/** A browser with keys: signatures say what was signed and by which key. */
function withKeys(browser: FakeBrowser): Map<string, string | null> {
  const ring = new Map<string, string | null>();
  const publicKey = { kty: "EC", crv: "P-256", x: "x".repeat(43), y: "y".repeat(43) };
  browser.keys = {
    make: () => Promise.resolve({ publicKey, keep: (signIn, device) => Promise.resolve(void ring.set(signIn, device)) }),
    sign: (signIn, text) => Promise.resolve(ring.has(signIn) ? `signed ${text}` : null),
    enrolled: (seat) => Promise.resolve([...ring].find(([, device]) => device === seat)?.[0] ?? null),
    forget: (signIn) => Promise.resolve(void ring.delete(signIn)),
  };
  return ring;
}

describe("a booth that is enrolled", () => {
  /** A server that knows one signing-in until it is revoked. */
  function server(browser: FakeBrowser): { revoked: boolean } {
    const state = { revoked: false };
    browser.answer = ({ path, body }) => {
      const given = { ...identity, signIn: "si_1", token: "t" };
      if (path === "/v1/challenges") return { status: 200, body: { challenge: "c" } };
      if (path === "/v1/sign-in" && (body as { key?: unknown }).key !== undefined) return { status: 200, body: given };
      if (path === "/v1/sign-in/renew" && !state.revoked) {
        const right = (body as { signature: string }).signature === "signed madoguchi renew 1\nsi_1\nc";
        return right ? { status: 200, body: { ...given, token: "t2" } } : { status: 401 };
      }
      return { status: 401, body: { type: "/problems/signed-out", title: "signed out" } };
    };
    return state;
  }

  it("sends its key with the code, comes back after a restart by the key, and not once it is revoked", async () => {
    const browser = new FakeBrowser();
    const keys = withKeys(browser);
    const state = server(browser);
    await keeper(browser).signIn({ seat: identity.seat, code: "ABCDE-FGHJK" });
    expect([...keys]).toEqual([["si_1", identity.seat]]);
    browser.storage.clear(); // the tablet was switched off
    const again = keeper(browser);
    expect((await again.signIn({ seat: identity.seat })).signIn).toBe("si_1");
    expect(again.token).toBe("t2");
    state.revoked = true;
    await expect(keeper(browser).signIn({ seat: identity.seat })).rejects.toMatchObject({ status: 401 });
    expect(keys.size).toBe(0);
  });

  it("asks for the next token by its key, and never by the token alone", async () => {
    const browser = new FakeBrowser();
    withKeys(browser);
    server(browser);
    const seat = keeper(browser);
    await seat.signIn({ seat: identity.seat, code: "ABCDE-FGHJK" });
    expect(await seat.renew()).toBe("renewed");
    expect(browser.calls.filter(({ path }) => path === "/v1/sign-in/renew").every(({ headers }) => headers["Authorization"] === undefined)).toBe(true);
  });
});
