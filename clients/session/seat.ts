import type { Api } from "./api";
import type { Browser, Stop } from "./browser";
import { proof, type FreshKey } from "./keyring";
import { Problem } from "./problem";
import type { AppKind, SeatIdentity } from "./types";

/** Where this tab keeps its seat. */
export const storageKey = "madoguchi.seat";

/** A seat and its token. */
export interface SignedIn {
  readonly token: string;
  readonly identity: SeatIdentity;
}

/** How an attempt to get another token ended. */
export type Renewal =
  | "renewed"
  /** The server wants a code or does not know the seat any more. */
  | "refused"
  /** No answer, or the server is not able to just now. */
  | "later";

/** A token is renewed when three quarters of what was left of its life have passed; milliseconds, and at least a minute. */
const renewAfterShare = 0.75;
const shortestRenewal = 60_000;
/** Browsers' timers end at 2^31 ms. */
const longestTimer = 2 ** 31 - 1;

/** Who this tab is. Holds the token, stores it, renews it. */
export class SeatKeeper {
  private readonly browser: Browser;
  private readonly api: Pick<Api, "signIn" | "login">;
  private readonly onChange: (identity: SeatIdentity | null) => void;
  private signedIn: SignedIn | null = null;
  private renewing: Promise<Renewal> | null = null;
  private stopTimer: Stop = () => {};

  constructor(browser: Browser, api: Pick<Api, "signIn" | "login">, onChange: (identity: SeatIdentity | null) => void) {
    this.browser = browser;
    this.api = api;
    this.onChange = onChange;
  }

  get token(): string | null {
    return this.signedIn?.token ?? null;
  }

  get identity(): SeatIdentity | null {
    return this.signedIn?.identity ?? null;
  }

  /** Takes up the seat kept in this tab, if it is the wanted one and has not expired. */
  resume(wanted: string | null): boolean {
    const kept = parseKept(this.browser.load(storageKey));
    if (kept === null) return false;
    if (wanted !== null && kept.identity.seat !== wanted) return false;
    if (Date.parse(kept.identity.expiresAt) <= this.browser.now()) return false;
    this.keep(kept);
    return true;
  }

  /** Signs in; rejects with Problem. */
  async signIn(request: { seat: string; code?: string }): Promise<SeatIdentity> {
    if (request.code === undefined) {
      const back = await this.comeBack(request.seat);
      if (back !== null) return back;
      return this.taken(await this.api.signIn(request));
    }
    if (!isDevice(request.seat)) return this.taken(await this.api.signIn(request));
    const key = await this.browser.keys.make();
    if (key === null) return this.taken(await this.api.signIn(request));
    return this.taken(await this.api.signIn({ ...request, key: key.publicKey }), key);
  }

  /** Signs in by a passkey; rejects with Problem, or with the browser's own error when the person gives up. */
  async signInByPasskey(): Promise<SeatIdentity> {
    const key = await this.fresh();
    const { ceremony, options } = await this.api.login.passkeyAsk();
    const credential = await this.browser.passkeys.get(options);
    return this.taken(await this.api.login.passkeySignIn({ ceremony, credential, key: key.publicKey }), key);
  }

  /** Registers a passkey with the one-time code of a seat, and signs in by it. */
  async registerPasskey(request: { seat: string; code: string }): Promise<SeatIdentity> {
    const key = await this.fresh();
    const { ceremony, options } = await this.api.login.passkeyBegin(request);
    const credential = await this.browser.passkeys.create(options);
    return this.taken(await this.api.login.passkeyRegister({ ceremony, credential, key: key.publicKey }), key);
  }

  /** Takes the seat of somebody who has come back from the provider. */
  async signInByProvider(): Promise<SeatIdentity> {
    const key = await this.fresh();
    return this.taken(await this.api.login.provider(key.publicKey), key);
  }

  /** Opens a seat with a sealed letter, for an hour. */
  async breakGlass(request: { seat: string; code: string; reason: string }): Promise<SeatIdentity> {
    return this.taken(await this.api.login.breakGlass(request));
  }

  private async fresh(): Promise<FreshKey> {
    const key = await this.browser.keys.make();
    if (key === null) throw new Problem({ status: 0, code: "not-secure", title: "this page is not secure: keys need https" });
    return key;
  }

  private async taken(answer: SeatIdentity & { token: string }, key?: FreshKey): Promise<SeatIdentity> {
    const { token, ...identity } = answer;
    if (key !== undefined && identity.signIn !== undefined) await key.keep(identity.signIn, isDevice(identity.seat) ? identity.seat : null);
    this.keep({ token, identity });
    return identity;
  }

  /** The seat this browser was enrolled as, or the one this tab had before its token ended; null if the server has to be asked anew. */
  private async comeBack(seat: string): Promise<SeatIdentity | null> {
    const kept = parseKept(this.browser.load(storageKey));
    const own = kept !== null && kept.identity.seat === seat ? kept.identity.signIn : undefined;
    const signIn = own ?? (isDevice(seat) ? await this.browser.keys.enrolled(seat) : null);
    if (signIn === null) return null;
    try {
      const answer = await this.prove(signIn);
      return answer === null ? null : await this.taken(answer);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      await this.browser.keys.forget(signIn);
      return null;
    }
  }

  /** Another token, for a challenge signed by the key of a signing-in; null if its key is not here. */
  private async prove(signIn: string): Promise<(SeatIdentity & { token: string }) | null> {
    const challenge = await this.api.login.challenge();
    const signature = await this.browser.keys.sign(signIn, proof(signIn, challenge));
    return signature === null ? null : this.api.login.renew({ signIn, challenge, signature });
  }

  /**
   * Gets another token for the same seat: the present one vouches for it, so that a booth's day does not end in the
   * middle of a consultation. Calls at the same time share one attempt.
   */
  renew(): Promise<Renewal> {
    this.renewing ??= this.renewOnce().finally(() => {
      this.renewing = null;
    });
    return this.renewing;
  }

  /** Forgets the seat, here and in storage. */
  forget(): void {
    this.stopTimer();
    this.signedIn = null;
    this.browser.remove(storageKey);
    this.onChange(null);
  }

  /** Stops renewing; the seat stays kept. */
  rest(): void {
    this.stopTimer();
  }

  private async renewOnce(): Promise<Renewal> {
    const before = this.signedIn;
    if (before === null) return "refused";
    try {
      const { token, ...identity } = await this.vouchedOrPlain(before);
      if (this.signedIn !== before) return "later";
      this.keep({ token, identity });
      return "renewed";
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return error.status >= 400 && error.status < 500 && error.status !== 429 ? "refused" : "later";
    }
  }

  /** A token that has expired vouches for nobody; where signing in needs no code, it goes without one too. */
  private async vouchedOrPlain({ token, identity: { seat, signIn } }: SignedIn): Promise<SeatIdentity & { token: string }> {
    if (signIn !== undefined) {
      const proved = await this.prove(signIn);
      if (proved !== null) return proved;
      throw new Problem({ status: 401, code: "signed-out", title: "the key of this signing-in is gone" });
    }
    try {
      return await this.api.signIn({ seat }, token);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      return this.api.signIn({ seat });
    }
  }

  private keep(signedIn: SignedIn): void {
    this.signedIn = signedIn;
    this.browser.store(storageKey, JSON.stringify({ token: signedIn.token, ...signedIn.identity }));
    this.planRenewal();
    this.onChange(signedIn.identity);
  }

  private planRenewal(): void {
    this.stopTimer();
    if (this.signedIn === null) return;
    const left = Date.parse(this.signedIn.identity.expiresAt) - this.browser.now();
    const wait = Math.min(longestTimer, Math.max(shortestRenewal, left * renewAfterShare));
    this.stopTimer = this.browser.after(wait, () => {
      // A failure is no matter yet: the server says 4010 or 401 when the token is really over.
      void this.renew().then((renewal) => {
        if (renewal === "later") this.planRenewal();
      });
    });
  }
}

/** How a person signs in. */
export type SignInWay =
  | { readonly by: "passkey" }
  | { readonly by: "new-passkey"; readonly seat: string; readonly code: string }
  | { readonly by: "provider" }
  | { readonly by: "letter"; readonly seat: string; readonly code: string; readonly reason: string };

/** Signs a seat in the way that was chosen. */
export function by(keeper: SeatKeeper, way: SignInWay): Promise<SeatIdentity> {
  switch (way.by) {
    case "passkey":
      return keeper.signInByPasskey();
    case "new-passkey":
      return keeper.registerPasskey({ seat: way.seat, code: way.code });
    case "provider":
      return keeper.signInByProvider();
    case "letter":
      return keeper.breakGlass({ seat: way.seat, code: way.code, reason: way.reason });
  }
}

/** A booth or a lobby's screen is a device that was enrolled once; at all other seats people sign in. */
const isDevice = (seat: string): boolean => seat.startsWith("booth:") || seat.startsWith("lobby:");

/** The wanted seat's full id: from the app's option, else from ?seat= of the page; null if neither names one. */
export function wantedSeat(kind: AppKind, option: string | undefined, search: string): string | null {
  const named = option ?? new URLSearchParams(search).get("seat");
  if (named === null || named === "") return null;
  return named.includes(":") ? named : `${kind}:${named}`;
}

const identityFields = ["seat", "role", "name", "area", "expiresAt"] as const;

/** Reads what was kept; whatever is not ours or not whole counts as nothing kept. */
function parseKept(text: string | null): SignedIn | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const { token, ...identity } = value as Record<string, unknown>;
    if (typeof token !== "string") return null;
    if (!identityFields.every((field) => typeof identity[field] === "string")) return null;
    return { token, identity: identity as unknown as SeatIdentity };
  } catch {
    return null;
  }
}
