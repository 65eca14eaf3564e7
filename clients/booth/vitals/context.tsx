import { createContext, useCallback, useContext, useEffect, useMemo, useReducer, useRef, useSyncExternalStore, type ReactNode } from "react";
import type { Heard } from "../../session/vitals/hear";
import { Instruments, type InstrumentsState } from "../../session/vitals/instruments";
import { readNote, vitalsTopic, type Note } from "../../session/vitals/note";
import type { Kind, Quantity, Reading, Way } from "../../session/vitals/reading";
import { webBluetooth } from "../../session/vitals/webbluetooth";
import { useBooth } from "../context";
import { isOfNow, kindOf, noVitals, stageOf, vitals, type Measuring, type Vitals, type VitalsAction } from "./measuring";

/** What the screens of measuring can reach. */
export interface VitalsInBooth {
  readonly vitals: Vitals;
  readonly act: (action: VitalsAction) => void;
  readonly instruments: Instruments;
  readonly devices: InstrumentsState;
  /** Sends what was typed. */
  readonly send: (values: readonly Quantity[]) => void;
}

const VitalsContext = createContext<VitalsInBooth | null>(null);

/** Where the bindings of a booth's devices are kept: nothing of anybody who is measured. */
const shelfKey = "madoguchi.instruments";

/** The instruments of this page; there is one radio. */
function instrumentsOfPage(): Instruments {
  const shelf = {
    load: () => localStorage.getItem(shelfKey),
    store: (text: string) => localStorage.setItem(shelfKey, text),
  };
  const clock = {
    now: () => Date.now(),
    random: () => Math.random(),
    after: (milliseconds: number, then: () => void) => {
      const timer = setTimeout(then, milliseconds);
      return () => clearTimeout(timer);
    },
  };
  return new Instruments(webBluetooth(), shelf, clock, () => {});
}

/** Holds the readings of the present leg, hears what the desk asks and the devices say, and tells the desk. */
export function VitalsProvider({ children }: { readonly children: ReactNode }) {
  const { client, snapshot } = useBooth();
  const [state, act] = useReducer(vitals, noVitals);
  const instruments = useMemo(() => instrumentsOfPage(), []);
  const devices = useSyncExternalStore(instruments.subscribe, instruments.getSnapshot);
  const latest = useRef(state);
  useEffect(() => {
    latest.current = state;
  });

  // What was measured for one professional is not told to the next.
  const { session } = snapshot;
  const leg = session?.state === "consultation" ? `${session.id}/${session.leg}` : null;
  useEffect(() => () => act({ type: "forget" }), [leg]);

  const tell = useCallback(
    (to: string, note: Note) => {
      try {
        client.sendLetter(to, vitalsTopic, note);
      } catch {
        // The session is over, or nobody has taken a hundred letters: there is nobody to tell.
      }
    },
    [client],
  );

  useEffect(() => void instruments.look(), [instruments]);

  useEffect(
    () =>
      client.onLetter(({ from, topic, value }) => {
        const note = topic === vitalsTopic && from.startsWith("desk:") ? readNote(value) : null;
        if (note?.note === "ask") act({ type: "ask", ask: note.ask, from, kinds: note.kinds, now: client.now() });
        else if (note?.note === "stop") act({ type: "stop", ask: note.ask });
        else if (note?.note === "confirmed") act({ type: "confirmed", reading: note.reading });
        else if (note?.note === "again") for (const reading of latest.current.sent) tell(from, { note: "reading", reading });
      }),
    [client, tell],
  );

  // Where it stands, whenever that changes.
  const { measuring } = state;
  const at = measuring === null ? "" : `${measuring.ask} ${measuring.at} ${stageOf(measuring)}`;
  const before = useRef<Measuring | null>(null);
  useEffect(() => {
    const now = latest.current.measuring;
    const past = before.current;
    before.current = now;
    // What was left out, or was read by the professional, is over without a reading of ours.
    const over = past !== null && past.step.is !== "sent" && (now === null || now.ask !== past.ask || now.at !== past.at);
    if (over) tell(past.from, { note: "stage", ask: past.ask, kind: kindOf(past), stage: past.step.is === "camera" ? "done" : "skipped" });
    if (at !== "" && now !== null) tell(now.from, { note: "stage", ask: now.ask, kind: kindOf(now), stage: stageOf(now) });
  }, [at, tell]);

  const deliver = useCallback(
    (kind: Kind, way: Way, said: Pick<Reading, "values" | "device" | "deviceTime" | "flags">) => {
      const now = latest.current.measuring;
      if (now === null || kindOf(now) !== kind || now.step.is === "sent") return;
      const reading: Reading = { id: crypto.randomUUID(), kind, way, at: client.now(), ...said };
      tell(now.from, { note: "reading", reading });
      const action: VitalsAction = { type: "sent", reading };
      // A second value may come before the screen has changed, and is not wanted any more.
      latest.current = vitals(latest.current, action);
      act(action);
    },
    [client, tell],
  );

  const heard = useCallback(
    (kind: Kind, name: string, said: Heard) => {
      const now = latest.current.measuring;
      if (now === null || said.is === "measuring") return;
      if (said.is === "refused") act({ type: "refused", kind, why: said.why });
      else if (!isOfNow(now, said, client.now())) act({ type: "refused", kind, why: "stale" });
      else deliver(kind, "device", { values: said.values, device: name === "" ? null : name, deviceTime: said.deviceTime, flags: said.flags });
    },
    [client, deliver],
  );

  // A device is listened to while its kind is being measured, and no longer.
  const listening = measuring !== null && measuring.step.is !== "sent" ? kindOf(measuring) : null;
  const ask = measuring?.ask ?? null;
  useEffect(() => {
    if (listening === null || ask === null) return;
    return instruments.open([listening], heard);
  }, [instruments, listening, ask, heard]);

  const send = useCallback(
    (values: readonly Quantity[]) => {
      const now = latest.current.measuring;
      if (now === null || now.step.is !== "check") return;
      deliver(kindOf(now), "hand", { values, device: null, deviceTime: null, flags: now.step.flags });
    },
    [deliver],
  );

  const value: VitalsInBooth = useMemo(() => ({ vitals: state, act, instruments, devices, send }), [state, instruments, devices, send]);
  return <VitalsContext value={value}>{children}</VitalsContext>;
}

/** Readings and instruments around a screen. */
export function useVitals(): VitalsInBooth {
  const value = useContext(VitalsContext);
  if (value === null) throw new Error("useVitals: there is no VitalsProvider above this screen");
  return value;
}
