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
  private readonly names = new Map<string, string | null>();
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
        this.names.set(command.line, command.participant);
        for (const [line, opener] of this.openers) opener.expected = this.names.get(line) ?? null;
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
    opener.expected = this.names.get(line) ?? null;
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

interface Shared {
  openly(): boolean;
  changes(): number;
  changed(within: number): Promise<void>;
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
      if (frame.kind !== "sound") this.broken = true;
      return null;
    }
    this.mend(frame);
    return opened.data;
  }

  private async open(frame: Frame): Promise<Opened> {
    const until = this.around.now() + (frame.kind === "sound" ? holdSound : holdPicture);
    for (;;) {
      const opened = await this.opener.open(frame, this.shared.openly());
      if (!("fault" in opened) || !mayComeRight(opened.fault)) return opened;
      const left = until - this.around.now();
      const before = this.shared.changes();
      if (left <= 0 || before === this.inVain) {
        this.inVain = before;
        return opened;
      }
      await this.shared.changed(left);
    }
  }

  /** The decoder does not know that something was withheld from it. */
  private mend({ kind }: Frame): void {
    if (kind === "key") this.broken = false;
    if (!this.broken || kind === "sound" || this.around.now() - this.asked < askEvery) return;
    this.asked = this.around.now();
    this.keyframe();
  }
}

/** Whether a frame may be played yet, if the page says more. */
function mayComeRight(fault: Fault): boolean {
  return fault === "keyless" || fault === "foreign";
}
