import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

/** One sentence about what is wrong, and what happens next; across the screen, read out when it appears. */
export function ConnectionBar({
  what,
  next,
  icon = "again",
  action,
  quiet = false,
  good = false,
}: {
  readonly what: ReactNode;
  readonly next: ReactNode;
  readonly icon?: IconName;
  readonly action?: ReactNode;
  /** It is read out elsewhere. */
  readonly quiet?: boolean;
  /** Nothing is wrong any more. */
  readonly good?: boolean;
}) {
  return (
    <div
      role={quiet ? undefined : "status"}
      data-connection-bar=""
      className={`flex flex-wrap items-center gap-x-6 gap-y-2 border-b-3 px-10 py-3 max-[1100px]:px-6 ${good ? "border-hairline bg-good text-good-ink" : "border-heed-edge bg-heed text-heed-ink"}`}
    >
      <Icon name={icon} className="size-8" />
      <p className="min-w-0 flex-1">
        <span className="font-bold">{what}</span> <span>{next}</span>
      </p>
      {action}
    </div>
  );
}
