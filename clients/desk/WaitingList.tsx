import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { wallClock, wholeMinutes } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { Fact, Sheet } from "../ui/work/parts";
import { useNow } from "../ui/work/seat";
import type { DayRow, WaitingGuest } from "../ui/plan/day";
import { residentName } from "./names";
import { T, useWords } from "./words";

/** Who waits where and how long, ticking. Arrivals are read out; the minutes are not, or nothing else could be heard. */
export function WaitingList({
  guests,
  rows,
  onWelcome,
}: {
  readonly guests: WaitingGuest[];
  readonly rows: DayRow[];
  readonly onWelcome: (session: string) => void;
}) {
  const words = useWords();
  const now = useNow();
  const listed = new Set(rows.map((r) => r.session?.id));
  return (
    <Sheet label={words.written("desk.waiting")} className="flex min-h-32 shrink flex-col p-5">
      <h2 className="flex items-center gap-3 border-b border-solid-gray-420 pb-2 text-[19px] font-bold">
        <Icon name="people" className="size-6" />
        <span>
          <T k="desk.waiting" />
        </span>
      </h2>
      <p role="status" className="sr-only">
        {guests.length === 0 ? <T k="desk.waiting.none" /> : <T k="desk.waiting.count" values={{ count: guests.length }} />}
      </p>
      {guests.length === 0 ? (
        <p className="pt-3 text-ink-soft">
          <T k="desk.waiting.none" />
        </p>
      ) : (
        <div role="region" aria-label={words.written("desk.waiting")} tabIndex={0} className="min-h-0 overflow-y-auto">
          <ul>
            {guests.map((guest) => (
              <li key={guest.session.id} className="border-b border-solid-gray-200 py-3 last:border-0">
                <div className="flex items-center gap-4">
                  <p className="whitespace-nowrap">
                    <span className="text-[42px] leading-none font-bold tabular-nums">{wholeMinutes(guest.since, now)}</span>
                    <T k="desk.minutes" />
                  </p>
                  <div className="min-w-0 leading-snug">
                    <p className="text-[20px] font-bold">
                      {residentName(guest.appointment) ?? <T k="desk.number" values={{ number: guest.session.number }} />}
                    </p>
                    <p>
                      {literal(guest.session.officeName)} {literal(guest.session.boothName)}
                    </p>
                  </div>
                </div>
                <ul className="mt-1 text-[16px]">
                  {guest.session.notBefore !== undefined && (
                    <Fact icon="clock">
                      <T k="desk.waiting.later" values={{ time: wallClock(guest.session.notBefore) }} />
                    </Fact>
                  )}
                  {guest.session.boothOnline ? (
                    <Fact icon="check" tone="good">
                      <T k="desk.waiting.ready" values={{ time: wallClock(guest.since) }} />
                    </Fact>
                  ) : (
                    <Fact icon="again" tone="heed">
                      <T k="desk.waiting.offline" />
                    </Fact>
                  )}
                </ul>
                {!listed.has(guest.session.id) && (
                  <Button place="desk" className="mt-2 w-full" onPress={() => onWelcome(guest.session.id)}>
                    <T k="desk.welcome" />
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Sheet>
  );
}
