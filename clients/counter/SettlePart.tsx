import type { Appointment } from "../session";
import type { SettleChoice } from "../session/booking";
import { Button } from "../ui/Button";
import { dayOf, wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { DayName } from "./DayName";
import { T } from "./words";

/** What the resident was told and the store has lost, and what can be decided: keep it, another time, or give it up. */
export function SettlePart({
  appointment,
  busy,
  onSettle,
  onRebook,
}: {
  readonly appointment: Appointment;
  readonly busy: boolean;
  readonly onSettle: (choice: SettleChoice) => void;
  readonly onRebook: () => void;
}) {
  const { dispute } = appointment;
  return (
    <section className="flex flex-col gap-3 rounded-8 border-2 border-heed-edge bg-heed-soft px-4 py-3 text-[20px]">
      <h3 className="font-bold text-heed-ink">
        <T k="counter.settle.title" />
      </h3>
      <p>
        <T k={dispute?.reason === "changed" ? "counter.settle.changed" : "counter.settle.taken"} />
      </p>
      {dispute !== undefined && (
        <p className="font-bold">
          {dispute.state === "cancelled" ? (
            <T k="counter.settle.toldCancelled" />
          ) : (
            <>
              <T k="counter.settle.told" /> <DayName day={dayOf(dispute.start)} /> {wallClock(dispute.start)} {literal(dispute.boothName)}
            </>
          )}
        </p>
      )}
      <div className="flex flex-wrap gap-3">
        <Button place="counter" busy={busy} onPress={() => onSettle("keep")}>
          <T k="counter.settle.keep" />
        </Button>
        <Button place="counter" kind="primary" icon="clock" onPress={onRebook}>
          <T k="counter.settle.rebook" />
        </Button>
        <Button place="counter" busy={busy} onPress={() => onSettle("drop")}>
          <T k="counter.settle.drop" />
        </Button>
      </div>
    </section>
  );
}
