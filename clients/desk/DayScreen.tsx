import { useState } from "react";
import type { Appointment } from "../session";
import { Button } from "../ui/Button";
import { type Day, addDays, dayOf, dayParts } from "../ui/office-time";
import { AppointmentSheet } from "../ui/plan/AppointmentSheet";
import { AwayPanel } from "../ui/plan/Away";
import { LatePanel } from "../ui/plan/Late";
import { lateness } from "../ui/plan/plan";
import { useBlocks } from "../ui/plan/queries";
import { Warnings } from "../ui/plan/Warnings";
import { literal } from "../ui/ruby";
import { LanguageChoice, LineBar, SoundSwitch, TopBar } from "../ui/work/Frame";
import { Pill, ScreenTitle, TroubleLine } from "../ui/work/parts";
import { useNow, useSeat } from "../ui/work/seat";
import type { Sound } from "../ui/work/sound";
import { Asked } from "./Asked";
import { DayTable } from "./DayTable";
import { dayCounts, type DayRow, type Me, type WaitingGuest } from "../ui/plan/day";
import type { Ended } from "./state";
import { WaitingList } from "./WaitingList";
import { T, useWords } from "./words";

/** The professional's day: who comes when, who waits, and the one next step. */
export function DayScreen({
  me,
  day,
  ofToday,
  rows,
  guests,
  loading,
  failed,
  ended,
  sound,
  onDay,
  onRetry,
  onWelcome,
  onRejoin,
}: {
  readonly me: Me;
  readonly day: Day;
  /** Today's appointments, whichever day is looked at. */
  readonly ofToday: Appointment[];
  readonly rows: DayRow[];
  readonly guests: WaitingGuest[];
  readonly loading: boolean;
  readonly failed: boolean;
  readonly ended: Ended | null;
  readonly sound: Sound;
  readonly onDay: (day: Day | null) => void;
  readonly onRetry: () => void;
  readonly onWelcome: (session: string) => void;
  readonly onRejoin: (session: string) => void;
}) {
  const now = useNow();
  const today = dayOf(now);
  const blocks = useBlocks(useSeat().identity?.area ?? "");
  const [opened, setOpened] = useState<Appointment | null>(null);
  const counts = dayCounts(rows);
  const go = (n: number) => {
    const next = addDays(day, n);
    onDay(next === today ? null : next);
  };
  return (
    <div className="flex h-dvh flex-col bg-ground-desk text-[17px]">
      <DeskBar sound={sound} organisation={rows[0]?.own.poolName ?? ""} />
      <LineBar place="desk" />
      <main className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)_23rem] gap-5 px-7 py-5 max-[1300px]:grid-cols-[minmax(0,1fr)_19rem] max-[1300px]:gap-4 max-[1300px]:px-5">
        <div className="flex min-h-0 flex-col gap-3">
          <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
            <ScreenTitle className="text-[27px]">
              <DayName day={day} />
            </ScreenTitle>
            <p className="text-ink-soft">
              <T k="desk.day.counts" values={counts} />
            </p>
            <div className="ml-auto flex gap-3">
              {day !== today && (
                <Button place="desk" onPress={() => onDay(null)}>
                  <T k="desk.day.today" />
                </Button>
              )}
              <Button place="desk" icon="back" onPress={() => go(-1)}>
                <T k="desk.day.before" />
              </Button>
              <Button place="desk" iconAfter="arrow" onPress={() => go(1)}>
                <T k="desk.day.after" />
              </Button>
            </div>
          </div>
          {ended !== null && (
            <p role="status" className="rounded-8 bg-good px-4 py-2 font-bold text-good-ink">
              <T k={`desk.ended.${ended}`} />
            </p>
          )}
          {failed && (
            <TroubleLine>
              <T k="desk.day.failed" />{" "}
              <Button place="desk" onPress={onRetry}>
                <T k="work.retry" />
              </Button>
            </TroubleLine>
          )}
          <Asked onGo={onRejoin} />
          <Warnings appointments={ofToday} />
          <DayTable rows={rows} loading={loading} today={day === today} onWelcome={onWelcome} onRejoin={onRejoin} onOpen={(row) => setOpened(row.appointment)} />
        </div>
        <aside className="flex min-h-0 flex-col gap-4">
          <WaitingList guests={guests} rows={rows} onWelcome={onWelcome} />
          <LatePanel desk={me.desk} late={lateness(ofToday, me.desk, now)} />
          <AwayPanel desk={me.desk} day={day} blocks={blocks} />
        </aside>
      </main>
      {opened !== null && <AppointmentSheet appointment={opened} pool={me.pool} onClose={() => setOpened(null)} />}
    </div>
  );
}

function DeskBar({ sound, organisation }: { readonly sound: Sound; readonly organisation: string }) {
  const { identity, connection } = useSeat();
  return (
    <TopBar name={literal(identity?.name ?? "")} detail={<Organisation name={organisation} />}>
      {connection.state === "live" && (
        <Pill tone="good" icon="check">
          <T k="desk.open" />
        </Pill>
      )}
      <SoundSwitch sound={sound} place="desk" />
      <LanguageChoice />
    </TopBar>
  );
}

/** Whom this desk belongs to, as far as a booking has told, and what the person is. */
function Organisation({ name }: { readonly name: string }) {
  const { identity } = useSeat();
  const words = useWords();
  const role = identity?.role ?? "";
  const roles = ["doctor", "nurse", "pharmacist", "officer", "counselor"] as const;
  const known = roles.find((r) => r === role);
  const said = [literal(name), known === undefined ? "" : words.written(`desk.role.${known}`)].filter((part) => part !== "");
  return <>{said.join(words.written("desk.who.join"))}</>;
}

function DayName({ day }: { readonly day: Day }) {
  const words = useWords();
  const parts = dayParts(day);
  const weekday = words.marked(`day.${parts.weekday}` as "day.0");
  return <T k="date" values={{ month: parts.month, day: parts.day, weekday }} />;
}
