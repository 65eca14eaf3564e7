import { useState } from "react";
import type { Block, Conflict, Office } from "../session";
import type { BlockKind } from "../session/booking";
import { Button } from "../ui/Button";
import { type Day, dayOf, startOfDay, wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { ScreenTitle, Sheet } from "../ui/work/parts";
import { useClient } from "../ui/work/seat";
import { addDays } from "../ui/office-time";
import { DayName } from "./DayName";
import { Done, NotRead, Refusal } from "./Told";
import { useAct } from "../ui/work/useAct";
import { T, useWords } from "./words";

const kinds: readonly BlockKind[] = ["cleaning", "sick", "closure"];
/** For how long, in minutes; the rest of the day last. */
const spans = [15, 30, 60, 120, "day"] as const;
type Span = (typeof spans)[number];

/** Booths that cannot be used: closed for cleaning, out of order, shut for once; visits in the way go to another booth. */
export function BlocksScreen({
  office,
  blocks,
  failed,
  onMove,
  onRetry,
  onDay,
}: {
  readonly office: Office;
  readonly blocks: readonly Block[] | undefined;
  readonly failed: boolean;
  /** A visit in the way has to be moved. */
  readonly onMove: (conflict: Conflict) => void;
  readonly onRetry: () => void;
  readonly onDay: () => void;
}) {
  const client = useClient();
  const act = useAct();
  const [booth, setBooth] = useState(office.booths[0]?.id ?? "");
  const [kind, setKind] = useState<BlockKind>("cleaning");
  const [span, setSpan] = useState<Span>(15);
  const [made, setMade] = useState<Block | null>(null);
  const here = blocks?.filter((b) => b.state === "blocked" && (b.booths ?? []).some((id) => office.booths.some((o) => o.id === id))) ?? [];
  const block = () =>
    void act.act(async () => {
      const now = client.now();
      const end = span === "day" ? startOfDay(addDays(dayOf(now), 1)) : now + span * 60_000;
      setMade(await client.api.block({ booth, kind, start: new Date(now).toISOString(), end: new Date(end).toISOString(), around: true }));
    });
  return (
    <main className="screen-only grid min-h-0 flex-1 gap-4 px-5 py-4 text-[18px] roomy:grid-cols-2 roomy:overflow-y-auto">
      <div className="flex flex-col gap-4">
        <ScreenTitle className="text-[26px]">
          <T k="counter.blocks.title" />
        </ScreenTitle>
        <Sheet className="flex flex-col gap-4 p-5">
          <Choices name="counter.blocks.which">
            {office.booths.map((one) => (
              <Button key={one.id} place="desk" chosen={booth === one.id} onPress={() => setBooth(one.id)}>
                {literal(one.name)}
              </Button>
            ))}
          </Choices>
          <Choices name="counter.blocks.why">
            {kinds.map((one) => (
              <Button key={one} place="desk" chosen={kind === one} onPress={() => setKind(one)}>
                <T k={`counter.blocks.kind.${one as "cleaning" | "sick" | "closure"}`} />
              </Button>
            ))}
          </Choices>
          <Choices name="counter.blocks.long">
            {spans.map((one) => (
              <Button key={one} place="desk" chosen={span === one} onPress={() => setSpan(one)}>
                {one === "day" ? <T k="counter.blocks.restOfDay" /> : <T k="counter.book.minutes" values={{ minutes: one }} />}
              </Button>
            ))}
          </Choices>
          <Refusal trouble={act.trouble} />
          <Button place="counter" kind="primary" icon="lock" busy={act.busy} onPress={block}>
            <T k="counter.blocks.go" />
          </Button>
        </Sheet>
        <div aria-live="polite" className="flex flex-col gap-3">
          {made !== null && <Outcome block={made} onMove={onMove} />}
        </div>
      </div>
      <div className="flex flex-col gap-3">
        <div className="flex flex-wrap items-center gap-4">
          <h2 className="mr-auto text-[22px] font-bold">
            <T k="counter.blocks.now" />
          </h2>
          <Button place="counter" icon="back" onPress={onDay}>
            <T k="counter.made.day" />
          </Button>
        </div>
        {failed && <NotRead onRetry={onRetry} />}
        {!failed && here.length === 0 && (
          <p>
            <T k="counter.blocks.none" />
          </p>
        )}
        <ul className="flex flex-col gap-3">
          {here.map((one) => (
            <li key={one.id}>
              <BlockCard
                block={one}
                office={office}
                busy={act.busy}
                onLift={() =>
                  void act.act(async () => {
                    await client.api.unblock(one.id);
                    setMade(null);
                    onRetry();
                  })
                }
              />
            </li>
          ))}
        </ul>
      </div>
    </main>
  );
}

function Choices({ name, children }: { readonly name: "counter.blocks.which" | "counter.blocks.why" | "counter.blocks.long"; readonly children: React.ReactNode }) {
  const words = useWords();
  return (
    <div role="group" aria-label={words.written(name)} className="flex flex-col gap-1.5">
      <p aria-hidden="true" className="text-ink-soft">
        <T k={name} />
      </p>
      <div className="flex flex-wrap gap-2">{children}</div>
    </div>
  );
}

function Outcome({ block, onMove }: { readonly block: Block; readonly onMove: (conflict: Conflict) => void }) {
  const rehoused = block.rehoused ?? [];
  const inTheWay = block.inTheWay ?? [];
  return (
    <>
      <Done>
        <T k="counter.blocks.done" />
      </Done>
      {rehoused.length > 0 && (
        <p>
          <T k="counter.blocks.rehoused" values={{ numbers: rehoused.map((a) => `${a.number} → ${literal(a.boothName)}`).join(", ") }} />
        </p>
      )}
      {inTheWay.map((conflict) => (
        <Sheet key={conflict.appointment.id} tone="heed" className="flex flex-wrap items-center gap-4 px-4 py-2.5">
          <p className="min-w-0 flex-1 basis-60">
            <T k="counter.blocks.inTheWay" values={{ number: conflict.appointment.number, time: wallClock(conflict.appointment.start) }} />
          </p>
          <Button place="desk" icon="clock" onPress={() => onMove(conflict)}>
            <T k="counter.move.open" />
          </Button>
        </Sheet>
      ))}
    </>
  );
}

function BlockCard({ block, office, busy, onLift }: { readonly block: Block; readonly office: Office; readonly busy: boolean; readonly onLift: () => void }) {
  const words = useWords();
  const names = office.booths.filter((b) => (block.booths ?? []).includes(b.id)).map((b) => literal(b.name));
  const kind = kinds.find((k) => k === block.kind) as "cleaning" | "sick" | "closure" | undefined;
  return (
    <Sheet className="flex flex-wrap items-center gap-x-5 gap-y-2 px-5 py-3">
      <p className="text-[20px] font-bold">{names.join(", ")}</p>
      {kind !== undefined && (
        <p>
          <T k={`counter.blocks.kind.${kind}`} />
        </p>
      )}
      <p>
        <Moment at={block.start} /> 〜 <Moment at={block.end} />
      </p>
      <Button place="desk" className="ml-auto" busy={busy} label={words.written("counter.blocks.lift.label", { booth: names.join(", ") })} onPress={onLift}>
        <T k="counter.blocks.lift" />
      </Button>
    </Sheet>
  );
}

function Moment({ at }: { readonly at: string }) {
  const day: Day = dayOf(at);
  return (
    <>
      <DayName day={day} /> {wallClock(at)}
    </>
  );
}
