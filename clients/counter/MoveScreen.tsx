import { useCallback, useMemo, useRef, useState } from "react";
import type { Appointment } from "../session";
import { Button } from "../ui/Button";
import { type Day, dayOf, wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { ScreenTitle, Sheet } from "../ui/work/parts";
import { useClient } from "../ui/work/seat";
import { OtherSides, Who } from "./BoothColumn";
import { ChangedTime } from "./ChangedTime";
import { DayName } from "./DayName";
import { legsToMove } from "./queries";
import { Entry, Refusal } from "./Told";
import { useAct } from "../ui/work/useAct";
import { WhenColumn } from "./WhenColumn";
import { T } from "./words";

/**
 * Another time for an appointment. The old one stands until the new one does: nothing is given up before the server has
 * said that it is moved, and a refusal leaves everything as it was.
 */
export function MoveScreen({
  appointment,
  today,
  onMoved,
  onStop,
}: {
  readonly appointment: Appointment;
  readonly today: Day;
  readonly onMoved: (appointment: Appointment, print: boolean) => void;
  readonly onStop: () => void;
}) {
  const { api } = useClient();
  const act = useAct();
  const [day, setDay] = useState<Day | null>(null);
  const [chosen, setChosen] = useState<{ start: string; rules: number } | null>(null);
  const search = useMemo(
    () => ({ office: appointment.office, legs: legsToMove(appointment), moving: appointment.id }),
    [appointment],
  );
  const onDay = useCallback((next: Day) => {
    setDay(next);
    setChosen(null);
  }, []);
  // The same choice asked for again after a lost answer is recognised by its key.
  const keys = useRef(new Map<string, string>());
  const move = (print: boolean) => {
    if (chosen === null) return;
    const { start, rules } = chosen;
    const wish = `${appointment.version} ${start}`;
    const key = keys.current.get(wish) ?? crypto.randomUUID();
    keys.current.set(wish, key);
    const { version, id } = appointment;
    void act.act(async () => {
      const moved =
        appointment.state === "disputed"
          ? await api.settle(id, { choice: "rebook", version, start, rules }, key)
          : await api.move(id, { version, start, rules }, key);
      onMoved(moved, print);
    });
  };
  const unavailable = chosen === null ? <T k="counter.move.choose" /> : undefined;
  return (
    <main className="screen-only columns-3-main text-[18px]">
      <Sheet className="flex min-h-0 flex-col gap-4 p-5 roomy:overflow-y-auto">
        <ScreenTitle className="text-[24px]">
          <T k="counter.move.title" values={{ number: appointment.number }} />
        </ScreenTitle>
        <dl className="grid grid-cols-[auto_1fr] gap-x-5 gap-y-2">
          <Entry name={<T k="counter.move.who" />}>
            <Who appointment={appointment} />
          </Entry>
          {appointment.resident?.phone !== undefined && (
            <Entry name={<T k="counter.open.phone" />}>
              <span className="tabular-nums">{literal(appointment.resident.phone)}</span>
            </Entry>
          )}
          <Entry name={<T k="counter.open.with" />}>
            <OtherSides appointment={appointment} />
          </Entry>
          <Entry name={<T k="counter.move.present" />}>
            <DayName day={dayOf(appointment.start)} /> {wallClock(appointment.start)}
          </Entry>
        </dl>
        <p className="text-ink-soft">
          <T k="counter.move.stands" />
        </p>
      </Sheet>
      <Sheet className="flex min-h-0 flex-col p-5 roomy:overflow-y-auto">
        <h2 className="mb-2 text-[24px] font-bold">
          <T k="counter.move.when" />
        </h2>
        <WhenColumn
          search={search}
          today={today}
          day={day}
          chosen={{ start: chosen?.start ?? null, held: null, pending: act.busy }}
          trouble={null}
          holds={false}
          except={appointment.choice === true || appointment.state === "disputed" ? null : appointment.start}
          onDay={onDay}
          onTime={(start, rules) => {
            act.clear();
            setChosen({ start, rules });
          }}
        />
      </Sheet>
      <div className="flex min-h-0 flex-col gap-3.5">
        <Sheet className="flex min-h-0 flex-1 flex-col gap-3 p-5 roomy:overflow-y-auto">
          <h2 className="text-[24px] font-bold">
            <T k="counter.move.change" />
          </h2>
          {chosen !== null && (
            <p className="text-[22px] font-bold">
              <ChangedTime was={appointment.start} start={chosen.start} dated />
            </p>
          )}
          <Refusal trouble={act.trouble} />
        </Sheet>
        <Button place="counter" className="w-full flex-none" onPress={onStop}>
          <T k="counter.move.stop" />
        </Button>
        <Button place="counter" className="w-full flex-none" busy={act.busy} unavailable={unavailable} onPress={() => move(false)}>
          <T k="counter.move.only" />
        </Button>
        <Button
          place="counter"
          kind="primary"
          icon="printer"
          className="min-h-18 w-full flex-none text-[22px]!"
          busy={act.busy}
          unavailable={unavailable}
          onPress={() => move(true)}
        >
          <T k="counter.move.go" />
        </Button>
      </div>
    </main>
  );
}
