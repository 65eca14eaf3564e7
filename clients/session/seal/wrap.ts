// How a sender's key goes from one page to another under their public keys. Pure.

import { bigEndian, fromText, joined, toText, utf8, type Bytes } from "./bytes";
import { baseKey, baseSize, derives, tagSize } from "./sframe";

/** P-256: every browser that can seal frames has it; X25519 came years later. Points are sent uncompressed. */
const curve = { name: "ECDH", namedCurve: "P-256" } as const;
const publicSize = 65;

/** A page's key pair. The private half cannot be read by anybody, us included, and is gone with the page. */
export interface Pair {
  readonly secret: CryptoKey;
  readonly open: Bytes;
}

export async function newPair(): Promise<Pair> {
  const pair = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  return { secret: pair.privateKey, open: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)) };
}

/** A public key out of a message; null if it is none. */
export function publicKey(text: unknown): Bytes | null {
  return fromText(text, publicSize);
}

/** Who gives which key to whom, in which session; it is worth nothing to anybody else. */
export interface Gift {
  readonly session: string;
  readonly kid: number;
  readonly from: string;
  readonly to: string;
  readonly fromKey: Bytes;
  readonly toKey: Bytes;
}

/** The base key, sealed for one participant by the key of that gift. */
export async function seal(key: CryptoKey, base: Bytes): Promise<string> {
  return toText(new Uint8Array(await crypto.subtle.encrypt(once, key, base)));
}

/** Undoes seal; null if it was not made for us by that sender, or changed. Nobody can read the base key out of what it gives. */
export async function unseal(key: CryptoKey, text: unknown): Promise<CryptoKey | null> {
  const wrapped = fromText(text, baseSize + tagSize);
  if (wrapped === null) return null;
  try {
    return await crypto.subtle.unwrapKey("raw", wrapped, key, once, "HKDF", false, derives);
  } catch {
    return null;
  }
}

/** Each gift has a key of its own, by which nothing else is ever encrypted; so one nonce does for all. */
const once: AesGcmParams = { name: "AES-GCM", iv: new Uint8Array(12), tagLength: tagSize * 8 };

/** The key of a gift, between our secret and their public key. Rejects if that is no point of the curve. */
export async function giftKey(secret: CryptoKey, theirs: Bytes, { session, kid, from, to, fromKey, toKey }: Gift): Promise<CryptoKey> {
  const point = await crypto.subtle.importKey("raw", theirs, curve, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: point }, secret, 256);
  const names = utf8(JSON.stringify(["madoguchi wrap 1", session, from, to]));
  const info = joined(names, bigEndian(kid, 8), fromKey, toKey);
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 128 }, false, ["encrypt", "unwrapKey"]);
}

/** The base key for messages over data channels, beside the one for frames. */
export async function messageBase(base: CryptoKey): Promise<CryptoKey> {
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: utf8("madoguchi messages 1") };
  return baseKey(new Uint8Array(await crypto.subtle.deriveBits(how, base, baseSize * 8)));
}
