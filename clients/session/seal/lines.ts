import type { Bytes } from "./bytes";
import type { Command, LineOptions } from "./commands";
import { KeyRing, TrackOpener, type Fault, type Opened } from "./opener";
import type { Wrapped } from "./gifts";
import { SendingKey, TrackSealer, type Frame } from "./sealer";
import { frameKey } from "./sframe";
import { unseal } from "./wrap";

/** How long a frame waits for its key, or for its sender to be named, milliseconds: longer for pictures, which need each other. */
const holdPicture = 1_500;
const holdSound = 300;
/** Receiving lines a page knows of: those of more connections than it ever has at once. */
const mostLines = 128;
/** How long somebody whose frames come on a line may not be named there, milliseconds, before or after. */
const strangeFor = 5_000;
/** How often a sender is asked for a key frame, milliseconds. */
const askEvery = 500;

/** What a line needs of the browser. */
export interface Surroundings {
  /** Milliseconds that only grow. */
  now(): number;
  after(milliseconds: number, then: () => void): void;
  /** Something was not played. */
  onFault(fault: Fault): void;
}

/** One line: frames go in, and come out as they are to be sent or played, or not at all. */
export interface Line {
  pass(frame: Frame): Promise<Bytes | null>;
}

/**
 * All lines of a page, in its worker. What is to be sent is sealed with the page's key, never in clear unless the page has said
 * so; what arrives is opened, and thrown away if it cannot be. A frame that comes before its key waits a moment, and those
 * behind it with it.
 */
export class Lines {
  private readonly around: Surroundings;
  private readonly ring = new KeyRing();
  private readonly openers = new Map<string, TrackOpener>();
  private readonly names = new Map<string, Naming>();
  /** Asks the encoder of a sending line for a key frame. */
  private readonly encoders = new Set<() => void>();
  private sending: SendingKey | null = null;
  private openly = false;
  private streams = 0;
  private changes = 0;
  /** How often every key has been forgotten. */
  private keys = 0;
  private waiting: (() => void)[] = [];

  constructor(around: Surroundings) {
    this.around = around;
  }

  /** Carries out what the page says: at once, but for a gift, which has to be opened. */
  async obey(command: Command): Promise<void> {
    switch (command.type) {
      case "seal":
        this.sending = new SendingKey(command.key);
        this.beginAnew();
        break;
      case "gift":
        await this.unwrap(command);
        return;
      case "openly":
        if (this.openly === command.openly) return;
        this.openly = command.openly;
        this.beginAnew();
        break;
      case "name":
        this.rename(command.line, command.participant);
        break;
      case "forget":
        this.sending = null;
        this.keys++;
        this.ring.clear();
        break;
    }
    this.tell();
  }

  /** Here and not in the page, which has a screen to draw at the moment of admission. */
  private async unwrap({ participant, kid, key, text }: Wrapped): Promise<void> {
    const { keys } = this;
    const base = await unseal(key, text);
    if (base === null) return;
    const given = { participant, key: await frameKey(kid, base) };
    // What has been forgotten meanwhile is not learnt again.
    if (keys !== this.keys) return;
    this.ring.give(given);
    this.tell();
  }

  private tell(): void {
    this.changes++;
    for (const go of this.waiting.splice(0)) go();
  }

  private rename(line: string, now: string | null): void {
    const before = this.names.get(line)?.now ?? null;
    this.names.set(line, { now, before, since: this.around.now() });
    const opener = this.openers.get(line);
    if (opener !== undefined) opener.expected = now;
  }

  /** A line by which the page sends; `keyframe` asks its encoder for one. */
  send({ purpose }: LineOptions, keyframe: () => void): Line {
    const sealer = new TrackSealer({ purpose, stream: this.streams++ % 256 });
    if (purpose !== "voice" && purpose !== "stethoscope") this.encoders.add(keyframe);
    return {
      pass: async (frame) => {
        if (this.openly) return frame.data;
        return this.sending === null ? null : sealer.seal(this.sending, frame);
      },
    };
  }

  /** A line on which the page receives; `keyframe` asks the sender for one. */
  receive({ purpose, line }: LineOptions, keyframe: () => void): Line {
    const opener = new TrackOpener(purpose, this.ring);
    opener.expected = this.names.get(line)?.now ?? null;
    this.openers.set(line, opener);
    const oldest = this.openers.keys().next();
    if (this.openers.size > mostLines && oldest.done !== true) {
      this.openers.delete(oldest.value);
      this.names.delete(oldest.value);
    }
    return new ReceivingLine(opener, this.around, keyframe, {
      openly: () => this.openly,
      changes: () => this.changes,
      changed: (within) => this.changed(within),
      naming: () => this.names.get(line) ?? nobody,
    });
  }

  /** Whoever gets the new key, or everything in clear, is to see something at once. */
  private beginAnew(): void {
    for (const keyframe of this.encoders) keyframe();
  }

  /** Resolves when the page has said something, or the time is over. */
  private changed(within: number): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.around.after(within, resolve);
    });
  }
}

/** Who is named on a line, who was before, and since when. */
interface Naming {
  readonly now: string | null;
  readonly before: string | null;
  readonly since: number;
}

const nobody: Naming = { now: null, before: null, since: -Infinity };

interface Shared {
  openly(): boolean;
  changes(): number;
  changed(within: number): Promise<void>;
  naming(): Naming;
}

class ReceivingLine implements Line {
  private readonly opener: TrackOpener;
  private readonly around: Surroundings;
  private readonly keyframe: () => void;
  private readonly shared: Shared;
  /** What the page had said when we last waited in vain: until it says more, waiting is no use. */
  private inVain = -1;
  /** A picture is missing, so that those after it show nothing before the next key frame. */
  private broken = false;
  private asked = -Infinity;
  private suspected = false;

  constructor(opener: TrackOpener, around: Surroundings, keyframe: () => void, shared: Shared) {
    this.opener = opener;
    this.around = around;
    this.keyframe = keyframe;
    this.shared = shared;
  }

  async pass(frame: Frame): Promise<Bytes | null> {
    const opened = await this.open(frame);
    if ("fault" in opened) {
      this.around.onFault(opened.fault);
      if (opened.fault === "foreign" && opened.from !== undefined) this.suspect(opened.from);
      if (frame.kind !== "sound" && !isDouble(opened.fault)) this.broken = true;
      return null;
    }
    return this.mend(frame) ? opened.data : null;
  }

  private async open(frame: Frame): Promise<Opened> {
    const until = this.around.now() + (frame.kind === "sound" ? holdSound : holdPicture);
    for (;;) {
      const opened = await this.opener.open(frame, this.shared.openly());
      if (!("fault" in opened) || !this.mayComeRight(opened)) return opened;
      const left = until - this.around.now();
      const before = this.shared.changes();
      if (left <= 0 || before === this.inVain) {
        this.inVain = before;
        return opened;
      }
      await this.shared.changed(left);
    }
  }

  /** Whether a frame may be played yet, if the page says more. */
  private mayComeRight(opened: Extract<Opened, { fault: Fault }>): boolean {
    return opened.fault === "keyless" || (opened.fault === "foreign" && !this.wasNamed(opened.from));
  }

  /** Frames of whoever was on the line before may be under way still. */
  private wasNamed(participant: string | undefined): boolean {
    const { before, since } = this.shared.naming();
    return before === participant && this.around.now() - since < strangeFor;
  }

  /** Somebody's frames come where somebody else is named: the page may hear of a change late, but not much later. */
  private suspect(participant: string): void {
    if (this.suspected || this.shared.naming().now === null || this.wasNamed(participant)) return;
    this.suspected = true;
    const from = this.around.now();
    this.around.after(strangeFor, () => {
      this.suspected = false;
      const { now, before, since } = this.shared.naming();
      const namedMeanwhile = now === participant || (before === participant && since >= from);
      if (!namedMeanwhile) this.around.onFault("swapped");
    });
  }

  /**
   * Whether a picture may be shown: the decoder does not know that something was withheld from it, and would make of what follows
   * whatever it can. So nothing is shown before the next key frame, which is asked for.
   */
  private mend({ kind }: Frame): boolean {
    if (kind === "key") this.broken = false;
    if (!this.broken || kind === "sound") return true;
    if (this.around.now() - this.asked >= askEvery) {
      this.asked = this.around.now();
      this.keyframe();
    }
    return false;
  }
}

/** It has been played already, so nothing is missing. */
function isDouble(fault: Fault): boolean {
  return fault === "replayed" || fault === "repeated";
}
