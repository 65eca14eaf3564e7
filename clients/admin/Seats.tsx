import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { Office } from "../session/booking";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { dayOf, dayParts, wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { Pill, Sheet, TroubleLine } from "../ui/work/parts";
import { useClient } from "../ui/work/seat";
import { T, useWords } from "./words";

/** What can be done to a seat: let somebody in by a code, prepare for an emergency, or put it out at once. */
type Deed = "code" | "letter" | "revoke";

/** Seats that are devices: enrolled by a code, opened by no letter. */
const isDevice = (seat: string) => seat.startsWith("booth:") || seat.startsWith("lobby:");

const shaped = /^(?:booth|desk|counter|assistant|lobby|admin):[a-z0-9][a-z0-9-]*$/;

/** One-time codes, sealed letters and revocations, and which letters were opened. */
export function Seats({ offices }: { readonly offices: readonly Office[] }) {
  const words = useWords();
  const [seat, setSeat] = useState("");
  const [asked, setAsked] = useState<Deed | null>(null);
  const known = useId();
  const named = seat.trim();
  const unclear = shaped.test(named) ? null : <T k="admin.seats.unclear" />;
  return (
    <Sheet className="p-5" label={words.written("admin.seats")}>
      <h2 className="mb-2 text-[20px] font-bold">
        <T k="admin.seats" />
      </h2>
      <label className="flex flex-col gap-1">
        <T k="admin.seats.seat" />
        <input
          value={seat}
          list={known}
          maxLength={80}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setSeat(event.target.value)}
          className="min-h-12 max-w-xl rounded-8 border-2 border-edge bg-white px-3 text-[18px]"
        />
      </label>
      <datalist id={known}>
        {seatsOf(offices).map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </datalist>
      <div className="mt-4 flex flex-wrap gap-3">
        <Button place="desk" kind="primary" unavailable={unclear} onPress={() => setAsked("code")}>
          <T k="admin.seats.code" />
        </Button>
        <Button place="desk" unavailable={unclear ?? (isDevice(named) ? <T k="admin.seats.noLetter" /> : null)} onPress={() => setAsked("letter")}>
          <T k="admin.seats.letter" />
        </Button>
        <Button place="desk" unavailable={unclear} onPress={() => setAsked("revoke")}>
          <T k="admin.seats.revoke" />
        </Button>
      </div>
      {(asked === "code" || asked === "letter") && <NewCode seat={named} deed={asked} onClose={() => setAsked(null)} />}
      {asked === "revoke" && <Revocation seat={named} onClose={() => setAsked(null)} />}
      <Opened />
    </Sheet>
  );
}

/** Booths, counters and lobbies by id; people's seats are typed. */
function seatsOf(offices: readonly Office[]): { id: string; name: string }[] {
  return offices.flatMap((office) => [
    ...office.booths.map((booth) => ({ id: `booth:${booth.id}`, name: `${office.name} ${booth.name}` })),
    { id: `counter:${office.id}`, name: office.name },
    { id: `lobby:${office.id}`, name: office.name },
  ]);
}

/** Asks before it makes a code, since the one before ends with it, then shows it once. */
function NewCode({ seat, deed, onClose }: { readonly seat: string; readonly deed: "code" | "letter"; readonly onClose: () => void }) {
  const { api } = useClient();
  const make = useMutation({ mutationFn: () => (deed === "code" ? api.enrolment(seat) : api.letter(seat)) });
  return (
    <Dialog
      title={<T k={`admin.seats.${deed}.title`} values={{ seat: literal(seat) }} />}
      onClose={onClose}
      dismissable={make.data === undefined}
      actions={
        make.data === undefined ? (
          <>
            <Button place="desk" onPress={onClose}>
              <T k="admin.cancel" />
            </Button>
            <Button place="desk" kind="primary" busy={make.isPending} onPress={() => make.mutate()}>
              <T k="admin.seats.make" />
            </Button>
          </>
        ) : (
          <Button place="desk" kind="primary" onPress={onClose}>
            <T k="admin.seats.written" />
          </Button>
        )
      }
    >
      {make.data === undefined ? (
        <p>
          <T k={`admin.seats.${deed}.means`} />
        </p>
      ) : (
        <>
          <p role="status" data-code className="rounded-12 bg-ground-booth px-5 py-4 text-center text-[28px] font-bold tracking-wider [overflow-wrap:anywhere]">
            {make.data.code.length > 16 ? (make.data.code.match(/.{1,4}/g) ?? []).join("-") : make.data.code}
          </p>
          <p>
            <T k="admin.seats.once" />{" "}
            <T k="admin.seats.until" values={{ until: moment(make.data.expiresAt) }} />
          </p>
        </>
      )}
      {make.isError && (
        <TroubleLine>
          <T k="admin.seats.notDone" />
        </TroubleLine>
      )}
    </Dialog>
  );
}

/** Puts a seat out, everywhere and at once. */
function Revocation({ seat, onClose }: { readonly seat: string; readonly onClose: () => void }) {
  const { api } = useClient();
  const [passkeys, setPasskeys] = useState(false);
  const act = useMutation({ mutationFn: () => api.revokeSeat(seat, passkeys) });
  if (act.isSuccess) {
    return (
      <Dialog
        title={<T k="admin.seats.revoked" values={{ seat: literal(seat) }} />}
        onClose={onClose}
        actions={
          <Button place="desk" kind="primary" onPress={onClose}>
            <T k="admin.seats.close" />
          </Button>
        }
      >
        <p role="status">
          <T k={isDevice(seat) ? "admin.seats.revoked.device" : "admin.seats.revoked.person"} />
        </p>
      </Dialog>
    );
  }
  return (
    <Dialog
      urgent
      title={<T k="admin.seats.revoke.title" values={{ seat: literal(seat) }} />}
      onClose={onClose}
      actions={
        <>
          <Button place="desk" onPress={onClose}>
            <T k="admin.cancel" />
          </Button>
          <Button place="desk" kind="primary" busy={act.isPending} onPress={() => act.mutate()}>
            <T k="admin.seats.revoke" />
          </Button>
        </>
      }
    >
      <p>
        <T k="admin.seats.revoke.means" />
      </p>
      {!isDevice(seat) && (
        <label className="flex min-h-11 items-center gap-3">
          <input type="checkbox" checked={passkeys} onChange={(event) => setPasskeys(event.target.checked)} className="size-6" />
          <T k="admin.seats.passkeys" />
        </label>
      )}
      {act.isError && (
        <TroubleLine>
          <T k="admin.seats.notDone" />
        </TroubleLine>
      )}
    </Dialog>
  );
}

/** Which letters were opened, the newest first: whoever looks after access has to ask why. */
function Opened() {
  const { api } = useClient();
  const uses = useQuery({ queryKey: ["letters"], queryFn: ({ signal }) => api.letterUses(signal), refetchInterval: 10_000 });
  return (
    <section className="mt-5 border-t border-solid-gray-200 pt-3">
      <h3 className="flex flex-wrap items-center gap-3 font-bold">
        <T k="admin.seats.opened" />
        {(uses.data?.length ?? 0) > 0 && (
          <Pill tone="heed" icon="warn">
            {uses.data?.length}
          </Pill>
        )}
      </h3>
      {uses.isError && (
        <TroubleLine>
          <T k="admin.seats.notRead" />
        </TroubleLine>
      )}
      {uses.data?.length === 0 && (
        <p className="text-ink-soft">
          <T k="admin.seats.opened.none" />
        </p>
      )}
      <ul>
        {(uses.data ?? []).map((use) => (
          <li key={`${use.at} ${use.seat}`} className="tabular-nums">
            {literal(moment(use.at))} {literal(use.seat)}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Year, day and time of an instant: letters last for a year. */
function moment(at: string): string {
  const { month, day } = dayParts(dayOf(at));
  return `${dayOf(at).slice(0, 4)}/${month}/${day} ${wallClock(at)}`;
}

