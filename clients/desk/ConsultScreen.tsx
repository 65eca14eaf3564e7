import { useMemo } from "react";
import type { Appointment, Session, Snapshot } from "../session";
import { weakLine } from "../session/quality";
import { Icon } from "../ui/Icon";
import { LineNewsBar, useLineNews } from "../ui/LineNews";
import { stopwatch } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { Warnings } from "../ui/plan/Warnings";
import { useLanguage } from "../ui/words";
import { LineBar } from "../ui/work/Frame";
import { Pill, ScreenTitle } from "../ui/work/parts";
import { useNow, useSeat } from "../ui/work/seat";
import { SealingNote } from "../ui/SealingNote";
import { minutesOf } from "./AdmitScreen";
import { useCalled } from "./colleagues";
import { CourseBar } from "./CourseBar";
import { others, residentName } from "./names";
import { Overrun } from "./Overrun";
import { Pictures, useBoothGone } from "./Pictures";
import type { DeskEvent, DeskState } from "./state";
import { SideColumn } from "./SideColumn";
import { Telephone } from "./Telephone";
import { Toolbar } from "./Toolbar";
import { T, useWords } from "./words";

/** The consultation: the other person large, oneself small, who is there in words, and one next step. */
export function ConsultScreen({
  state,
  dispatch,
  session,
  appointment,
  onLeave,
}: {
  readonly state: DeskState;
  readonly dispatch: (event: DeskEvent) => void;
  readonly session: Session | null;
  readonly appointment: Appointment | undefined;
  /** This desk was asked in and goes. */
  readonly onLeave: () => void;
}) {
  const booth = session === null ? "" : `booth:${session.booth}`;
  return (
    <div className="flex h-dvh flex-col bg-ground-desk text-[17px]">
      <ConsultBar session={session} appointment={appointment} />
      <LineBar place="desk" />
      <Lines />
      <Telephone session={session} />
      <CourseBar session={session} dispatch={dispatch} />
      <Overrun session={session} />
      {appointment !== undefined && <Warnings appointments={[appointment]} />}
      <main className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)_28rem] gap-4 p-4 max-[1300px]:grid-cols-[minmax(0,1fr)_23.5rem]">
        <Pictures
          booth={booth}
          boothName={residentName(appointment)}
          large={state.documentLarge}
          talking={state.side === "talk"}
          onLarge={(on) => dispatch({ type: "document-large", on })}
        />
        <SideColumn state={state} dispatch={dispatch} session={session} appointment={appointment} />
      </main>
      <Toolbar state={state} dispatch={dispatch} session={session} onLeave={onLeave} />
    </div>
  );
}

/** Whose line is weak, while we are told. */
function Lines() {
  const { presence, identity, connection } = useSeat();
  const { language } = useLanguage();
  const news = useLineNews(presence, identity?.seat ?? null);
  return <LineNewsBar plain={language !== "easy"} news={connection.state === "live" ? news : null} className="flex-none text-[17px]" />;
}

function ConsultBar({ session, appointment }: { readonly session: Session | null; readonly appointment: Appointment | undefined }) {
  const name = residentName(appointment);
  return (
    <header className="flex min-h-16 flex-none flex-wrap items-center gap-x-5 gap-y-1 border-b border-solid-gray-420 bg-white px-7 py-2">
      {session !== null && (
        <Pill tone="own" className="text-[18px]">
          <T k="desk.number" values={{ number: session.number }} />
        </Pill>
      )}
      <ScreenTitle className="text-[24px]">
        {name === undefined ? <T k="desk.anonymous" /> : <T k="desk.sama" values={{ name }} />}
      </ScreenTitle>
      {session !== null && (
        <p className="text-ink-soft">
          {literal(session.officeName)} {literal(session.boothName)}
        </p>
      )}
      <div className="ml-auto flex flex-wrap items-center gap-x-5 gap-y-1">
        <WhoSees session={session} />
        <p className="flex items-center gap-2">
          <Icon name="norecord" className="size-5 text-primary" />
          <span>
            <T k="desk.norecord" />
          </span>
        </p>
        <Sealing />
        <Line />
        <Running session={session} />
      </div>
    </header>
  );
}

/** Who sees and hears, in words; it must never say less than the truth. */
function WhoSees({ session }: { readonly session: Session | null }) {
  const words = useWords();
  const { identity } = useSeat();
  const calledOf = useCalled();
  const me = identity?.seat ?? "";
  const alone = session?.pause !== undefined || session?.participants.find((p) => p.id === me)?.apart === true;
  const people = useMemo(() => others(session?.participants ?? [], me).filter((p) => p.apart !== true), [session, me]);
  const own = `booth:${session?.booth ?? ""}`;
  const called = people.map((p) => (p.id === own ? words.marked("desk.who.resident") : calledOf(p)));
  if (session?.staff?.present === true && people.some((p) => p.id === own)) called.push(words.marked("conduct.who.staff"));
  return (
    <p className="flex items-center gap-2" data-who-sees="">
      <Icon name="eye" className="size-6 text-primary" />
      <span>
        <span className="sr-only">
          <T k="desk.who.label" />
        </span>{" "}
        {alone ? <T k="conduct.who.nobody" /> : <T k="desk.who.and" values={{ people: called.join(words.marked("desk.who.join")) }} />}
      </span>
    </p>
  );
}

/** Whether anybody in between can hear or see, and the code to compare. */
function Sealing() {
  const { sealing } = useSeat();
  return <SealingNote brief sealing={sealing} />;
}

/** The line in words; the server's line and the media's line are one thing to a person. */
function Line() {
  const seat = useSeat();
  const gone = useBoothGone();
  const line = gone ? "lost" : lineState(seat);
  return (
    <p role="status" data-line={line}>
      <Pill tone={line === "good" ? "good" : "heed"} icon={line === "good" || line === "weak" ? "signal" : line === "sound" ? "speaker" : "again"} className="py-1">
        <T k={`desk.line.${line}`} />
      </Pill>
    </p>
  );
}

function lineState({ media, connection: { state: connection }, presence, identity }: Snapshot) {
  if (media.phase === "interrupted" || media.phase === "connecting") return "lost" as const;
  if (connection === "failed") return "lost" as const;
  if (media.quality === "sound-only") return "sound" as const;
  const weak = weakLine(presence, identity?.seat ?? null);
  return media.quality === "good" && weak !== null && weak.whose !== "other" ? ("weak" as const) : media.quality;
}

function Running({ session }: { readonly session: Session | null }) {
  const now = useNow();
  const leg = session?.legs[session.leg];
  if (session?.startedAt === undefined || leg === undefined) return null;
  const planned = minutesOf(leg.startsAt, leg.endsAt);
  const run = now - Date.parse(session.startedAt);
  const over = run > planned * 60_000;
  return (
    <p className={`rounded-8 px-2 whitespace-nowrap tabular-nums ${over ? "bg-heed text-heed-ink" : ""}`}>
      <span className="sr-only">
        <T k="desk.running" />
      </span>{" "}
      <span className="text-[24px] font-bold">{stopwatch(run)}</span>{" "}
      <T k={over ? "desk.plannedOver" : "desk.planned"} values={{ minutes: planned }} />
    </p>
  );
}
