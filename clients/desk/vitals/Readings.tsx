import { useState } from "react";
import type { Appointment, Session } from "../../session";
import { inBaseUnit, valueOf, type Quantity, type Reading } from "../../session/vitals/reading";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { wallClock } from "../../ui/office-time";
import { literal } from "../../ui/ruby";
import { Pill, Sheet } from "../../ui/work/parts";
import { T, useWords } from "../words";
import { Download } from "./Download";
import { Enter } from "./Enter";
import { isOver } from "./readings";
import type { Readings } from "./useReadings";

/** What was measured: value, unit, time, device, what is to be said of it; each taken by a press. */
export function ReadingsSheet({ readings, session, appointment }: { readonly readings: Readings; readonly session: Session | null; readonly appointment: Appointment | undefined }) {
  const words = useWords();
  const [entering, setEntering] = useState(false);
  const [saving, setSaving] = useState(false);
  const { state, kinds } = readings;
  if (kinds.length === 0) return null;
  return (
    <Sheet label={words.written("readings.title")} className="flex-none px-5 py-4">
      <div className="flex items-baseline justify-between gap-3">
        <h2 className="text-[19px] font-bold">
          <T k="readings.title" />
        </h2>
        <p className="text-[15px] text-ink-soft">
          <T k="readings.kept" />
        </p>
      </div>
      {state.readings.length === 0 ? (
        <p className="py-1 text-ink-soft">
          <T k="readings.none" />
        </p>
      ) : (
        <ul data-readings="">
          {state.readings.map((one) => (
            <Row key={one.id} reading={one} confirmed={state.confirmed.has(one.id)} onConfirm={() => readings.confirm(one.id)} />
          ))}
        </ul>
      )}
      <Asking readings={readings} />
      <div className="mt-2 flex flex-wrap gap-2">
        <Button place="desk" icon="pen" onPress={() => setEntering(true)}>
          <T k="readings.enter" />
        </Button>
        <Button place="desk" icon="box" unavailable={state.confirmed.size === 0 ? <T k="readings.download.none" /> : undefined} onPress={() => setSaving(true)}>
          <T k="readings.download" />
        </Button>
      </div>
      {entering && <Enter kinds={kinds} onAdd={readings.add} onClose={() => setEntering(false)} />}
      {saving && <Download state={state} session={session} appointment={appointment} onClose={() => setSaving(false)} />}
    </Sheet>
  );
}

/** What is asked of the booth, and where it stands. */
function Asking({ readings }: { readonly readings: Readings }) {
  const words = useWords();
  const { state, kinds, ask, stop } = readings;
  const { asked } = state;
  if (asked !== null && !isOver(asked)) {
    return (
      <div role="status" data-asked={asked.stage} className="mt-2 flex items-center gap-3 rounded-8 bg-ground-booth px-3 py-2">
        <p className="min-w-0 flex-1">
          {asked.kind !== null && (
            <span className="font-bold">
              <T k={`vitals.kind.${asked.kind}`} />{" "}
            </span>
          )}
          <T k={`readings.stage.${asked.stage}`} />
        </p>
        <Button place="desk" onPress={stop}>
          <T k="readings.stop" />
        </Button>
      </div>
    );
  }
  return (
    <div role="group" aria-label={words.written("readings.ask")} className="mt-2 flex flex-wrap items-center gap-2">
      <p className="w-full text-[16px] text-ink-soft">
        <T k="readings.ask" />
      </p>
      {kinds.map((kind) => (
        <Button key={kind} place="desk" className="px-3!" label={words.written("readings.ask.kind", { kind: words.written(`vitals.kind.${kind}`) })} onPress={() => ask([kind])}>
          <T k={`vitals.kind.${kind}`} />
        </Button>
      ))}
      {kinds.length > 1 && (
        <Button place="desk" className="px-3!" label={words.written("readings.ask.kind", { kind: words.written("readings.ask.all") })} onPress={() => ask(kinds)}>
          <T k="readings.ask.all" />
        </Button>
      )}
    </div>
  );
}

function Row({ reading, confirmed, onConfirm }: { readonly reading: Reading; readonly confirmed: boolean; readonly onConfirm: () => void }) {
  const words = useWords();
  const what = words.written(`vitals.kind.${reading.kind}`);
  return (
    <li data-reading={reading.kind} className="border-t border-solid-gray-420 py-2 first:border-t-0">
      <div className="flex items-center gap-3">
        <div className="min-w-0 flex-1">
          <Numbers reading={reading} />
        </div>
        {confirmed ? (
          <Pill tone="good" icon="check">
            <T k="readings.confirmed" />
          </Pill>
        ) : (
          <Button place="desk" label={words.written("readings.confirm.label", { what })} onPress={onConfirm}>
            <T k="readings.confirm" />
          </Button>
        )}
      </div>
      <p className="text-[15px] text-ink-soft">
        <span className="tabular-nums">{wallClock(reading.at)}</span> <From reading={reading} />
      </p>
      {reading.values.map((one) => (
        <Original key={one.of} quantity={one} />
      ))}
      {reading.flags.length > 0 && (
        <ul className="mt-1 flex flex-col gap-1">
          {reading.flags.map((flag) => (
            <li key={flag} className="flex items-start gap-2 rounded-8 bg-heed px-2 py-0.5 text-[16px] text-heed-ink">
              <Icon name="warn" className="mt-1 size-5 flex-none" />
              <span>
                <T k={`readings.flag.${flag}`} />
                {flag.startsWith("clock-") && reading.deviceTime !== null && (
                  <>
                    {" "}
                    <T k="readings.device.time" values={{ time: reading.deviceTime.replace("T", " ") }} />
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** A pressure is two numbers that belong together; everything else stands for itself. In the units people here go by. */
function Numbers({ reading: { values } }: { readonly reading: Reading }) {
  const [systolic, diastolic] = [valueOf(values, "systolic"), valueOf(values, "diastolic")];
  const others = values.filter(({ of }) => of !== "systolic" && of !== "diastolic" && of !== "mean");
  const mean = valueOf(values, "mean");
  return (
    <>
      {systolic !== null && diastolic !== null && (
        <p className="whitespace-nowrap">
          <span className="mr-3">
            <T k="vitals.kind.blood-pressure" />
          </span>
          <span className="text-[26px] font-bold tabular-nums">
            {shown(systolic)}/{shown(diastolic)}
          </span>{" "}
          <T k={`vitals.unit.${inBaseUnit(systolic).unit}`} />
        </p>
      )}
      {mean !== null && (
        <p className="text-[15px] text-ink-soft">
          <T k="vitals.of.mean" /> <span className="tabular-nums">{shown(mean)}</span> <T k={`vitals.unit.${inBaseUnit(mean).unit}`} />
        </p>
      )}
      {others.map((one) => (
        <p key={one.of} className="whitespace-nowrap">
          <span className="mr-3">
            <T k={`vitals.of.${one.of}`} />
          </span>
          <span className="text-[26px] font-bold tabular-nums">{shown(one)}</span> <T k={`vitals.unit.${inBaseUnit(one).unit}`} />
        </p>
      ))}
    </>
  );
}

function shown(quantity: Quantity): string {
  const base = inBaseUnit(quantity);
  if (base.unit === quantity.unit) return String(quantity.value);
  return base.value.toFixed(quantity.of === "temperature" || quantity.of === "weight" ? 1 : 0);
}

/** What the device itself has shown, where it speaks in other units: a conversion is never silent. */
function Original({ quantity }: { readonly quantity: Quantity }) {
  const words = useWords();
  if (inBaseUnit(quantity).unit === quantity.unit) return null;
  return (
    <p className="text-[15px] text-ink-soft">
      <T k="readings.original" values={{ value: quantity.value, unit: words.marked(`vitals.unit.${quantity.unit}`) }} />
    </p>
  );
}

function From({ reading: { way, device } }: { readonly reading: Reading }) {
  if (way !== "device") return <T k={`readings.way.${way}`} />;
  return device === null ? <T k="readings.way.device.unnamed" /> : <span lang="">{literal(device)}</span>;
}
