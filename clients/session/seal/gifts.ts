import { toText, type Bytes } from "./bytes";
import type { Notice } from "./notice";
import { giftKey, seal, type Gift, type Pair } from "./wrap";

/** Most gifts a page remembers, of either kind: those of more pages than a session ever has. */
const most = 256;

/** Somebody's key for us, sealed, with what opens it: another thread may do that. */
export interface Wrapped {
  readonly participant: string;
  readonly kid: number;
  readonly key: CryptoKey;
  readonly text: string;
}

/**
 * What opens and closes gifts, worked out ahead: between hearing of an admission and the first picture there is time for little,
 * and the page is busy drawing.
 */
export class Gifts {
  private readonly session: string;
  private readonly own: string;
  private readonly pair: Pair;
  private readonly openers = new Map<string, CryptoKey | null>();
  private readonly closed = new Map<string, string>();
  private readonly taken = new Set<string>();

  constructor(session: string, own: string, pair: Pair) {
    this.session = session;
    this.own = own;
    this.pair = pair;
  }

  /** Works out what will open gifts of `from`, by what it has said of its keys. */
  async expect(from: string, notice: Notice): Promise<void> {
    const name = nameOf(from, notice);
    if (this.openers.has(name)) return;
    const gift = this.giftFrom(from, notice);
    remember(this.openers, name, await giftKey(this.pair.secret, notice.key, gift).catch(() => null));
  }

  /** The gift in a notice of `from`, once; null if there is none for us, it has been taken, or it was not expected. */
  take(from: string, notice: Notice): Wrapped | null {
    const text = notice.gifts.get(this.own);
    const key = this.openers.get(nameOf(from, notice));
    const name = `${nameOf(from, notice)} ${text}`;
    if (text === undefined || key == null || this.taken.has(name)) return null;
    this.taken.add(name);
    const [oldest] = this.taken;
    if (this.taken.size > most && oldest !== undefined) this.taken.delete(oldest);
    return { participant: from, kid: notice.kid, key, text };
  }

  /** A key of ours, sealed for `to`; null where its public key is none. The same one each time. */
  async make(to: string, theirs: Bytes, kid: number, base: Bytes): Promise<string | null> {
    const name = `${to} ${toText(theirs)} ${kid}`;
    const made = this.closed.get(name);
    if (made !== undefined) return made;
    const gift: Gift = { session: this.session, kid, from: this.own, to, fromKey: this.pair.open, toKey: theirs };
    const text = await giftKey(this.pair.secret, theirs, gift).then((key) => seal(key, base)).catch(() => null);
    if (text !== null) remember(this.closed, name, text);
    return text;
  }

  private giftFrom(from: string, { kid, key }: Notice): Gift {
    return { session: this.session, kid, from, to: this.own, fromKey: key, toKey: this.pair.open };
  }
}

function nameOf(from: string, { kid, key }: Notice): string {
  return `${from} ${kid} ${toText(key)}`;
}

function remember<T>(map: Map<string, T>, name: string, value: T): void {
  map.set(name, value);
  const oldest = map.keys().next();
  if (map.size > most && oldest.done !== true) map.delete(oldest.value);
}
