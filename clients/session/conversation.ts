import type { ErrorCode, Numbers, ServerMessage } from "./protocol";

/** An answer that came for a request of an earlier line. */
export type LateAnswer = { re: string; refused: null } | { re: string; refused: { code: ErrorCode; message: string } };

/** Late answers kept for whoever asks again; there are never more requests under way than a person has made. */
const mostLate = 64;

/**
 * What this page says over one line after another (PROTOCOL.md, "Neither lost nor doubled"): every request has an id that
 * is never used twice and grows, what the server has numbered is heard once, and an answer that comes on a later line
 * finds its request.
 */
export class Conversation {
  readonly id: string;
  private ids = 0;
  private lines = 0;
  private heard = 0;
  private readonly late = new Map<string, LateAnswer>();

  constructor(id: string) {
    this.id = id;
  }

  /** Which line of the conversation begins now, from 1. */
  nextLine(): number {
    return ++this.lines;
  }

  /** The id of a new request. */
  nextId(): string {
    return String(++this.ids);
  }

  /** What a message says of the server's numbers, and of its own where `id` is a request that counts. */
  numbers(id?: string): Numbers {
    return { ...(id === undefined ? {} : { seq: Number(id) }), ...(this.heard === 0 ? {} : { ack: this.heard }) };
  }

  /** Takes in a message's number; false if it has been heard before. */
  hear(message: ServerMessage): boolean {
    const { seq } = message as Numbers;
    if (seq === undefined) return true;
    if (seq <= this.heard) return false;
    this.heard = seq;
    return true;
  }

  /** An answer nobody waits for on the present line. */
  keep(answer: LateAnswer): void {
    this.late.set(answer.re, answer);
    for (const oldest of this.late.keys()) {
      if (this.late.size <= mostLate) return;
      this.late.delete(oldest);
    }
  }

  /** The answer that has come for a request meanwhile, once. */
  take(id: string): LateAnswer | null {
    const answer = this.late.get(id) ?? null;
    this.late.delete(id);
    return answer;
  }
}

/** Requests that mean one line or one moment: they are made anew and need no number. */
export function counts(type: string): boolean {
  return type !== "enter" && type !== "offer" && type !== "prepare" && type !== "announce_keys";
}
