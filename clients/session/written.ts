import type { Browser } from "./browser";
import { Latest } from "./latest";
import { Letters } from "./letters";
import type { Channels } from "./peer";
import type { Channel } from "./seal/channel";
import { Talk } from "./talk";
import type { TalkMessage } from "./types";

/** Everything that goes over the session's two data channels: what people say in writing, what pages tell each other, what is only shown. */
export class Written {
  readonly talk: Talk;
  readonly latest: Latest;
  readonly letters: Letters;

  constructor(browser: Browser, clock: () => number, onTalk: (messages: readonly TalkMessage[]) => void) {
    this.talk = new Talk(browser, clock, onTalk);
    this.latest = new Latest(browser);
    this.letters = new Letters(browser);
  }

  attach(channels: Record<keyof Channels, Channel> | null): void {
    this.talk.attach(channels?.talk ?? null);
    this.letters.attach(channels?.talk ?? null);
    this.latest.attach(channels?.latest ?? null);
  }

  /** Who we are, and who else is let in and connected. */
  address(own: string | null, audience: readonly string[]): void {
    this.talk.address(own, audience);
    this.letters.address(own, audience);
  }

  /** Forgets everything, written or received. */
  clear(): void {
    this.talk.clear();
    this.letters.clear();
    this.latest.clear();
  }
}
