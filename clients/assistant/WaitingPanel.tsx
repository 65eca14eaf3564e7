import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { wallClock } from "../ui/office-time";
import { When } from "../ui/plan/parts";
import { useAct } from "../ui/work/useAct";
import { literal } from "../ui/ruby";
import { Sheet, TroubleLine } from "../ui/work/parts";
import { useClient } from "../ui/work/seat";
import type { Waits } from "./queries";
import { T, useWords } from "./words";

/** Who waits for a time to become free; who has an offer comes first, with the number to telephone. */
export function WaitingPanel({ list }: { readonly list: readonly Waits[] }) {
  const words = useWords();
  const { api } = useClient();
  const { act, busy, trouble } = useAct();
  return (
    <Sheet label={words.written("assistant.waiting")} className="flex min-h-32 shrink flex-col p-5">
      <h2 className="flex items-center gap-3 border-b border-solid-gray-420 pb-2 text-[19px] font-bold">
        <Icon name="people" className="size-6" />
        <span>
          <T k="assistant.waiting" />
        </span>
      </h2>
      {list.length === 0 && (
        <p className="pt-3 text-ink-soft">
          <T k="assistant.waiting.none" />
        </p>
      )}
      <ul aria-label={words.written("assistant.waiting")} className="min-h-0 overflow-y-auto">
        {list.map(({ office, waiter }) => {
          const name = waiter.resident === undefined ? words.written("plan.anonymous") : literal(waiter.resident.kana);
          return (
            <li key={waiter.id} className="border-b border-solid-gray-200 py-3 last:border-0">
              <p className="font-bold">
                {name} <span className="font-normal">{literal(office.name)}</span>
              </p>
              {waiter.resident?.phone !== undefined && <p className="tabular-nums">{literal(waiter.resident.phone)}</p>}
              {waiter.offer === undefined ? (
                <p className="flex items-center gap-2 text-ink-soft">
                  <T k="assistant.waiting.place" values={{ place: waiter.place ?? 0, number: waiter.reception ?? "" }} />
                  <Button
                    place="desk"
                    className="ml-auto px-3!"
                    busy={busy}
                    label={words.written("assistant.waiting.leave.label", { name })}
                    onPress={() => void act(() => api.leaveWaitlist(waiter.id))}
                  >
                    <T k="assistant.waiting.leave" />
                  </Button>
                </p>
              ) : (
                <div className="mt-1 rounded-8 border-2 border-heed-edge bg-heed-soft p-3">
                  <p className="font-bold">
                    <T k="assistant.offer" /> <When at={waiter.offer.start} />
                  </p>
                  <p>
                    <T k="assistant.offer.until" values={{ time: wallClock(waiter.offer.expiresAt) }} />
                  </p>
                  <div className="mt-2 grid grid-cols-2 gap-2">
                    <Button
                      place="desk"
                      kind="primary"
                      className="px-2!"
                      busy={busy}
                      label={words.written("assistant.offer.accept.label", { name })}
                      onPress={() => void act(() => api.acceptOffer(waiter.id))}
                    >
                      <T k="assistant.offer.accept" />
                    </Button>
                    <Button
                      place="desk"
                      className="px-2!"
                      busy={busy}
                      label={words.written("assistant.offer.decline.label", { name })}
                      onPress={() => void act(() => api.declineOffer(waiter.id))}
                    >
                      <T k="assistant.offer.decline" />
                    </Button>
                  </div>
                </div>
              )}
            </li>
          );
        })}
      </ul>
      {trouble !== null && (
        <TroubleLine className="mt-2">
          <T k={trouble.key} />
        </TroubleLine>
      )}
    </Sheet>
  );
}
