import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Appointment } from "../session";
import type { Office } from "../session/booking";
import { Button } from "../ui/Button";
import { dayOf, wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { ScreenTitle, Sheet, TroubleLine } from "../ui/work/parts";
import { DayName } from "./DayName";
import { groupedReception, publicNames } from "./neutral";
import { useQr } from "./queries";
import { T, useWords } from "./words";

/** Why a slip is on the screen; what is new prints by itself. */
export type SlipReason = "booked" | "accepted" | "moved" | "moved-quietly" | "looked-at";

/** The slip on the screen and on paper. */
export function SlipScreen({
  appointment,
  office,
  why,
  onAnother,
  onDay,
}: {
  readonly appointment: Appointment;
  readonly office: Office | undefined;
  readonly why: SlipReason;
  readonly onAnother: () => void;
  readonly onDay: () => void;
}) {
  const qr = useQr(appointment.id);
  const [drawn, setDrawn] = useState(false);
  const printed = useRef(false);
  const ready = drawn || qr.failed;
  const fresh = why === "booked" || why === "moved";
  useEffect(() => {
    if (!fresh || !ready || printed.current) return;
    printed.current = true;
    window.print();
  }, [fresh, ready]);
  return (
    <main className="paper-main text-[18px]">
      <Paper appointment={appointment} office={office} svg={qr.svg} onDrawn={() => setDrawn(true)} />
      <div className="screen-only flex flex-col gap-3.5">
        <Sheet className="p-5">
          <ScreenTitle className="text-[26px]">
            <Title why={why} number={appointment.number} />
          </ScreenTitle>
          {appointment.state === "unknown" && (
            <TroubleLine className="mt-3">
              <T k="counter.unknown.means" />
            </TroubleLine>
          )}
          {qr.failed && (
            <TroubleLine className="mt-3">
              <T k="counter.slip.noQr" />
            </TroubleLine>
          )}
        </Sheet>
        <Button place="counter" icon="printer" className="w-full" onPress={() => window.print()}>
          <T k="counter.made.print" />
        </Button>
        <Button place="counter" icon="plus" className="w-full" onPress={onAnother}>
          <T k="counter.made.another" />
        </Button>
        <Button place="counter" kind="primary" icon="back" className="min-h-18 w-full" onPress={onDay}>
          <T k="counter.made.day" />
        </Button>
      </div>
    </main>
  );
}

function Title({ why, number }: { readonly why: SlipReason; readonly number: number }) {
  switch (why) {
    case "booked":
    case "accepted":
      return <T k="counter.made" />;
    case "moved":
    case "moved-quietly":
      return <T k="counter.moved" values={{ number }} />;
    case "looked-at":
      return <T k="counter.number" values={{ number }} />;
  }
}

/** What the resident takes home: numbers, date, place and a neutral word. No name: slips get lost. */
function Paper({
  appointment,
  office,
  svg,
  onDrawn,
}: {
  readonly appointment: Appointment;
  readonly office: Office | undefined;
  readonly svg: string | undefined;
  readonly onDrawn: () => void;
}) {
  return (
    <article data-slip="" className="slip mx-auto w-full max-w-[34rem] self-start rounded-12 border border-solid-gray-420 bg-white px-9 py-6">
      <h2 className="border-b-2 border-ink pb-2 text-[22px] font-bold">
        <T k="counter.slip.title" />
      </h2>
      <div className="flex items-center justify-between gap-6 py-3">
        <div>
          <p>
            <T k="counter.slip.number" />
          </p>
          <p className="text-[60px] leading-none font-bold">
            <T k="counter.slip.numberIs" values={{ number: appointment.number }} />
          </p>
          <p className="mt-3">
            <T k="counter.slip.reception" />
          </p>
          <p className="text-[34px] leading-tight font-bold tabular-nums">{groupedReception(appointment.reception)}</p>
        </div>
        <div className="size-44 flex-none">
          {svg !== undefined && <Code svg={svg} onDrawn={onDrawn} />}
        </div>
      </div>
      <dl className="grid grid-cols-[auto_1fr] gap-x-7 gap-y-1 border-t border-ink pt-3 text-[20px]">
        <Entry name={<T k="counter.slip.date" />}>
          <DayName day={dayOf(appointment.start)} />
        </Entry>
        <Entry name={<T k="counter.slip.time" />}>
          <T k="counter.fromTo" values={{ from: wallClock(appointment.start), to: wallClock(appointment.end) }} />
        </Entry>
        <Entry name={<T k="counter.slip.place" />}>
          {literal(appointment.officeName)} {literal(appointment.boothName)}
        </Entry>
        <Entry name={<T k="counter.slip.with" />}>{publicNames(appointment.legs).join(" → ")}</Entry>
      </dl>
      <p className="mt-4">
        <T k="counter.slip.bring" />
      </p>
      {office !== undefined && (
        <p className="mt-1">
          <T k="counter.slip.phone" values={{ office: literal(office.name), phone: literal(office.phone) }} />
        </p>
      )}
      <p className="mt-1">
        <T k="counter.slip.my" /> <span className="break-all">{`${location.host}/my/`}</span>
      </p>
    </article>
  );
}

function Entry({ name, children }: { readonly name: ReactNode; readonly children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="font-bold">{children}</dd>
    </>
  );
}

/** An SVG text as a picture; inside a picture nothing of it can run. */
function Code({ svg, onDrawn }: { readonly svg: string; readonly onDrawn: () => void }) {
  const words = useWords();
  const picture = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    if (picture.current !== null) picture.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [svg]);
  return <img ref={picture} alt={words.written("counter.slip.qr")} onLoad={onDrawn} className="size-full" />;
}
