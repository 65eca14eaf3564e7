// SFrame (RFC 9605) as far as we use it: header, keys and one ciphersuite, over WebCrypto. Pure.

import { bigEndian, joined, numberOf, utf8, type Bytes } from "./bytes";

/** AES_128_GCM_SHA256_128 (RFC 9605 section 4.5): key of 16 bytes, nonce of 12, tag of 16. */
const suite = 0x0004;
const keySize = 16;
const nonceSize = 12;
export const tagSize = 16;

/** Bytes of the base key everything else of one sender is derived from. */
export const baseSize = 16;

/** Key ids and counters have at most six bytes here, which a number holds exactly. */
export const mostNumber = 2 ** 48 - 1;
const mostBytes = 6;

/** What one base key gives. It cannot be read out of the CryptoKey, and may be posted to a worker. */
export interface FrameKey {
  readonly kid: number;
  readonly key: CryptoKey;
  readonly salt: Bytes;
}

/** What may be done with a base key. */
export const derives: KeyUsage[] = ["deriveBits", "deriveKey"];

/** A base key as WebCrypto holds it. */
export function baseKey(base: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", base, "HKDF", false, derives);
}

/** Derives key and salt of `kid` from a base key (RFC 9605 section 4.4.2); both at once, since a picture may wait for them. */
export async function frameKey(kid: number, base: CryptoKey): Promise<FrameKey> {
  const how = (label: string): HkdfParams => {
    const info = joined(utf8(label), bigEndian(kid, 8), bigEndian(suite, 2));
    return { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  };
  const [key, salt] = await Promise.all([
    crypto.subtle.deriveKey(how("SFrame 1.0 Secret key "), base, { name: "AES-GCM", length: keySize * 8 }, false, ["encrypt", "decrypt"]),
    crypto.subtle.deriveBits(how("SFrame 1.0 Secret salt "), base, nonceSize * 8),
  ]);
  return { kid, key, salt: new Uint8Array(salt) };
}

/** What a header says: whose key, and which number under it. */
export interface Header {
  readonly kid: number;
  readonly ctr: number;
}

/** Writes a header (RFC 9605 section 4.3), in as few bytes as it can be written. */
export function writeHeader({ kid, ctr }: Header): Bytes {
  const [k, kidBytes] = field(kid);
  const [c, ctrBytes] = field(ctr);
  return joined(Uint8Array.of((k << 4) | c), kidBytes, ctrBytes);
}

/** Reads a header that is exactly these bytes; null unless writeHeader would have written them. */
export function readHeader(bytes: Uint8Array): Header | null {
  const config = bytes[0];
  if (config === undefined) return null;
  const kidSize = sizeOf(config >> 4);
  const ctrSize = sizeOf(config & 0x0f);
  if (kidSize > mostBytes || ctrSize > mostBytes || bytes.length !== 1 + kidSize + ctrSize) return null;
  const kid = kidSize === 0 ? config >> 4 : numberOf(bytes.subarray(1, 1 + kidSize));
  const ctr = ctrSize === 0 ? config & 0x0f : numberOf(bytes.subarray(1 + kidSize));
  return shortest(kid, kidSize) && shortest(ctr, ctrSize) ? { kid, ctr } : null;
}

/** Encrypts under a counter that must never be used with this key again. `metadata` is authenticated and not sent. */
export async function encrypt(key: FrameKey, header: Bytes, ctr: number, metadata: Uint8Array, plain: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.encrypt(parameters(key, header, ctr, metadata), key.key, plain));
}

/** Undoes encrypt; null if anything of it has been changed. */
export async function decrypt(key: FrameKey, header: Bytes, ctr: number, metadata: Uint8Array, sealed: Bytes): Promise<Bytes | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters(key, header, ctr, metadata), key.key, sealed));
  } catch {
    return null; // WebCrypto says no more than OperationError, on purpose
  }
}

function parameters({ salt }: FrameKey, header: Bytes, ctr: number, metadata: Uint8Array): AesGcmParams {
  const number = bigEndian(ctr, nonceSize);
  const iv = salt.map((byte, at) => byte ^ (number[at] ?? 0));
  return { name: "AES-GCM", iv, additionalData: joined(header, metadata), tagLength: tagSize * 8 };
}

/** Four bits of the first byte, and the bytes that follow: small numbers are in the four bits. */
function field(value: number): [bits: number, bytes: Bytes] {
  if (value < 8) return [value, new Uint8Array(0)];
  let size = 1;
  while (value >= 256 ** size) size++;
  return [8 | (size - 1), bigEndian(value, size)];
}

function sizeOf(bits: number): number {
  return (bits & 8) === 0 ? 0 : (bits & 7) + 1;
}

function shortest(value: number, size: number): boolean {
  return field(value)[1].length === size;
}
