/** What the booth does by itself as its screen changes: devices, readiness, leaving, forgetting. Views only show. */
import type { Found } from "../session/protocol";
import { useCallback, useEffect, useRef } from "react";
import { Problem, type SeatClient, type Snapshot } from "../session";
import { playChime, type Sounding } from "../ui";
import { useStillness } from "./kiosk";
import type { Action, Local, Refusal } from "./local";
import { receptionLength, type Screen } from "./state";

type Act = (action: Action) => void;

/** The goodbye clears itself after this long, as it says. Milliseconds, like all below. */
const goodbyeFor = 60_000;
/** Nobody has touched the keypad for this long: they have gone. */
const keypadFor = 60_000;
/** A name stands uncovered at most this long without a touch. */
const nameFor = 120_000;
/** A refused ready is tried again after this long; the line may just have been lost. */
const readyAgain = 3_000;

/** Tells the facts of one visit from those of the next. */
export function useVisit(snapshot: Snapshot, act: Act): void {
  const { entered } = snapshot;
  useEffect(() => {
    if (entered !== null) act({ type: "visit", session: entered });
  }, [entered, act]);
}

/** Camera and microphone open with the device check, and the check runs as long as its screen stands. */
export function useDevices(client: SeatClient, screen: Screen): void {
  const session = screen.kind === "check" ? screen.session.id : null;
  useEffect(() => {
    if (session === null) return;
    // What is missing stands in the snapshot; the screen says it in words.
    void client.openMedia().catch(() => undefined);
    client.startChecks();
    return client.stopChecks;
  }, [client, session]);
}

/** Has done what it is asked for from afar: staff need not walk there for it. */
export function useRemote(client: SeatClient, putVolumeBack: () => void): void {
  useEffect(() => client.onRemote((what) => (what === "reload" ? location.reload() : putVolumeBack())), [client, putVolumeBack]);
}

/** Tells the server what the device check has found, for the timeline of the visit: once for each that changes. */
export function useFindings(client: SeatClient, screen: Screen): void {
  const check = screen.kind === "check" ? screen.check : null;
  const voice: Found | undefined = check === null ? undefined : typeof check.voice === "object" ? "missing" : check.voice === "ok" ? "ok" : undefined;
  const face: Found | undefined = check === null ? undefined : typeof check.face === "object" ? "missing" : check.face === "ok" ? "ok" : check.face === "black" ? "nothing" : undefined;
  const hearing: Found | undefined = check?.hearing === "ok" ? "ok" : check?.hearing === "asking" || check === null ? undefined : "nothing";
  useEffect(() => {
    if (voice === undefined && face === undefined && hearing === undefined) return;
    client.report({ ...(voice && { voice }), ...(face && { face }), ...(hearing && { hearing }) });
  }, [client, voice, face, hearing]);
}

/** Tells the professional's side that the resident waits, as soon as the check is settled. */
export function useReady(client: SeatClient, screen: Screen): void {
  const settled = screen.kind === "check" && screen.check.complete ? screen.session.id : null;
  useEffect(() => {
    if (settled === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const tell = () => {
      client.ready().catch(() => {
        if (!over) timer = setTimeout(tell, readyAgain);
      });
    };
    tell();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [client, settled]);
}

/** Carries out the yes to "do you want to end?". Nobody is kept: where the server does not answer, the page forgets. */
export function useLeaving(client: SeatClient, local: Local, forget: () => void): void {
  const leaving = local.leaving === "yes";
  useEffect(() => {
    if (!leaving) return;
    let over = false;
    client.leave().catch(() => {
      if (!over) forget();
    });
    return () => {
      over = true;
    };
  }, [client, leaving, forget]);
}

/** Screens that clear themselves when nobody is there any more. */
export function useClearing(screen: Screen, act: Act, forget: () => void, plainLanguage: () => void): void {
  const goodbye = screen.kind === "goodbye";
  useEffect(() => {
    if (!goodbye) return;
    const timer = setTimeout(forget, goodbyeFor);
    return () => clearTimeout(timer);
  }, [goodbye, forget]);

  useStillness(screen.kind === "check-in", keypadFor, forget);
  useStillness(screen.kind === "idle", keypadFor, plainLanguage);
  useStillness(screen.kind === "name", nameFor, () => act({ type: "went-away" }));
}

/** A chime when the professional lets the resident in. */
export function useChime(screen: Screen, gain: number): void {
  const talking = screen.kind === "talk";
  const waited = useRef(false);
  const loud = useRef(gain);
  useEffect(() => {
    loud.current = gain;
  }, [gain]);
  useEffect(() => {
    if (screen.kind === "waiting" || screen.kind === "handover" || screen.kind === "called") waited.current = true;
    else if (!talking) waited.current = false;
  }, [screen.kind, talking]);
  useEffect(() => {
    if (!talking || !waited.current) return;
    waited.current = false;
    const chime: Sounding = playChime(loud.current);
    return chime.stop;
  }, [talking]);
}

/** Asks for the visit with a reception number. */
export function useCheckIn(client: SeatClient, act: Act): (reception: string) => void {
  return useCallback(
    (reception: string) => {
      if (reception.length !== receptionLength) return;
      act({ type: "asked" });
      client.api.checkIn({ reception }).then(
        ({ session, appointment }) =>
          act({ type: "checked-in", session, kana: appointment.anonymous ? null : (appointment.resident?.kana ?? null) }),
        (why: unknown) => act({ type: "refused", why: refusal(why) }),
      );
    },
    [client, act],
  );
}

/** What a refused reception number means to the one who entered it. */
export function refusal(why: unknown): Refusal {
  if (!(why instanceof Problem)) return "offline";
  switch (why.code) {
    case "too-many-tries":
      return "locked";
    case "other-booth":
    case "not-yours":
      return "otherbooth";
    case "too-early":
      return "early";
    default:
      if (why.status === 429) return "locked";
      return why.status === 0 || why.status >= 500 ? "offline" : "unknown";
  }
}

/** 係を呼ぶ: the call, and what became of sending it. */
export function useCallStaff(client: SeatClient, act: Act): () => void {
  return useCallback(() => {
    act({ type: "call" });
    client.call().then(
      () => act({ type: "call-sent" }),
      () => act({ type: "call-failed" }),
    );
  }, [client, act]);
}

/** The emergency button's two steps. Whoever presses and is not heard is told so, with what to telephone. */
export function useAlarm(client: SeatClient, act: Act): { arm: () => void; press: () => void } {
  const arm = useCallback(() => {
    act({ type: "alarm", is: "asked" });
    client.conduct.armEmergency().catch(() => act({ type: "alarm", is: "failed" }));
  }, [client, act]);
  const press = useCallback(() => {
    act({ type: "alarm", is: "sending" });
    client.conduct.emergency().then(
      () => act({ type: "alarm", is: "no" }),
      () => act({ type: "alarm", is: "failed" }),
    );
  }, [client, act]);
  return { arm, press };
}
