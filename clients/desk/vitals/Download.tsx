import type { Appointment, Session } from "../../session";
import { bundle } from "../../session/vitals/fhir";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { useClient } from "../../ui/work/seat";
import { residentName } from "../names";
import { T, useWords } from "../words";
import type { ReadingsState } from "./readings";

/** Warns, then gives the confirmed readings to the browser as a file. The page keeps nothing of it. */
export function Download({
  state,
  session,
  appointment,
  onClose,
}: {
  readonly state: ReadingsState;
  readonly session: Session | null;
  readonly appointment: Appointment | undefined;
  readonly onClose: () => void;
}) {
  const client = useClient();
  const words = useWords();
  const save = () => {
    const made = bundle(
      state.readings,
      {
        patient: residentName(appointment) ?? null,
        patientNumber: appointment?.resident?.patientNumber ?? null,
        professional: session?.legs[session.leg]?.professional.name ?? "",
        confirmed: state.confirmed,
        now: client.now(),
      },
      (flag) => words.written(`readings.flag.${flag}`),
    );
    give(`vitals-${session?.number ?? 0}.fhir.json`, JSON.stringify(made, null, 2));
    onClose();
  };
  return (
    <Dialog
      title={<T k="readings.download.title" />}
      onClose={onClose}
      actions={
        <>
          <Button place="desk" className="min-h-13" onPress={onClose}>
            <T k="work.no" />
          </Button>
          <Button place="desk" kind="primary" className="min-h-13" onPress={save}>
            <T k="readings.download.go" />
          </Button>
        </>
      }
    >
      <p className="text-[18px]">
        <T k="readings.download.warn" />
      </p>
      <p className="text-[18px]">
        <T k="readings.download.only" values={{ count: state.confirmed.size }} />
      </p>
    </Dialog>
  );
}

/** The name of the file holds a number and nobody's name. */
function give(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/fhir+json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
