import { useState } from "react";
import type { Office, SessionSummary } from "../session";
import { AlarmSheet, sheetOf } from "../ui/AlarmSheet";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { literal } from "../ui/ruby";
import { CalmButton } from "../ui/work/Calm";
import { T } from "./words";

/** Emergencies that stand, above everything of the day, until somebody says that they are over. */
export function Emergencies({ sessions, office }: { readonly sessions: readonly SessionSummary[]; readonly office: Office | undefined }) {
  return sessions.filter((one) => one.emergency === true).map((one) => <Standing key={one.id} session={one} office={office} />);
}

function Standing({ session, office }: { readonly session: SessionSummary; readonly office: Office | undefined }) {
  const [open, setOpen] = useState(false);
  return (
    <section data-emergency="" className="border-b-4 border-emergency bg-white px-7 py-3 text-[20px]">
      <div className="flex flex-wrap items-center gap-4">
        <Icon name="warn" className="size-8 text-emergency" />
        <p role="alert" className="text-[24px] font-bold text-emergency">
          <T k="alarm.booth" values={{ booth: literal(session.boothName) }} />
        </p>
        <span className="ml-auto flex flex-wrap gap-3">
          <Button place="counter" kind="primary" onPress={() => setOpen(!open)}>
            <T k={open ? "work.close" : "alarm.open"} />
          </Button>
          <CalmButton session={session.id} place="counter" />
        </span>
      </div>
      {open && <AlarmSheet emergency={sheetOf(office, "")} told={false} />}
    </section>
  );
}
