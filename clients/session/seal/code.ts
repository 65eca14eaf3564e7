// The code people read to each other. Pure.
//
// A server in the middle could give each page keys of its own. To be found out, all pages derive a few digits from all public keys;
// read aloud, they are the same only if the keys are. So that six digits are enough, each page adds a random number to which it has
// bound itself by a hash before it learns those of the others: nobody can try numbers until the digits fit (Vaudenay 2005; ZRTP,
// RFC 6189 section 4.4.1.1). A page takes one number for each set of keys and never another, so nobody can have it try again either.

import { joined, toText, utf8, type Bytes } from "./bytes";

/** Whose keys the code is about. */
export interface Roll {
  readonly participant: string;
  readonly key: Bytes;
}

export const nonceSize = 16;
/** Digits of the code: one in a million to go unnoticed. */
const digits = 6;

/** Names a set of participants and their keys. */
export async function rosterOf(session: string, members: readonly Roll[]): Promise<string> {
  const listed = members.toSorted((a, b) => (a.participant < b.participant ? -1 : 1)).map(({ participant, key }) => [participant, toText(key)]);
  return toText((await hash(utf8(JSON.stringify(["madoguchi roster 1", session, listed])))).slice(0, 16));
}

/** Binds a member to its number without telling it. */
export async function commitment(roster: string, participant: string, nonce: Bytes): Promise<string> {
  return toText(await hash(joined(utf8(JSON.stringify(["madoguchi commitment 1", roster, participant])), nonce)));
}

/** The digits, from the numbers of everybody in the roster. */
export async function codeOf(roster: string, nonces: ReadonlyMap<string, Bytes>): Promise<string> {
  const listed = [...nonces].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([participant, nonce]) => [participant, toText(nonce)]);
  const value = await hash(utf8(JSON.stringify(["madoguchi code 1", roster, listed])));
  // 48 bits, of which the remainder is even enough.
  const number = value.slice(0, 6).reduce((sum, byte) => sum * 256 + byte, 0);
  return String(number % 10 ** digits).padStart(digits, "0");
}

async function hash(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
