import { useCallback, useEffect, useEffectEvent, useMemo, useReducer, useState, useSyncExternalStore } from "react";
import type { SeatClient, Snapshot } from "../session";
import { ConnectionBar, gainOf, LiveRegion, pictureFirst, SoundOut, Stage, useLanguage, useNow, useSpeech, voicesOf } from "../ui";
import { BoothProvider, useBooth, type Booth } from "./context";
import { alarmOf } from "./course";
import { useAlarm, useCallStaff, useCheckIn, useChime, useClearing, useDevices, useFindings, useLeaving, useReady, useRemote, useVisit } from "./doings";
import { plainAddress, useKiosk, useWakeLock } from "./kiosk";
import { next, nobody } from "./local";
import { Alarm } from "./screens/Alarm";
import { CheckIn } from "./screens/CheckIn";
import { Check } from "./screens/Check";
import { AsideTalk, Called, Later, Paused, Wiping } from "./screens/Course";
import { Goodbye } from "./screens/Goodbye";
import { Handover } from "./screens/Handover";
import { Idle } from "./screens/Idle";
import { Name, NotYou, Still } from "./screens/Name";
import { Calling, Leaving } from "./screens/Over";
import { SignIn, Starting, Trouble } from "./screens/Plain";
import { firstFrameMark, markFirstFrame } from "./screens/Talk";
import { Waiting } from "./screens/Waiting";
import { spokenKeys } from "./speech";
import { callOf, screenOf, type Screen } from "./state";
import { VitalsProvider } from "./vitals/context";
import { TalkOrMeasure } from "./vitals/Measure";
import { T, useWords } from "./words";

/** Loudness when a resident sits down. */
const firstVolume = 4;

/** The booth: one screen at a time, chosen by state.ts, and the sound of a consultation beside it. */
export function App({ client }: { readonly client: SeatClient }) {
  const first = useMemo(() => pictureFirst(client), [client]);
  const snapshot = useSyncExternalStore(first.subscribe, first.getSnapshot);
  const [local, act] = useReducer(next, nobody);
  const [volume, setVolume] = useState(firstVolume);
  const { choose } = useLanguage();
  const gain = gainOf(volume);
  const now = useNow(client.now, 5_000);
  const screen = screenOf(snapshot, local);
  const call = callOf(snapshot, local, now);

  useEffect(() => client.start(), [client]);
  useKiosk();
  useWakeLock();

  const plainLanguage = useCallback(() => choose("ja"), [choose]);
  const forget = useCallback(() => {
    client.wipe();
    act({ type: "wiped" });
    setVolume(firstVolume);
    plainLanguage();
    plainAddress();
    performance.clearMarks(firstFrameMark);
  }, [client, plainLanguage]);

  useVisit(snapshot, act);
  useDevices(client, screen);
  useReady(client, screen);
  useFindings(client, screen);
  useRemote(client, useCallback(() => setVolume(firstVolume), []));
  useLeaving(client, local, forget);
  useClearing(screen, act, forget, plainLanguage);
  useChime(screen, gain);

  const checkIn = useCheckIn(client, act);
  const callStaff = useCallStaff(client, act);
  const { arm: armAlarm, press: pressAlarm } = useAlarm(client, act);
  const alarm = alarmOf(snapshot, local);
  const alarmed = alarm !== null && (alarm.state !== "raised" || alarm.open);
  const closeCall = useCallback(() => act({ type: "close-call", call: call?.id ?? null }), [call?.id]);
  const readAloud = useReadAloud(screen, call?.open === true || alarmed, gain);

  // Somebody who is being asked something, or calls, is not interrupted.
  const waits = screen.kind === "waiting" || screen.kind === "handover" || screen.kind === "called";
  const free = call?.open !== true && !alarmed && waits && screen.leaving === "no";
  const markFirst = useCallback(() => {
    const { session } = client.getSnapshot();
    if (session !== null) markFirstFrame(session.id, session.leg);
  }, [client]);

  const booth: Booth = useMemo(
    () => ({ client, snapshot, act, volume, setVolume, gain, call, callStaff, closeCall, alarm, armAlarm, pressAlarm, checkIn, forget, readAloud }),
    [client, snapshot, volume, gain, call, callStaff, closeCall, alarm, armAlarm, pressAlarm, checkIn, forget, readAloud],
  );

  return (
    <BoothProvider booth={booth}>
      <Title screen={screen} />
      <VitalsProvider>
        {alarmed ? <Alarm screen={screen} alarm={alarm} /> : call?.open === true ? <Calling screen={screen} call={call} /> : <Shown screen={screen} />}
      </VitalsProvider>
      <Voices talking={screen.kind === "talk"} />
      <Stage
        first={first}
        incoming={snapshot.media.incoming}
        of={free ? faceOfDesk : nobodysFace}
        place={stagePlace}
        onPicture={markFirst}
      />
    </BoothProvider>
  );
}

/** Where Talk has the large picture. */
const stagePlace =
  "top-[108px] left-6 h-[calc(100dvh/var(--kiosk-zoom)-238px)] w-[calc(100vw/var(--kiosk-zoom)-388px)] rounded-16 max-[1100px]:top-[98px] max-[1100px]:left-4 max-[1100px]:w-[calc(100vw-318px)] max-[1100px]:h-[calc(100dvh-216px)]";

function faceOfDesk({ session, media }: Snapshot): MediaStream | null {
  const desk = session?.legs[session.leg]?.desk;
  return desk === undefined ? null : (media.remote[`desk:${desk}`]?.face ?? null);
}

function nobodysFace(): null {
  return null;
}

function Shown({ screen }: { readonly screen: Screen }) {
  if ("leaving" in screen && screen.leaving !== "no") {
    return <Leaving screen={screen} busy={screen.leaving === "yes"} />;
  }
  switch (screen.kind) {
    case "starting":
      return <Starting screen={screen} />;
    case "sign-in":
      return <SignIn screen={screen} />;
    case "trouble":
      return <Trouble screen={screen} />;
    case "idle":
      return <Idle screen={screen} />;
    case "check-in":
      return <CheckIn screen={screen} />;
    case "name":
      return <Name screen={screen} />;
    case "still":
      return <Still screen={screen} />;
    case "not-you":
      return <NotYou screen={screen} />;
    case "check":
      return <Check screen={screen} />;
    case "waiting":
      return <Waiting screen={screen} />;
    case "handover":
      return <Handover screen={screen} />;
    case "called":
      return <Called screen={screen} />;
    case "later":
      return <Later screen={screen} />;
    case "paused":
      return <Paused screen={screen} />;
    case "aside":
      return <AsideTalk screen={screen} />;
    case "wiping":
      return <Wiping screen={screen} />;
    case "talk":
      return <TalkOrMeasure screen={screen} />;
    case "goodbye":
      return <Goodbye screen={screen} />;
  }
}

/**
 * Everybody's voice, whatever the screen shows at the moment. What plays it is there before anybody is let in, so that
 * the first word is not lost; before that there is nothing to hear.
 */
function Voices({ talking }: { readonly talking: boolean }) {
  const { snapshot, gain } = useBooth();
  const [blocked, setBlocked] = useState(false);
  return (
    <>
      {voicesOf(snapshot.media).map((stream) => (
        <SoundOut key={stream.id} stream={stream} gain={gain} onBlocked={setBlocked} />
      ))}
      {talking && blocked && (
        <div className="fixed inset-x-0 top-[92px] z-10 text-[28px]">
          <ConnectionBar
            icon="speakerOff"
            what={<T k="sound.blocked.what" />}
            next={<T k="sound.blocked.next" />}
          />
        </div>
      )}
    </>
  );
}

/** The page's title, and the screen's for those who do not see it. */
function Title({ screen }: { readonly screen: Screen }) {
  const words = useWords();
  const sentence = spokenKeys(screen)
    .slice(0, 1)
    .map((key) => words.written(key))
    .join("");
  useEffect(() => {
    document.title = words.written("page.title");
  }, [words]);
  return <LiveRegion text={sentence} />;
}

/** Says a screen aloud when it appears, and again when asked to; null where no voice is on this machine. */
function useReadAloud(screen: Screen, covered: boolean, gain: number): (() => void) | null {
  const words = useWords();
  const { language } = useLanguage();
  const { canSpeak, say, hush } = useSpeech(language, gain);
  const text = spokenKeys(screen)
    .map((key) => words.written(key))
    .join("。");
  const byItself = screen.kind !== "idle" && screen.kind !== "check" && text !== "" && !covered;
  // Only a new screen is said by itself, not a new loudness.
  const sayScreen = useEffectEvent(() => say(text));
  useEffect(() => {
    if (byItself) sayScreen();
    return hush;
  }, [screen.kind, byItself, hush]);
  return useMemo(() => (canSpeak ? () => say(text) : null), [canSpeak, say, text]);
}
