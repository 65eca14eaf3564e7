import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import type { MediaState, Snapshot } from "../session";
import { dayOf } from "../ui/office-time";
import { useFreshPlans } from "../ui/plan/queries";
import { SoundOut } from "../ui/SoundOut";
import { Stage } from "../ui/Stage";
import { voicesOf } from "../ui/voices";
import { useClient, useFirst, useNow, useSeat } from "../ui/work/seat";
import { Sound } from "../ui/work/sound";
import { isQuiet, troubleOf } from "../ui/work/trouble";
import { AdmitScreen } from "./AdmitScreen";
import { Asks } from "./Asks";
import { useAttention } from "./attention";
import { ConsultScreen } from "./ConsultScreen";
import { dayRows, type Me, waitingGuests } from "../ui/plan/day";
import { DayScreen } from "./DayScreen";
import { useAppointment, useDay, useRefetchOnChange } from "./queries";
import { Questions } from "./Questions";
import { useShortcuts } from "./keyboard";
import { opening, reduce } from "./state";
import { type DeskKey, useWords } from "./words";

/** After so long without an answer the screen says that it lets somebody in, milliseconds. */
const admittingShownAfter = 150;

/** Where ConsultScreen has the large picture. */
const stagePlace =
  "top-[80px] left-4 rounded-12 h-[calc(100dvh-185px)] w-[calc(100vw-496px)] max-[1300px]:w-[calc(100vw-424px)]";

function facesOfBooth({ session, media }: Snapshot): MediaStream | null {
  return session === null ? null : (media.remote[`booth:${session.booth}`]?.face ?? null);
}

/** Everybody's voice is heard, whoever is shown; what will play it is there before anybody is let in. */
function Voices({ media }: { readonly media: MediaState }) {
  return voicesOf(media).map((stream) => <SoundOut key={stream.id} stream={stream} gain={1} />);
}

/** The desk, once somebody is signed in. */
export function App() {
  const client = useClient();
  const seat = useSeat();
  const first = useFirst();
  const queries = useQueryClient();
  const [state, dispatch] = useReducer(reduce, opening);
  const [trouble, setTrouble] = useState<DeskKey | null>(null);
  const [busy, setBusy] = useState(false);
  const [sound] = useState(() => new Sound());
  useRefetchOnChange(queries);
  useFreshPlans(queries);

  const today = dayOf(useNow(10_000));
  const me = useMemo<Me>(() => ({ desk: seat.identity?.desk ?? "", pool: seat.identity?.pool ?? "" }), [seat.identity]);
  const day = state.day ?? today;
  const list = useDay(day, me.desk);
  const ofToday = useDay(today, me.desk);
  const sessions = useMemo(() => [...(seat.sessions ?? [])], [seat.sessions]);
  const rows = useMemo(() => dayRows(list.data ?? [], sessions, me), [list.data, sessions, me]);
  const guests = useMemo(() => waitingGuests(ofToday.data ?? [], sessions, me), [ofToday.data, sessions, me]);
  const entered = seat.entered !== null && seat.session?.id === seat.entered ? seat.session : null;
  const appointment = useAppointment(entered?.appointment, ofToday.data);

  // The one who is on the screen already is not announced again.
  const onScreen = state.screen.at === "day" ? null : state.screen.session;
  const waiting = useMemo(() => guests.map((g) => g.session.id).filter((id) => id !== onScreen), [guests, onScreen]);
  const words = useWords();
  useAttention(
    waiting,
    {
      title: waiting.length > 0 ? words.written("desk.title.waiting", { count: waiting.length }) : words.written("desk.title"),
      arrived: words.written("desk.arrived"),
    },
    sound,
  );

  const pressed = useRef(false);
  const leaving = useRef<string | null>(null);
  /** The session this desk has been asked into. */
  const guestOf = useRef<string | null>(null);
  const act = useCallback(async (what: Promise<void>, refused?: () => void) => {
    setTrouble(null);
    setBusy(true);
    try {
      await what;
    } catch (error) {
      if (!isQuiet(error)) setTrouble(troubleOf(error).key);
      refused?.();
    } finally {
      setBusy(false);
    }
  }, []);

  const welcome = (session: string) => {
    dispatch({ type: "welcome", session });
    leaving.current = null;
    void act(client.enter(session));
  };
  const rejoin = (session: string) => {
    dispatch({ type: "rejoin", session });
    leaving.current = null;
    void act(client.enter(session));
  };
  // The answer is there before the screen could say that it is awaited; drawing that first would only delay it.
  const admit = () => {
    if (pressed.current) return;
    pressed.current = true;
    const slow = setTimeout(() => dispatch({ type: "admit" }), admittingShownAfter);
    const settled = () => {
      pressed.current = false;
      clearTimeout(slow);
    };
    client.admit().then(settled, (error: unknown) => {
      settled();
      if (!isQuiet(error)) setTrouble(troubleOf(error).key);
      dispatch({ type: "refused" });
    });
  };
  const later = () => {
    leaving.current = seat.entered;
    dispatch({ type: "later" });
    void act(client.leave().then(client.wipe));
  };

  const goOut = (because?: "requeued") => {
    leaving.current = seat.entered;
    guestOf.current = null;
    if (seat.entered !== null) dispatch({ type: "left", session: seat.entered, ...(because && { because }) });
    void act(client.leave().then(client.wipe));
  };

  // The server's word on the session entered decides which screen is right, after a reload too.
  const { ended, session } = seat;
  useEffect(() => {
    if (ended !== null) {
      dispatch({ type: "ended", session: ended.session, reason: ended.reason });
      client.wipe();
      return;
    }
    if (entered === null || leaving.current === entered.id || session === null) return;
    const mine = entered.legs[entered.leg]?.desk === me.desk || entered.word?.desk === me.desk;
    // Whoever was asked in and now has the visit has agreed to that in the word before: the resident is not left alone.
    if (entered.word?.desk === me.desk && entered.state === "consultation") guestOf.current = entered.id;
    if (guestOf.current === entered.id && entered.state === "waiting" && entered.called?.desk === me.desk) {
      guestOf.current = null;
      client.admit().catch(() => dispatch({ type: "session", session: entered.id, state: entered.state, mine }));
      return;
    }
    if (state.screen.at !== "day") {
      dispatch({ type: "session", session: entered.id, state: entered.state, mine });
    } else if (entered.state === "consultation" && mine) {
      dispatch({ type: "rejoin", session: entered.id });
    } else if (entered.state === "waiting" || entered.state === "arrived") {
      dispatch({ type: "welcome", session: entered.id });
    }
  }, [client, ended, session, entered, me.desk, state.screen.at]);

  // Somebody of the same pool was quicker: this desk's part is over before it began.
  useEffect(() => {
    if (state.ended !== "taken") return;
    const { entered: id } = client.getSnapshot();
    leaving.current = id;
    if (id !== null) client.leave().then(client.wipe, () => undefined);
  }, [client, state.ended]);

  const count = seat.talk.filter((m) => !m.mine).length;
  const counted = useRef(0);
  useEffect(() => {
    for (let i = counted.current; i < count; i++) dispatch({ type: "message" });
    counted.current = count;
  }, [count]);

  // Whoever is on the admit screen may be let in at any moment.
  const mayAdmit = state.screen.at === "admit" && entered !== null ? entered.id : null;
  useEffect(() => (mayAdmit === null ? undefined : client.prepare()), [client, mayAdmit]);

  // An emergency that the other side has raised comes up here by itself, once.
  const raised = entered?.emergency?.at;
  useEffect(() => {
    if (raised !== undefined) dispatch({ type: "ask", what: "alarm" });
  }, [raised]);

  const closeAsk = useCallback(() => dispatch({ type: "ask", what: null }), []);
  const keys = useShortcuts(state, dispatch);

  return (
    <>
      {state.screen.at === "day" && (
        <DayScreen
          me={me}
          day={day}
          ofToday={ofToday.data ?? []}
          rows={rows}
          guests={guests}
          loading={list.isPending}
          failed={list.isError}
          ended={state.ended}
          sound={sound}
          onDay={(next) => dispatch({ type: "show-day", day: next })}
          onRetry={() => void list.refetch()}
          onWelcome={welcome}
          onRejoin={rejoin}
        />
      )}
      {state.screen.at === "admit" && (
        <AdmitScreen
          session={entered}
          appointment={appointment}
          admitting={state.admitting}
          trouble={trouble}
          onAdmit={admit}
          onSummon={() => void act(client.conduct.summon())}
          onRequeue={() => dispatch({ type: "ask", what: "requeue" })}
          onPass={() => dispatch({ type: "ask", what: "pass" })}
          onLater={later}
        />
      )}
      {state.screen.at === "consult" && (
        <ConsultScreen state={state} dispatch={dispatch} session={entered} appointment={appointment} onLeave={() => goOut()} />
      )}
      <Stage first={first} incoming={seat.media.incoming} of={facesOfBooth} place={stagePlace} />
      <Voices media={seat.media} />
      <Asks asking={state.asking} session={entered} onClose={closeAsk} onRequeued={() => goOut("requeued")} />
      <Questions
        asking={state.asking}
        session={entered}
        busy={busy}
        trouble={trouble}
        keysOn={keys.on}
        onKeys={keys.turn}
        onEnd={() => void act(client.end())}
        onHandover={() => void act(client.handover())}
        onClose={() => {
          setTrouble(null);
          dispatch({ type: "ask", what: null });
        }}
      />
    </>
  );
}
