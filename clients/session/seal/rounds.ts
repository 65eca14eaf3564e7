import type { Bytes } from "./bytes";
import { codeOf, commitment, nonceSize, rosterOf, type Roll } from "./code";
import type { Notice, Round, Said } from "./notice";

/** Most sets of participants for which a page takes part in a code: each is a chance in a million for somebody in the middle. */
const mostRounds = 200;

/** Our number for a code, and what the others are bound to. */
interface Bound {
  readonly nonce: Bytes;
  readonly commitment: string;
  readonly others: Map<string, string>;
}

/** Whose keys a code is about, and what they have said. */
export interface Circle {
  readonly session: string;
  readonly own: string;
  readonly key: Bytes;
  readonly members: readonly string[];
  readonly said: ReadonlyMap<string, Said>;
}

/** Takes part in the codes people compare (code.ts): once for each set of keys. */
export class Rounds {
  private readonly onCode: (code: string | null) => void;
  private readonly rounds = new Map<string, Bound>();
  private code: string | null = null;

  constructor(onCode: (code: string | null) => void) {
    this.onCode = onCode;
  }

  /** What we say now in a circle; null while there is none, or somebody cannot take part. */
  async takePart({ session, own, key, members, said }: Circle): Promise<Round | null> {
    const others: { participant: string; notice: Notice }[] = [];
    for (const participant of members) {
      const notice = said.get(participant);
      if (notice === undefined || notice === "unable") return this.noCode();
      others.push({ participant, notice });
    }
    if (others.length === 0) return this.noCode();
    const roll: Roll[] = [{ participant: own, key }, ...others.map(({ participant, notice }) => ({ participant, key: notice.key }))];
    const roster = await rosterOf(session, roll);
    const bound = await this.bind(roster, own);
    if (bound === null) return this.noCode();
    const rounds = others.map(({ participant, notice }) => ({ participant, round: notice.round?.roster === roster ? notice.round : null }));
    for (const { participant, round } of rounds) {
      // The first word counts: whoever binds itself anew has seen our number.
      if (round !== null && !bound.others.has(participant)) bound.others.set(participant, round.commitment);
    }
    const allBound = others.every(({ participant }) => bound.others.has(participant));
    this.know(allBound ? await numbered(roster, own, bound, rounds) : null);
    return { roster, commitment: bound.commitment, nonce: allBound ? bound.nonce : null };
  }

  private async bind(roster: string, own: string): Promise<Bound | null> {
    const known = this.rounds.get(roster);
    if (known !== undefined) return known;
    if (this.rounds.size >= mostRounds) return null;
    const nonce = crypto.getRandomValues(new Uint8Array(nonceSize));
    const bound: Bound = { nonce, commitment: await commitment(roster, own, nonce), others: new Map() };
    this.rounds.set(roster, bound);
    return bound;
  }

  private noCode(): null {
    this.know(null);
    return null;
  }

  private know(code: string | null): void {
    if (code === this.code) return;
    this.code = code;
    this.onCode(code);
  }
}

/** The code, if every number is the one its owner was bound to. */
async function numbered(roster: string, own: string, bound: Bound, rounds: readonly { participant: string; round: Round | null }[]): Promise<string | null> {
  const nonces = new Map([[own, bound.nonce]]);
  for (const { participant, round } of rounds) {
    if (round?.nonce == null) return null;
    if ((await commitment(roster, participant, round.nonce)) !== bound.others.get(participant)) return null;
    nonces.set(participant, round.nonce);
  }
  return codeOf(roster, nonces);
}
