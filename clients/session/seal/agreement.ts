import { toText, type Bytes } from "./bytes";
import { codeOf, commitment, nonceSize, rosterOf, type Roll } from "./code";
import { readNotice, writeNotice, type Notice, type Round, type Said } from "./notice";
import { baseSize, frameKey, type FrameKey } from "./sframe";
import { messageBase, newPair, unwrap, wrap, type Gift, type Pair } from "./wrap";

/** What the server says of a session, as far as keys go. */
export interface Meeting {
  readonly session: string;
  readonly own: string;
  /** The others who see and hear us, and whom we see and hear, just now: who may have our key. */
  readonly entitled: readonly string[];
  /** The others who are let in, whether or not something is paused: whose keys the code is about. */
  readonly members: readonly string[];
  /** What everybody has said of their keys. */
  readonly notices: ReadonlyMap<string, string>;
}

/** Keys of one participant: for frames, and for messages over data channels. */
export interface Keys {
  readonly participant: string;
  readonly frames: FrameKey;
  readonly messages: FrameKey;
}

/** What an agreement brings about. */
export interface AgreementEvents {
  /** Tells the others; resolves when the server has it. */
  say(notice: string): Promise<void>;
  /** From now on we seal with these. */
  onSending(keys: Keys): void;
  /** Somebody has given us theirs. */
  onGiven(keys: Keys): void;
  /** The code to be compared, or null while there is none. */
  onCode(code: string | null): void;
}

/** Most sets of participants for which a page takes part in a code: each is a chance in a million for somebody in the middle. */
const mostRounds = 200;

/** A key we seal with, and who has it. */
interface Own {
  readonly kid: number;
  readonly base: Bytes;
  /** Who has been given it, and under which public key. */
  readonly given: Map<string, { readonly key: string; readonly gift: string }>;
}

/** Our number for a code, and what the others are bound to. */
interface Bound {
  readonly nonce: Bytes;
  readonly commitment: string;
  readonly others: Map<string, string>;
}

/**
 * Agrees on keys with the other pages of a session, through a server that must not learn them. Each page has a key pair and a
 * key it seals with. It gives that key to whoever is entitled to it, sealed under their public key, and takes another one when
 * somebody may no longer have it, or somebody comes who must not read what went before. What it says is its whole state, so a
 * message lost is made good by the next. Steps are taken one after the other, always with the newest state.
 */
export class Agreement {
  private readonly events: AgreementEvents;
  private readonly pair: Promise<Pair>;
  private meeting: Meeting | null = null;
  private own: Own = newKey();
  private sending = -1;
  private readonly opened = new Set<string>();
  private readonly rounds = new Map<string, Bound>();
  private code: string | null = null;
  private said: string | null = null;
  private running: Promise<void> | null = null;
  private asked = false;
  private closed = false;

  constructor(events: AgreementEvents) {
    this.events = events;
    this.pair = newPair();
  }

  /** Takes in what the server says now. */
  told(meeting: Meeting): void {
    this.meeting = meeting;
    this.run();
  }

  /** The line is another one: what we say is said again. */
  repeat(): void {
    this.said = null;
    this.run();
  }

  /** Ends it; nothing is brought about any more. */
  close(): void {
    this.closed = true;
    this.meeting = null;
  }

  /** Resolves when everything that follows from what has been told is done. */
  async idle(): Promise<void> {
    while (this.running !== null) await this.running;
  }

  private run(): void {
    this.asked = true;
    this.running ??= this.steps().finally(() => {
      this.running = null;
      // Something may have been told after the last look.
      if (this.asked && !this.closed && this.meeting !== null) this.run();
    });
  }

  private async steps(): Promise<void> {
    const pair = await this.pair;
    while (this.asked && !this.closed && this.meeting !== null) {
      this.asked = false;
      await this.step(this.meeting, pair);
    }
  }

  private async step(meeting: Meeting, pair: Pair): Promise<void> {
    const said = new Map([...meeting.notices].map(([participant, text]) => [participant, readNotice(text)]));
    said.delete(meeting.own);
    await this.take(meeting, pair, said);
    if (this.sending === -1) await this.seal(meeting.own);
    await this.give(meeting, pair, said);
    const round = await this.takePart(meeting, pair, said);
    const gifts = new Map([...this.own.given].map(([participant, { gift }]) => [participant, gift]));
    await this.say(writeNotice({ key: pair.open, kid: this.own.kid, gifts, round }, toText));
    // Sealed with another key only when the others can have it: else they would hear nothing for a moment.
    if (this.sending !== this.own.kid) await this.seal(meeting.own);
  }

  /** Opens what others have given us. */
  private async take({ session, own }: Meeting, pair: Pair, said: ReadonlyMap<string, Said>): Promise<void> {
    for (const [from, notice] of said) {
      if (notice === "unable") continue;
      const wrapped = notice.gifts.get(own);
      const name = `${from} ${notice.kid} ${wrapped}`;
      if (wrapped === undefined || this.opened.has(name)) continue;
      this.opened.add(name);
      const gift: Gift = { session, kid: notice.kid, from, to: own, fromKey: notice.key, toKey: pair.open };
      const base = await unwrap(pair.secret, gift, wrapped);
      if (base !== null) await this.hand(from, notice.kid, base, (keys) => this.events.onGiven(keys));
    }
  }

  /** Gives our key to whoever is entitled, another one if those who have it are no longer the same. */
  private async give({ session, own, entitled }: Meeting, pair: Pair, said: ReadonlyMap<string, Said>): Promise<void> {
    const able = entitled.flatMap((participant) => {
      const notice = said.get(participant);
      return notice === undefined || notice === "unable" ? [] : [{ participant, key: notice.key }];
    });
    const { given } = this.own;
    const somebodyLeft = [...given.keys()].some((one) => !entitled.includes(one));
    const somebodyCame = given.size > 0 && able.some(({ participant }) => !given.has(participant));
    if (somebodyLeft || somebodyCame) this.own = newKey();
    for (const { participant, key } of able) {
      const text = toText(key);
      if (this.own.given.get(participant)?.key === text) continue;
      const gift: Gift = { session, kid: this.own.kid, from: own, to: participant, fromKey: pair.open, toKey: key };
      const wrapped = await wrap(pair.secret, gift, this.own.base).catch(() => null);
      if (wrapped !== null) this.own.given.set(participant, { key: text, gift: wrapped });
    }
  }

  /** Our part in the code, which becomes known as soon as everybody has told theirs. */
  private async takePart({ session, own, members }: Meeting, pair: Pair, said: ReadonlyMap<string, Said>): Promise<Round | null> {
    const others: { participant: string; notice: Notice }[] = [];
    for (const participant of members) {
      const notice = said.get(participant);
      if (notice === undefined || notice === "unable") return this.noCode();
      others.push({ participant, notice });
    }
    if (others.length === 0) return this.noCode();
    const roll: Roll[] = [{ participant: own, key: pair.open }, ...others.map(({ participant, notice }) => ({ participant, key: notice.key }))];
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
    if (code === this.code || this.closed) return;
    this.code = code;
    this.events.onCode(code);
  }

  private async seal(own: string): Promise<void> {
    const { kid, base } = this.own;
    await this.hand(own, kid, base, (keys) => this.events.onSending(keys));
    this.sending = kid;
  }

  private async hand(participant: string, kid: number, base: Bytes, to: (keys: Keys) => void): Promise<void> {
    const [frames, messages] = await Promise.all([frameKey(kid, base), messageBase(base).then((one) => frameKey(kid, one))]);
    if (!this.closed) to({ participant, frames, messages });
  }

  /** Says what has changed. What is not heard is said again with the next step. */
  private async say(notice: string): Promise<void> {
    if (notice === this.said || this.closed) return;
    this.said = notice;
    try {
      await this.events.say(notice);
    } catch {
      this.said = null;
    }
  }
}

/** Ids of keys are random, so that no two participants have the same. */
function newKey(): Own {
  const [id = 0] = crypto.getRandomValues(new Uint32Array(1));
  return { kid: id, base: crypto.getRandomValues(new Uint8Array(baseSize)), given: new Map() };
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
