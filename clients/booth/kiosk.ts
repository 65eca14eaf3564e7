/** What makes a browser tab a booth: nothing to get lost in, and nothing that falls asleep. */
import { useEffect, useRef } from "react";

/** No context menu, no dragging of pictures, no pinching out of the page. */
export function useKiosk(): void {
  useEffect(() => {
    const refuse = (event: Event) => event.preventDefault();
    const events = ["contextmenu", "dragstart", "gesturestart"];
    for (const name of events) addEventListener(name, refuse);
    return () => {
      for (const name of events) removeEventListener(name, refuse);
    };
  }, []);
}

/** Keeps the screen lit as long as the page is seen. Where the browser cannot, the device's own setting has to do. */
export function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    let over = false;
    const ask = async () => {
      if (over || document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
      try {
        const got = await navigator.wakeLock.request("screen");
        if (over) await got.release();
        else lock = got;
      } catch {
        // Refused, for instance on a nearly empty battery; it is asked again when the page is next shown.
      }
    };
    const shown = () => void ask();
    shown();
    document.addEventListener("visibilitychange", shown);
    return () => {
      over = true;
      document.removeEventListener("visibilitychange", shown);
      void lock?.release().catch(() => undefined);
    };
  }, []);
}

/** Calls `act` once nobody has touched or typed for `ms`, as long as `watching`; a touch starts the time anew. */
export function useStillness(watching: boolean, ms: number, act: () => void): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    if (!watching) return;
    let timer = setTimeout(() => latest.current(), ms);
    const touched = () => {
      clearTimeout(timer);
      timer = setTimeout(() => latest.current(), ms);
    };
    addEventListener("pointerdown", touched);
    addEventListener("keydown", touched);
    return () => {
      clearTimeout(timer);
      removeEventListener("pointerdown", touched);
      removeEventListener("keydown", touched);
    };
  }, [watching, ms]);
}

/** Leaves the page's address as it was opened: the seat, and nothing that a visit may have put there. */
export function plainAddress(): void {
  const seat = new URLSearchParams(location.search).get("seat");
  history.replaceState(null, "", location.pathname + (seat === null ? "" : `?seat=${encodeURIComponent(seat)}`));
}
