import type { ReactNode } from "react";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { TroubleLine } from "../ui/work/parts";
import type { Trouble } from "../ui/work/trouble";
import { T } from "./words";

/** What has just been done, in one sentence. */
export function Done({ children }: { readonly children: ReactNode }) {
  return (
    <p className="flex items-start gap-3 rounded-8 bg-good px-4 py-3 font-bold text-good-ink">
      <Icon name="check" className="mt-0.5 size-6" />
      <span>{children}</span>
    </p>
  );
}

/** What has just been refused, and what to do. */
export function Refusal({ trouble, className = "text-[18px]" }: { readonly trouble: Trouble | null; readonly className?: string }) {
  if (trouble === null) return null;
  return (
    <TroubleLine className={className}>
      <T k={trouble.key} />
    </TroubleLine>
  );
}

/** Something could not be read, and can be read again. */
export function NotRead({ why = "trouble.network", onRetry }: { readonly why?: "trouble.network" | "counter.failed"; readonly onRetry: () => void }) {
  return (
    <TroubleLine>
      <T k={why} />{" "}
      <Button place="desk" onPress={onRetry}>
        <T k="work.retry" />
      </Button>
    </TroubleLine>
  );
}

/** A name and what it is, for lists of facts. */
export function Entry({ name, children }: { readonly name: ReactNode; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-soft">{name}</dt>
      <dd className="font-bold">{children}</dd>
    </>
  );
}
