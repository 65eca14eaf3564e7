import type { Socket } from "./browser";
import type { ClientMessage, ServerMessage } from "./protocol";

/** One end of a WebSocket; the test, or FakeServer, is the other. */
export class FakeSocket implements Socket {
  readonly url: string;
  readonly heard: ClientMessage[] = [];
  /** Code it was closed with from this side. */
  closedWith: number | null = null;
  onOpen: (() => void) | null = null;
  onText: ((text: string) => void) | null = null;
  onClose: ((code: number) => void) | null = null;
  /** Told of every message the library sends. */
  onMessage: (message: ClientMessage) => void = () => {};
  private over = false;

  constructor(url: string) {
    this.url = url;
  }

  get isOpen(): boolean {
    return !this.over;
  }

  /** The far end accepts the connection. */
  accept(): void {
    this.onOpen?.();
  }

  /** The far end says something. */
  say(message: ServerMessage): void {
    this.sayText(JSON.stringify(message));
  }

  sayText(text: string): void {
    if (!this.over) this.onText?.(text);
  }

  /** The connection ends, from afar or by itself. */
  break(code = 1006): void {
    if (this.over) return;
    this.over = true;
    this.onClose?.(code);
  }

  send(text: string): void {
    if (this.over) return;
    const message = JSON.parse(text) as ClientMessage;
    this.heard.push(message);
    this.onMessage(message);
  }

  close(code?: number): void {
    if (this.over) return;
    this.over = true;
    this.closedWith = code ?? 1005;
  }

  /** Messages of one type that were sent. */
  sent<T extends ClientMessage["type"]>(type: T): (ClientMessage & { type: T })[] {
    return this.heard.filter((message): message is ClientMessage & { type: T } => message.type === type);
  }
}
