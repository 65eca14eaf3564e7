import { useState } from "react";
import type { Emergency, Office, SessionSummary } from "../session";
import { AlarmSheet } from "../ui/AlarmSheet";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { useAct } from "../ui/work/useAct";
import { literal } from "../ui/ruby";
import { useClient } from "../ui/work/seat";
import { T } from "./words";

/** What whoever telephones for help from this office has to say and dial; the counter knows it without being told. */
export function sheetOf(office: Office | undefined, at: string): Emergency {
  return {
    by: "booth:",
    at,
    address: office?.address ?? "",
    officePhone: office?.phone ?? "",
    hospital: office?.emergency?.hospital ?? "",
    hospitalPhone: office?.emergency?.phone ?? "",
    deskName: "",
    deskPhone: "",
  };
}

/** Emergencies that stand, above everything of the day, until somebody says that they are over. */
export function Emergencies({ sessions, office }: { readonly sessions: readonly SessionSummary[]; readonly office: Office | undefined }) {
  return sessions.filter((one) => one.emergency === true).map((one) => <Standing key={one.id} session={one} office={office} />);
}

function Standing({ session, office }: { readonly session: SessionSummary; readonly office: Office | undefined }) {
  const { conduct } = useClient();
  const { act, busy, trouble } = useAct();
  const [open, setOpen] = useState(false);
  return (
    <section data-emergency="" className="border-b-4 border-emergency bg-white px-7 py-3 text-[20px]">
      <div className="flex flex-wrap items-center gap-4">
        <Icon name="warn" className="size-8 text-emergency" />
        <p role="alert" className="text-[24px] font-bold text-emergency">
          <T k={trouble === null ? "alarm.booth" : trouble.key} values={{ booth: literal(session.boothName) }} />
        </p>
        <span className="ml-auto flex flex-wrap gap-3">
          <Button place="counter" kind="primary" onPress={() => setOpen(!open)}>
            <T k={open ? "work.close" : "alarm.open"} />
          </Button>
          <Button place="counter" busy={busy} onPress={() => void act(() => conduct.calm(session.id))}>
            <T k="alarm.calm" />
          </Button>
        </span>
      </div>
      {open && <AlarmSheet emergency={sheetOf(office, "")} told={false} />}
    </section>
  );
}
