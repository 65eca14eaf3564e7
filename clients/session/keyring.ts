// The keys by which this page proves again who it is: made here, kept in IndexedDB, and not to be taken out of the browser, so that
// a token somebody has got hold of is worth ten minutes and no more.

/** The public half, as the server wants it. */
export interface PublicKey {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
}

/** A key that has been made and belongs to nothing yet. */
export interface FreshKey {
  readonly publicKey: PublicKey;
  /** Keeps it for a signing-in; `device` where this browser is the seat, which comes back by itself after a restart. */
  keep(signIn: string, device: string | null): Promise<void>;
}

export interface KeyRing {
  /** Null where the page is not secure and the browser gives no keys: only a demonstration is served like that. */
  make(): Promise<FreshKey | null>;
  /** Signs a text for a signing-in, base64url; null if its key is not here. */
  sign(signIn: string, text: string): Promise<string | null>;
  /** The signing-in this browser was enrolled with as a seat; null if it was not. */
  enrolled(seat: string): Promise<string | null>;
  forget(signIn: string): Promise<void>;
}

/** What is signed to be given another token; the server says the same in signaling/login. */
export const proof = (signIn: string, challenge: string): string => `madoguchi renew 1\n${signIn}\n${challenge}`;

const algorithm = { name: "ECDSA", namedCurve: "P-256" } as const;

interface Kept {
  readonly signIn: string;
  readonly seat: string | null;
  readonly at: number;
  readonly key: CryptoKey;
}

/** Keys of people end with their day: what is older is thrown away when a new one is made. */
const oldAfter = 24 * 3_600_000;

/** The browser's own. */
export function realKeyRing(): KeyRing {
  const usable = (): boolean => typeof indexedDB !== "undefined" && globalThis.crypto?.subtle !== undefined;
  return {
    make: async () => {
      if (!usable()) return null;
      const pair = await crypto.subtle.generateKey(algorithm, false, ["sign"]);
      const { kty = "", crv = "", x = "", y = "" } = await crypto.subtle.exportKey("jwk", pair.publicKey);
      return {
        publicKey: { kty, crv, x, y },
        keep: async (signIn, device) => {
          const kept: Kept = { signIn, seat: device, at: Date.now(), key: pair.privateKey };
          for (const old of await all()) {
            const replaced = device !== null && old.seat === device;
            if (replaced || (old.seat === null && Date.now() - old.at > oldAfter)) await within("readwrite", (keys) => keys.delete(old.signIn));
          }
          await within("readwrite", (keys) => keys.put(kept));
        },
      };
    },
    sign: async (signIn, text) => {
      if (!usable()) return null;
      const kept = await within<Kept | undefined>("readonly", (keys) => keys.get(signIn) as IDBRequest<Kept | undefined>);
      if (kept === undefined) return null;
      const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, kept.key, new TextEncoder().encode(text));
      return base64url(new Uint8Array(signature));
    },
    enrolled: async (seat) => {
      if (!usable()) return null;
      // A browser that keeps nothing (private windows of some) has not been enrolled.
      const kept = await all().catch(() => []);
      return kept.find((one) => one.seat === seat)?.signIn ?? null;
    },
    forget: async (signIn) => {
      if (usable()) await within("readwrite", (keys) => keys.delete(signIn));
    },
  };
}

const all = (): Promise<Kept[]> => within<Kept[]>("readonly", (keys) => keys.getAll() as IDBRequest<Kept[]>);

/** One step in the store of keys. */
async function within<T>(mode: IDBTransactionMode, act: (keys: IDBObjectStore) => IDBRequest<T> | IDBRequest): Promise<T> {
  const base = await new Promise<IDBDatabase>((done, fail) => {
    const asked = indexedDB.open("madoguchi", 1);
    asked.addEventListener("upgradeneeded", () => asked.result.createObjectStore("keys", { keyPath: "signIn" }));
    asked.addEventListener("success", () => done(asked.result));
    asked.addEventListener("error", () => fail(asked.error));
  });
  try {
    return await new Promise<T>((done, fail) => {
      const step = act(base.transaction("keys", mode).objectStore("keys"));
      step.addEventListener("success", () => done(step.result as T));
      step.addEventListener("error", () => fail(step.error));
    });
  } finally {
    base.close();
  }
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCodePoint(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
