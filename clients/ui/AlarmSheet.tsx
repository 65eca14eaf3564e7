import type { ReactNode } from "react";
import type { Office } from "../session/booking";
import type { Emergency } from "../session/protocol";
import { Icon, type IconName } from "./Icon";
import { shortTimeWords } from "./time";
import alarm from "./words/ja/alarm";
import { wordsOf } from "./words";

const { T, useWords } = wordsOf(alarm);

/** What an office itself knows of whom to telephone, where nobody else has told it. */
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

/** Everything whoever telephones for help has to say or dial, large and in one place; booth, desk and counter show the same. */
export function AlarmSheet({
  emergency,
  told = true,
  className = "",
}: {
  readonly emergency: Emergency;
  /** False where nobody has heard of it yet. */
  readonly told?: boolean;
  readonly className?: string;
}) {
  const words = useWords();
  return (
    <div className={`flex min-h-0 flex-col gap-[0.2em] ${className}`}>
      {told && (
        <p role="status" className="leading-relaxed">
          <T k={emergency.by.startsWith("booth:") ? "alarm.by.booth" : "alarm.by.desk"} />{" "}
          <T k="alarm.told" values={{ time: shortTimeWords(words, Date.parse(emergency.at)) }} />
        </p>
      )}
      <dl className="flex flex-col">
        <Row icon="phone" name={<T k="alarm.ambulance" />}>
          <Number>
            <T k="alarm.ambulance.phone" />
          </Number>
        </Row>
        <Row icon="house" name={<T k="alarm.address" />}>
          <span lang="ja">{emergency.address}</span>
        </Row>
        <Row icon="plus" name={<T k="alarm.hospital" />}>
          <span lang="ja">{emergency.hospital}</span> <Number>{emergency.hospitalPhone}</Number>
        </Row>
        <Row icon="phone" name={<T k="alarm.office" />}>
          <Number>{emergency.officePhone}</Number>
        </Row>
        {emergency.deskName !== "" && (
          <Row icon="person" name={<T k="alarm.desk" />}>
            <span lang="ja">{emergency.deskName}</span> <Number>{emergency.deskPhone}</Number>
          </Row>
        )}
      </dl>
    </div>
  );
}

function Row({ icon, name, children }: { readonly icon: IconName; readonly name: ReactNode; readonly children: ReactNode }) {
  return (
    <div className="flex items-center gap-[0.7em] border-t-2 border-hairline py-[0.2em]">
      <Icon name={icon} className="size-[1.4em] text-emergency" />
      <dt className="w-[9em] shrink-0 leading-relaxed">{name}</dt>
      <dd className="flex min-w-0 flex-1 flex-wrap gap-x-[1em] text-[1.15em] leading-relaxed font-bold">{children}</dd>
    </div>
  );
}

function Number({ children }: { readonly children: ReactNode }) {
  return <span className="whitespace-nowrap tabular-nums">{children}</span>;
}
