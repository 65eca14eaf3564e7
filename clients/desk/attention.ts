import { useEffect, useRef } from "react";
import type { Sound } from "../ui/work/sound";
import { newlyWaiting } from "../ui/plan/day";

/** While somebody waits and nobody looks at the page, the chime comes again this often (ms). */
const remindEvery = 60_000;

/**
 * Makes an arrival known to somebody who looks elsewhere: chime, title of the tab, and a notification where the
 * browser has been allowed to show them. It asks for no permission; a dialog in a consultation would be worse.
 */
export function useAttention(waiting: readonly string[], words: { title: string; arrived: string }, sound: Sound) {
  const before = useRef<readonly string[] | null>(null);
  const { title, arrived } = words;

  useEffect(() => {
    document.title = title;
  }, [title]);

  useEffect(() => {
    const fresh = newlyWaiting(before.current ?? [], waiting);
    before.current = waiting;
    if (fresh.length === 0) return undefined;
    sound.chime();
    return notify(arrived);
  }, [waiting, arrived, sound]);

  const someone = waiting.length > 0;
  useEffect(() => {
    if (!someone) return undefined;
    const timer = setInterval(() => {
      if (document.hidden) sound.chime();
    }, remindEvery);
    return () => clearInterval(timer);
  }, [someone, sound]);
}

/** Shows a notification if the tab is hidden and it is already allowed; returns the way to take it back. */
function notify(text: string): (() => void) | undefined {
  if (!document.hidden || typeof Notification === "undefined" || Notification.permission !== "granted") return undefined;
  // No name goes into it: notifications stay in lists of the operating system.
  const shown = new Notification(text, { tag: "madoguchi-waiting" });
  shown.addEventListener("click", () => window.focus());
  return () => shown.close();
}
