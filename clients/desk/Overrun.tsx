import { useState } from "react";
import type { Session } from "../session";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { useAct } from "../ui/work/useAct";
import { useClient, useNow, useSeat } from "../ui/work/seat";
import { T } from "./words";

const steps = [5, 10, 15];

/** A leg by which it is remembered that its overrun has been asked about. */
function legKey(session: Session): string {
  return `${session.id} ${session.leg}`;
}

/**
 * When a consultation passes its planned end, asks once, below the names and above the picture, whether those who come
 * after are to be told; one touch tells them. Whatever the answer, it is not asked again in this leg.
 */
export function Overrun({ session }: { readonly session: Session | null }) {
  const { api } = useClient();
  const { identity } = useSeat();
  const { act, busy, trouble } = useAct();
  const now = useNow(5_000);
  const [asked, setAsked] = useState<string | null>(null);
  const [answered, setAnswered] = useState<string | null>(null);
  const leg = session?.legs[session.leg];
  if (session === null || leg === undefined) return null;
  const key = legKey(session);
  const over = session.state === "consultation" && now > Date.parse(leg.endsAt);
  // Once noticed it stays until it is answered, although the server prolongs the leg by itself meanwhile.
  if (over && asked !== key) setAsked(key);
  const desk = identity?.desk;
  if (asked !== key || answered === key || desk === undefined) return null;
  const tell = async (minutes: number) => {
    if ((await act(() => api.delay(desk, minutes))) !== undefined) setAnswered(key);
  };
  return (
    <div role="status" data-overrun="" className="flex flex-none flex-wrap items-center gap-3 border-b-2 border-heed-edge bg-heed-soft px-7 py-2 text-heed-ink">
      <Icon name="clock" className="size-6" />
      <p className="font-bold">
        <T k={trouble === null ? "plan.over" : trouble.key} />
      </p>
      <span className="ml-auto flex gap-2">
        {steps.map((minutes) => (
          <Button key={minutes} place="desk" busy={busy} onPress={() => void tell(minutes)}>
            <T k="plan.late.by" values={{ minutes }} />
          </Button>
        ))}
        <Button place="desk" kind="quiet" onPress={() => setAnswered(key)}>
          <T k="plan.over.no" />
        </Button>
      </span>
    </div>
  );
}
