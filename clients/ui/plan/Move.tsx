import { useState } from "react";
import type { Appointment, LegRequest } from "../../session";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { dayOf } from "../office-time";
import { TroubleLine } from "../work/parts";
import { useClient, useNow } from "../work/seat";
import { When, Whom } from "./parts";
import { useAct } from "../work/useAct";
import { type Chosen, WhenPicker } from "./WhenPicker";
import { PlanT } from "./words";

/** Gives an appointment another time at its office, with the same professionals' pools. */
export function MoveDialog({ appointment, onClose }: { readonly appointment: Appointment; readonly onClose: () => void }) {
  const { api } = useClient();
  const { act, busy, trouble } = useAct();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const today = dayOf(useNow(60_000));
  const move = async () => {
    if (chosen === null) return;
    const done = await act(() => api.move(appointment.id, { version: appointment.version, start: chosen.start, rules: chosen.rules }));
    if (done !== undefined) onClose();
  };
  return (
    <Dialog
      title={<PlanT k="plan.move.title" />}
      wide
      onClose={onClose}
      actions={
        <>
          <Button place="desk" onPress={onClose}>
            <PlanT k="work.no" />
          </Button>
          <Button
            place="desk"
            kind="primary"
            busy={busy}
            {...(chosen === null ? { unavailable: <PlanT k="plan.when.choose" /> } : {})}
            onPress={() => void move()}
          >
            <PlanT k="plan.move.yes" />
          </Button>
        </>
      }
    >
      <p>
        <span className="font-bold">
          <Whom appointment={appointment} />
        </span>{" "}
        <When at={appointment.start} />
        {chosen !== null && (
          <>
            {" → "}
            <strong>
              <When at={chosen.start} />
            </strong>
          </>
        )}
      </p>
      <WhenPicker office={appointment.office} legs={legsOf(appointment)} from={today} moving={appointment.id} chosen={chosen} onChoose={setChosen} />
      {trouble !== null && (
        <TroubleLine>
          <PlanT k={trouble.key} />
        </TroubleLine>
      )}
    </Dialog>
  );
}

/** The legs of an appointment that are still needed, as they are asked for. */
export function legsOf(appointment: Appointment): LegRequest[] {
  return appointment.legs.filter((leg) => leg.freed !== true).map(({ service, pool }) => ({ service, pool }));
}
