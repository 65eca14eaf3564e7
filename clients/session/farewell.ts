import type { Link } from "./link";
import type { SeatState } from "./reduce";

/** A session that was left without the server having heard it. Until it does it keeps the place. */
export class Farewell {
  private unsaid: string | null = null;

  constructor(
    private readonly link: Pick<Link, "request">,
    private readonly state: () => SeatState,
    private readonly roomToken: (session: string) => Promise<{ token: string }>,
  ) {}

  /** The server has not heard that this session was left. */
  unheard(session: string): void {
    this.unsaid = session;
  }

  forget(): void {
    this.unsaid = null;
  }

  /** Tells the server, as soon as there is a line. This goes past the state, in which the session is over. */
  async say(): Promise<void> {
    const session = this.unsaid;
    if (session === null || this.state().entered !== null) return;
    this.unsaid = null;
    const open = this.state().sessions?.some((one) => one.id === session && one.state !== "closed");
    if (open !== true) return;
    try {
      const { token } = await this.roomToken(session);
      if (this.state().entered !== null) return;
      await this.link.request({ type: "enter", token });
      // Whoever has entered another session meanwhile has thereby left this one, and must not be made to leave that.
      if (this.state().entered === null) await this.link.request({ type: "leave" });
    } catch (error) {
      this.unsaid = session;
      throw error;
    }
  }
}
