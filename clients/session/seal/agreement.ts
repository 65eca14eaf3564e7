import { toText, type Bytes } from "./bytes";
import { Gifts, type Wrapped } from "./gifts";
import { readNotice, writeNotice, type Notice, type Said } from "./notice";
import { Rounds } from "./rounds";
import { baseKey, baseSize, frameKey, type FrameKey } from "./sframe";
import { Turns } from "./turns";
import { messageBase, newPair, type Pair } from "./wrap";

/** What the server says of a session, as far as keys go. */
export interface Meeting {
  readonly session: string;
  readonly own: string;
  /** The others who see and hear us, and whom we see and hear, just now: who may have our key. */
  readonly entitled: readonly string[];
  /** Whom we are about to meet; null where that is nobody, or not known. */
  readonly expected: string | null;
  /** The others who are let in, whether or not something is paused: whose keys the code is about. */
  readonly members: readonly string[];
  /** What everybody has said of their keys. */
  readonly notices: ReadonlyMap<string, string>;
}

/** Our keys: for frames, and for messages over data channels. */
export interface Keys {
  readonly participant: string;
  readonly frames: FrameKey;
  readonly messages: FrameKey;
}

/** What takes the place of a notice once we and `heldFor` are let in. */
export interface HeldNotice {
  readonly held: string;
  readonly heldFor: string;
}

/** What an agreement brings about. */
export interface AgreementEvents {
  /** Tells the others; resolves when the server has it. */
  say(notice: string, later: HeldNotice | null): Promise<void>;
  /** Resolves when the first pictures after an admission are through. */
  rest(): Promise<void>;
  /** From now on we seal with these. */
  onSending(keys: Keys): void;
  /** Somebody has given us theirs. */
  onGiven(gift: Wrapped): void;
  /** The code to be compared, or null while there is none. */
  onCode(code: string | null): void;
}

/** A key we seal with, and who has it. */
interface Own {
  readonly kid: number;
  readonly base: Bytes;
  /** Who has been given it, and under which public key. */
  readonly given: Map<string, { readonly key: string; readonly gift: string }>;
}

/**
 * Agrees on keys with the other pages of a session, through a server that must not learn them. Each page has a key pair and a
 * key it seals with. It gives that key to whoever is entitled to it, sealed under their public key, and takes another one when
 * somebody may no longer have it, or somebody comes who must not read what went before. What it says is its whole state, so a
 * message lost is made good by the next. It speaks in turns, always of the newest state; what others give is taken at once.
 */
export class Agreement {
  private readonly events: AgreementEvents;
  private readonly pair: Promise<Pair> = newPair();
  private readonly rounds: Rounds;
  private readonly taking = new Turns(() => this.expectAndTake());
  private readonly speaking = new Turns(() => this.speak());
  private readonly read = new Map<string, { readonly text: string; readonly said: Said }>();
  private gifts: Gifts | null = null;
  private meeting: Meeting | null = null;
  private own: Own = newKey();
  private sending = -1;
  private said: string | null = null;
  private held: string | null = null;
  private closed = false;

  constructor(events: AgreementEvents) {
    this.events = events;
    this.rounds = new Rounds((code) => {
      if (!this.closed) events.onCode(code);
    });
  }

  /** Takes in what the server says now. */
  told(meeting: Meeting): void {
    this.meeting = meeting;
    this.take(meeting);
    this.taking.ask();
    this.speaking.ask();
  }

  /** The line is another one: what we say is said again. */
  repeat(): void {
    this.said = null;
    if (this.meeting !== null) this.speaking.ask();
  }

  /** Ends it; nothing is brought about any more. */
  close(): void {
    this.closed = true;
    this.meeting = null;
  }

  /** Resolves when everything that follows from what has been told is done. */
  async idle(): Promise<void> {
    await this.taking.idle();
    await this.speaking.idle();
  }

  /** Hands on what others have given us and we can open already. */
  private take(meeting: Meeting): void {
    if (this.gifts === null || this.closed) return;
    for (const [from, notice] of this.able(meeting)) {
      const gift = this.gifts.take(from, notice);
      if (gift !== null) this.events.onGiven(gift);
    }
  }

  private async expectAndTake(): Promise<void> {
    const pair = await this.pair;
    const { meeting } = this;
    if (meeting === null) return;
    this.gifts ??= new Gifts(meeting.session, meeting.own, pair);
    for (const [from, notice] of this.able(meeting)) {
      await this.gifts.expect(from, notice);
      // Others may have come meanwhile, and what this one says may be news.
      if (this.meeting !== null) this.take(this.meeting);
    }
  }

  private async speak(): Promise<void> {
    const pair = await this.pair;
    const { meeting } = this;
    if (meeting === null) return;
    const gifts = (this.gifts ??= new Gifts(meeting.session, meeting.own, pair));
    if (this.wasReleased(meeting)) {
      // Whoever is entitled has our key already; the code can wait, and the page has a first picture to show.
      await this.events.rest();
      this.speaking.ask();
      return;
    }
    if (this.sending === -1) await this.seal(meeting.own);
    const said = this.saidIn(meeting);
    const { session, own, members } = meeting;
    const [round] = await Promise.all([
      this.rounds.takePart({ session, own, key: pair.open, members, said }),
      this.give(meeting, gifts, said),
    ]);
    const { kid, given } = this.own;
    const notice = { key: pair.open, kid, round, gifts: new Map([...given].map(([participant, { gift }]) => [participant, gift])) };
    await this.say(writeNotice(notice, toText), await this.later(meeting, gifts, said, { ...notice, round: null }));
    // Sealed with another key only when the others can have it: else they would hear nothing for a moment.
    if (this.sending !== this.own.kid) await this.seal(own);
  }

  /** What was held for the admission has been told in our name, just now. */
  private wasReleased({ notices, own }: Meeting): boolean {
    const released = this.held !== null && notices.get(own) === this.held;
    if (released) this.held = null;
    return released;
  }

  /** Gives our key to whoever is entitled, another one if those who have it are no longer the same. */
  private async give({ entitled }: Meeting, gifts: Gifts, said: ReadonlyMap<string, Said>): Promise<void> {
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
      const gift = await gifts.make(participant, key, this.own.kid, this.own.base);
      if (gift !== null) this.own.given.set(participant, { key: text, gift });
    }
  }

  /** What the server is to tell in our name with the admission: our key for whom we are about to meet, and for nobody else. */
  private async later({ expected }: Meeting, gifts: Gifts, said: ReadonlyMap<string, Said>, notice: Notice): Promise<HeldNotice | null> {
    const theirs = expected === null ? undefined : said.get(expected);
    if (expected === null || theirs === undefined || theirs === "unable" || this.own.given.size > 0) return null;
    const gift = await gifts.make(expected, theirs.key, notice.kid, this.own.base);
    return gift === null ? null : { heldFor: expected, held: writeNotice({ ...notice, gifts: new Map([[expected, gift]]) }, toText) };
  }

  private async seal(own: string): Promise<void> {
    const { kid, base } = this.own;
    const secret = await baseKey(base);
    const [frames, messages] = await Promise.all([frameKey(kid, secret), messageKey(kid, secret)]);
    if (!this.closed) this.events.onSending({ participant: own, frames, messages });
    this.sending = kid;
  }

  /** Says what has changed. What is not heard is said again with the next step. */
  private async say(notice: string, later: HeldNotice | null): Promise<void> {
    const all = JSON.stringify([notice, later]);
    if (all === this.said || this.closed) return;
    this.said = all;
    this.held = later?.held ?? null;
    try {
      await this.events.say(notice, later);
    } catch {
      this.said = null;
    }
  }

  /** What the others have said, read once. */
  private saidIn({ notices, own }: Meeting): ReadonlyMap<string, Said> {
    const said = new Map<string, Said>();
    for (const [from, text] of notices) {
      if (from === own) continue;
      const known = this.read.get(from);
      const one = known?.text === text ? known : { text, said: readNotice(text) };
      this.read.set(from, one);
      said.set(from, one.said);
    }
    return said;
  }

  private able(meeting: Meeting): [string, Notice][] {
    return [...this.saidIn(meeting)].flatMap(([from, notice]) => (notice === "unable" ? [] : [[from, notice]]));
  }
}

/** The key for messages over data channels that goes with a base key. */
export async function messageKey(kid: number, base: CryptoKey): Promise<FrameKey> {
  return frameKey(kid, await messageBase(base));
}

/** Ids of keys are random, so that no two participants have the same. */
function newKey(): Own {
  const [id = 0] = crypto.getRandomValues(new Uint32Array(1));
  return { kid: id, base: crypto.getRandomValues(new Uint8Array(baseSize)), given: new Map() };
}
