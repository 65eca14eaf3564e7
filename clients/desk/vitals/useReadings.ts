import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useReducer, useRef } from "react";
import type { Session } from "../../session";
import { readNote, vitalsTopic, type Note } from "../../session/vitals/note";
import { isKind, type Kind, type Quantity, type Reading } from "../../session/vitals/reading";
import { useClient, useSeat } from "../../ui/work/seat";
import { isOver, noReadings, readingsAfter, type ReadingsState } from "./readings";

/** Readings of the present leg, and what can be done about them. */
export interface Readings {
  readonly state: ReadingsState;
  /** What may be measured in this consultation, by the catalogue. */
  readonly kinds: readonly Kind[];
  readonly ask: (kinds: readonly Kind[]) => void;
  readonly stop: () => void;
  readonly confirm: (reading: string) => void;
  /** Adds what was read through the camera: it is taken by being typed. */
  readonly add: (kind: Kind, values: readonly Quantity[], flags: Reading["flags"]) => void;
}

/** Hears what the booth sends, and asks for it. Nothing of it outlives the leg. */
export function useReadings(session: Session | null): Readings {
  const client = useClient();
  const { presence } = useSeat();
  const [state, dispatch] = useReducer(readingsAfter, noReadings);
  const kinds = useKinds(session);
  const booth = session === null ? null : `booth:${session.booth}`;
  const leg = session === null ? null : `${session.id}/${session.leg}`;
  useEffect(() => () => dispatch({ type: "forget" }), [leg]);

  const tell = useCallback(
    (note: Note) => {
      try {
        if (booth !== null) client.sendLetter(booth, vitalsTopic, note);
      } catch {
        // The session is over: there is nobody to tell.
      }
    },
    [client, booth],
  );

  useEffect(
    () =>
      client.onLetter(({ from, topic, value }) => {
        const note = topic === vitalsTopic && from === booth ? readNote(value) : null;
        if (note?.note === "reading") dispatch({ type: "reading", reading: note.reading });
        else if (note?.note === "stage") dispatch({ type: "stage", ask: note.ask, kind: note.kind, stage: note.stage });
      }),
    [client, booth],
  );

  // This page may have been loaded again, and then holds nothing of what it was sent.
  const begun = leg !== null && session?.state === "consultation" && kinds.length > 0;
  useEffect(() => {
    if (begun) tell({ note: "again" });
  }, [begun, tell]);

  // A booth that was loaded again knows nothing of what it was asked.
  const asked = useRef(state.asked);
  useEffect(() => {
    asked.current = state.asked;
  });
  const online = presence.some((one) => one.participant === booth && one.online);
  useEffect(() => {
    const standing = asked.current;
    if (online && standing !== null && !isOver(standing)) tell({ note: "ask", ask: standing.ask, kinds: standing.kinds });
  }, [online, tell]);

  const ask = useCallback(
    (wanted: readonly Kind[]) => {
      const id = crypto.randomUUID();
      dispatch({ type: "ask", ask: id, kinds: wanted });
      tell({ note: "ask", ask: id, kinds: wanted });
    },
    [tell],
  );
  const stop = useCallback(() => {
    const standing = asked.current;
    if (standing !== null) tell({ note: "stop", ask: standing.ask });
    dispatch({ type: "stop" });
  }, [tell]);
  const confirm = useCallback(
    (reading: string) => {
      dispatch({ type: "confirm", reading, at: client.now() });
      tell({ note: "confirmed", reading });
    },
    [client, tell],
  );
  const add = useCallback(
    (kind: Kind, values: readonly Quantity[], flags: Reading["flags"]) => {
      const id = crypto.randomUUID();
      const at = client.now();
      dispatch({ type: "reading", reading: { id, kind, way: "camera", values, at, device: null, deviceTime: null, flags } });
      dispatch({ type: "confirm", reading: id, at });
    },
    [client],
  );
  return { state, kinds, ask, stop, confirm, add };
}

/** What the catalogue lets be measured in the service of the present leg. */
function useKinds(session: Session | null): readonly Kind[] {
  const { api } = useClient();
  const service = session?.legs[session.leg]?.service;
  const services = useQuery({
    queryKey: ["services"],
    queryFn: ({ signal }) => api.services(signal),
    enabled: service !== undefined,
    staleTime: 10 * 60_000,
  });
  return services.data?.services.find(({ id }) => id === service)?.vitals?.filter(isKind) ?? noKinds;
}

const noKinds: readonly Kind[] = [];
