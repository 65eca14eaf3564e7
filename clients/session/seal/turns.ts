/**
 * Work that follows from the newest state: asked for while it is under way, it is done once more afterwards, so the last state
 * is always looked at and no two rounds run at once.
 */
export class Turns {
  private readonly work: () => Promise<void>;
  private running: Promise<void> | null = null;
  private asked = false;

  constructor(work: () => Promise<void>) {
    this.work = work;
  }

  ask(): void {
    this.asked = true;
    this.running ??= this.run().finally(() => {
      this.running = null;
      // Something may have been asked for after the last look.
      if (this.asked) this.ask();
    });
  }

  /** Resolves when everything asked for is done. */
  async idle(): Promise<void> {
    while (this.running !== null) await this.running;
  }

  private async run(): Promise<void> {
    while (this.asked) {
      this.asked = false;
      await this.work();
    }
  }
}
