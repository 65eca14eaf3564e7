import type { Api } from "./api";
import type { Browser, Stop } from "./browser";
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
  private readonly signInCall: Api["signIn"];
  private readonly onChange: (identity: SeatIdentity | null) => void;
  private signedIn: SignedIn | null = null;
  private renewing: Promise<Renewal> | null = null;
  private stopTimer: Stop = () => {};

  constructor(browser: Browser, signIn: Api["signIn"], onChange: (identity: SeatIdentity | null) => void) {
    this.browser = browser;
    this.signInCall = signIn;
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
    const { token, ...identity } = await this.signInCall(request);
    this.keep({ token, identity });
    return identity;
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
  private async vouchedOrPlain({ token, identity: { seat } }: SignedIn): Promise<SeatIdentity & { token: string }> {
    try {
      return await this.signInCall({ seat }, token);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      return this.signInCall({ seat });
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
