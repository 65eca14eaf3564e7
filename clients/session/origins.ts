import type { Browser } from "./browser";

const kept = "madoguchi.origins";

/** Most servers that are remembered. */
const most = 8;

/**
 * The servers by which this page can reach the service: the one it came from, and those it has been told of. They share
 * everything, so after a lost line the next one is as good as the last. What was told is kept for this tab, because a page
 * that was loaded again may find the first one away.
 */
export class Origins {
  private readonly browser: Browser;
  private all: readonly string[];
  private at = 0;

  constructor(browser: Browser) {
    this.browser = browser;
    this.all = [browser.origin, ...read(browser.load(kept)).filter((one) => one !== browser.origin)];
  }

  /** Where requests go now. */
  get current(): string {
    return this.all[this.at] ?? this.browser.origin;
  }

  /** How many there are. */
  get count(): number {
    return this.all.length;
  }

  /** The server has told of others; those told before are forgotten. */
  told(others: readonly string[]): void {
    const now = this.current;
    const list = [...new Set([this.browser.origin, ...others])].slice(0, most);
    this.all = list;
    this.at = Math.max(0, list.indexOf(now));
    if (list.length > 1) this.browser.store(kept, JSON.stringify(list.slice(1)));
    else this.browser.remove(kept);
  }

  /** The present one did not answer, or has let us go: the next one, round about. */
  next(): void {
    this.at = (this.at + 1) % this.all.length;
  }
}

function read(text: string | null): string[] {
  try {
    const list: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(list) ? list.filter((one): one is string => typeof one === "string").slice(0, most - 1) : [];
  } catch {
    return [];
  }
}
