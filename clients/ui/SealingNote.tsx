import type { SealingState } from "../session";
import { Icon } from "./Icon";
import { CommonT, useCommonWords } from "./words";

/** Six digits are read aloud in two groups. */
function inGroups(code: string): string {
  return `${code.slice(0, 3)} ${code.slice(3)}`;
}

/**
 * Whether what people say and show can be heard and seen by anybody in between, and the code by which they can make sure: beside
 * who sees and hears, on every screen with an open line. It must never say more than is so.
 */
export function SealingNote({
  sealing,
  brief = false,
}: {
  readonly sealing: SealingState;
  /** Says why it is not sealed only to who asks: where there is little room. */
  readonly brief?: boolean;
}) {
  const words = useCommonWords();
  const open = sealing.state !== "sealed";
  const why = sealing.state === "off" ? "sealing.off.why" : "sealing.open.why";
  return (
    <div data-sealing={sealing.state} data-code={sealing.code ?? ""} className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <p title={open ? words.spoken(why) : undefined} className={`flex items-center gap-3 font-bold ${open ? "rounded-full bg-heed px-4 py-1 text-heed-ink" : ""}`}>
        <Icon name="lock" className={`size-[1.2em] ${open ? "" : "text-primary"}`} />
        <span>
          <CommonT k={open ? "sealing.open" : "sealing.sealed"} />
        </span>
      </p>
      {open && !brief && (
        <p>
          <CommonT k={why} />
        </p>
      )}
      {!open && sealing.code !== null && (
        <p title={words.spoken("sealing.code.why")} className="tabular-nums">
          <CommonT k="sealing.code" values={{ code: inGroups(sealing.code) }} />
        </p>
      )}
      {sealing.meddled && (
        <p role="status" data-meddled="" className="rounded-8 bg-heed-soft px-3 py-1 font-bold text-heed-ink">
          <CommonT k="sealing.meddled" />
        </p>
      )}
    </div>
  );
}
