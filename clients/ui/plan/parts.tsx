import type { Appointment, AppointmentLeg, Cause } from "../../session";
import { type Day, dayOf, dayParts, wallClock } from "../office-time";
import { literal } from "../ruby";
import { Icon } from "../Icon";
import { Pill } from "../work/parts";
import { useLanguage } from "../words";
import { notesOf, preparations, pushedBy } from "./plan";
import { useServices } from "./queries";
import { PlanT, usePlanWords } from "./words";

/** The start of a leg; where it has been pushed back, the planned one struck through beside it. */
export function PlannedTime({ leg }: { readonly leg: Pick<AppointmentLeg, "start" | "planned"> }) {
  const words = usePlanWords();
  if (pushedBy(leg) === 0) return <>{wallClock(leg.start)}</>;
  return (
    <span className="inline-flex flex-col leading-tight">
      <span className="sr-only">{words.written("plan.time.was")}</span>
      <s className="text-[0.8em] font-normal text-ink-soft">{wallClock(leg.planned)}</s>
      <span className="sr-only">{words.written("plan.time.now")}</span>
      <span className="text-heed-ink">{wallClock(leg.start)}</span>
    </span>
  );
}

/** What a visit is about, leg by leg; what is not needed struck through. */
export function Content({ appointment }: { readonly appointment: Appointment }) {
  const words = usePlanWords();
  return (
    <span>
      {appointment.legs.map((leg, i) => (
        <span key={`${leg.service}@${leg.pool}`} className="whitespace-nowrap">
          {i > 0 && (
            <>
              {" "}
              <Icon name="arrow" className="inline size-4 align-baseline" />
              <span className="sr-only">{words.written("plan.then")}</span>{" "}
            </>
          )}
          {leg.freed === true ? (
            <>
              <s className="text-ink-soft">{literal(leg.serviceName ?? leg.publicName)}</s>
              <span className="sr-only"> {words.written("plan.freed")}</span>
            </>
          ) : (
            literal(leg.serviceName ?? leg.publicName)
          )}
        </span>
      ))}
    </span>
  );
}

/** Marks beside a name: first visit, one of a row, to be offered another time. */
export function Marks({ appointment }: { readonly appointment: Appointment }) {
  const first = appointment.legs.some((leg) => leg.first === true);
  if (!first && appointment.series === undefined && appointment.choice !== true) return null;
  return (
    <span className="mt-1 flex flex-wrap gap-1.5 text-[15px] font-normal">
      {first && (
        <Pill tone="own">
          <PlanT k="plan.first" />
        </Pill>
      )}
      {appointment.series !== undefined && (
        <Pill icon="again">
          <PlanT k="plan.series" />
        </Pill>
      )}
      {appointment.choice === true && (
        <Pill tone="heed" icon="warn">
          <PlanT k="plan.choice" />
        </Pill>
      )}
    </span>
  );
}

/** "11月25日（水）". */
export function DayWords({ day }: { readonly day: Day }) {
  const words = usePlanWords();
  const { month, day: date, weekday } = dayParts(day);
  return <PlanT k="date" values={{ month, day: date, weekday: words.marked(`day.${weekday}` as "day.0") }} />;
}

/** Day and time of an instant. */
export function When({ at }: { readonly at: string }) {
  return (
    <>
      <DayWords day={dayOf(at)} /> {wallClock(at)}
    </>
  );
}

/** A reason of the server in the language shown. */
export function ReasonText({ cause }: { readonly cause: Cause }) {
  const { language } = useLanguage();
  const said = language === "en" ? cause.en : language === "easy" ? cause.easy : undefined;
  return <>{literal(said === undefined || said === "" ? cause.text : said)}</>;
}

/** Whom an appointment is for: the name in kana, or its number. */
export function Whom({ appointment }: { readonly appointment: Appointment }) {
  const kana = appointment.resident?.kana;
  if (kana === undefined || kana === "") return <PlanT k="plan.number" values={{ number: appointment.number }} />;
  return <PlanT k="plan.sama" values={{ name: literal(kana) }} />;
}

/** How far a visit is prepared by one pool, and what its reception has noted for the desk. */
export function Prepared({ appointment, pool }: { readonly appointment: Appointment; readonly pool: string }) {
  const list = preparations(appointment, useServices(), pool);
  const noted = notesOf(appointment);
  const open = appointment.state === "booked" || appointment.state === "arrived";
  const done = list.filter((item) => item.done).length;
  if (!open || (done === 0 && noted.length === 0)) return null;
  return (
    <span className="mt-0.5 block text-[15px] leading-snug font-normal">
      {done > 0 && (
        <span className={done === list.length ? "text-good-ink" : "text-ink-soft"}>
          <PlanT k="plan.prepare.count" values={{ done, all: list.length }} />{" "}
        </span>
      )}
      {noted.map((note) => (
        <span key={note} className="block">
          <PlanT k={`plan.note.${note}`} />
        </span>
      ))}
    </span>
  );
}
