import { type ReactNode, useRef, useState } from "react";
import type { Appointment, LegRequest, Office, Waiter } from "../session";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { addDays, dayOf, startOfDay } from "../ui/office-time";
import { When } from "../ui/plan/parts";
import { asksForFirst } from "../ui/plan/plan";
import { useAct } from "../ui/work/useAct";
import { type Chosen, WhenPicker } from "../ui/plan/WhenPicker";
import { literal } from "../ui/ruby";
import { TroubleLine } from "../ui/work/parts";
import { useClient, useNow } from "../ui/work/seat";
import type { DeskName } from "./desks";
import { T, useWords } from "./words";

/** How many days somebody on the waiting list is kept there. */
const waitDays = 14;

/** A booking by the reception: where, for what, with whom, when and for whom; or a place on the waiting list. */
export function BookDialog({
  offices,
  pool,
  desks,
  onClose,
}: {
  readonly offices: readonly Office[];
  readonly pool: string;
  readonly desks: readonly DeskName[];
  readonly onClose: () => void;
}) {
  const { api } = useClient();
  const { act, busy, trouble } = useAct();
  const now = useNow(60_000);
  const today = dayOf(now);
  const [officeId, setOffice] = useState("");
  const office = offices.find((o) => o.id === officeId) ?? offices[0];
  const own = office?.offers.filter((o) => o.pool === pool) ?? [];
  const [service, setService] = useState("");
  const offer = own.find((o) => o.service === service) ?? own[0];
  const [first, setFirst] = useState(false);
  const [desk, setDesk] = useState("");
  const [then, setThen] = useState("");
  const after = office?.offers.filter((o) => offer?.followedBy.includes(o.pool) === true && o.pool !== pool) ?? [];
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [kana, setKana] = useState("");
  const [phone, setPhone] = useState("");
  const [made, setMade] = useState<Appointment | Waiter | null>(null);
  const key = useRef(crypto.randomUUID());
  const next = after.find((o) => o.pool === then);
  const legs: LegRequest[] =
    offer === undefined
      ? []
      : [{ service: offer.service, pool, ...(desk === "" ? {} : { desk }), ...(first && asksForFirst(offer) ? { first } : {}) }, ...(next === undefined ? [] : [{ service: next.service, pool: next.pool }])];
  const resident = { kana, phone };
  const known = kana.trim() !== "" && phone.trim() !== "";
  // Another wish is another request.
  const anew = (change: () => void) => {
    key.current = crypto.randomUUID();
    setChosen(null);
    change();
  };
  const book = async (time: Chosen) => {
    if (office === undefined) return;
    const done = await act(async () => {
      const hold = await api.hold({ office: office.id, start: time.start, legs, resident, rules: time.rules }, key.current);
      return api.confirm(hold.id, {});
    });
    if (done === undefined) key.current = crypto.randomUUID();
    else setMade(done);
  };
  const wait = async () => {
    if (office === undefined) return;
    const to = new Date(startOfDay(addDays(today, waitDays))).toISOString();
    const done = await act(() => api.wait({ office: office.id, legs, resident, from: new Date(now).toISOString(), to }, key.current));
    if (done !== undefined) setMade(done);
  };
  if (made !== null) return <Made made={made} onClose={onClose} />;
  const unavailable = !known ? <T k="assistant.book.who" /> : chosen === null ? <T k="plan.when.choose" /> : undefined;
  return (
    <Dialog
      title={<T k="assistant.book" />}
      wide
      onClose={onClose}
      actions={
        <>
          <Button place="desk" onPress={onClose}>
            <T k="work.no" />
          </Button>
          <Button place="desk" busy={busy} {...(known ? {} : { unavailable: <T k="assistant.book.who" /> })} onPress={() => void wait()}>
            <T k="assistant.book.wait" />
          </Button>
          <Button
            place="desk"
            kind="primary"
            busy={busy}
            {...(unavailable === undefined ? {} : { unavailable })}
            onPress={() => {
              if (chosen !== null) void book(chosen);
            }}
          >
            <T k="plan.again.book" />
          </Button>
        </>
      }
    >
      <div className="flex flex-wrap gap-x-5 gap-y-3">
        <Choice label={<T k="assistant.book.office" />} value={office?.id ?? ""} onChange={(id) => anew(() => setOffice(id))}>
          {offices.map((o) => (
            <option key={o.id} value={o.id}>
              {literal(o.name)}
            </option>
          ))}
        </Choice>
        {own.length > 1 && (
          <Choice label={<T k="assistant.book.service" />} value={offer?.service ?? ""} onChange={(id) => anew(() => setService(id))}>
            {own.map((o) => (
              <option key={o.service} value={o.service}>
                {literal(o.serviceName)}
              </option>
            ))}
          </Choice>
        )}
        {desks.length > 1 && (
          <Choice label={<T k="assistant.column.desk" />} value={desk} onChange={(id) => anew(() => setDesk(id))}>
            <AnyOption />
            {desks.map((d) => (
              <option key={d.id} value={d.id}>
                {literal(d.name)}
              </option>
            ))}
          </Choice>
        )}
        {after.length > 0 && (
          <Choice label={<T k="assistant.book.then" />} value={then} onChange={(id) => anew(() => setThen(id))}>
            <NobodyOption />
            {after.map((o) => (
              <option key={o.pool} value={o.pool}>
                {literal(o.name)}
              </option>
            ))}
          </Choice>
        )}
        {offer !== undefined && asksForFirst(offer) && (
          <label className="flex min-h-12 items-center gap-3 self-end">
            <input type="checkbox" checked={first} onChange={(event) => anew(() => setFirst(event.target.checked))} className="size-6 accent-[var(--color-primary)]" />
            <T k="plan.first" />
          </label>
        )}
      </div>
      {office !== undefined && (
        <WhenPicker key={`${office.id} ${JSON.stringify(legs)}`} office={office.id} legs={legs} from={today} chosen={chosen} onChoose={setChosen} />
      )}
      <div className="flex flex-wrap gap-x-5 gap-y-3">
        <Field label={<T k="assistant.book.kana" />} value={kana} onChange={setKana} />
        <Field label={<T k="assistant.book.phone" />} value={phone} onChange={setPhone} tel />
      </div>
      {trouble !== null && (
        <TroubleLine>
          <T k={trouble.key} />
        </TroubleLine>
      )}
    </Dialog>
  );
}

function AnyOption() {
  const words = useWords();
  return (
    <option value="">
      {words.written("assistant.book.anybody")}
    </option>
  );
}

function NobodyOption() {
  const words = useWords();
  return (
    <option value="">
      {words.written("assistant.book.nobody")}
    </option>
  );
}

const box = "min-h-12 rounded-8 border-2 border-edge bg-white px-3 text-[18px]";

function Choice({ label, value, onChange, children }: { readonly label: ReactNode; readonly value: string; readonly onChange: (value: string) => void; readonly children: ReactNode }) {
  return (
    <label className="flex flex-col gap-1">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)} className={box}>
        {children}
      </select>
    </label>
  );
}

function Field({ label, value, onChange, tel = false }: { readonly label: ReactNode; readonly value: string; readonly onChange: (value: string) => void; readonly tel?: boolean }) {
  return (
    <label className="flex min-w-64 flex-1 flex-col gap-1">
      <span>{label}</span>
      <input value={value} onChange={(event) => onChange(event.target.value)} autoComplete="off" inputMode={tel ? "tel" : "text"} maxLength={tel ? 20 : 60} className={`${box} tabular-nums`} />
    </label>
  );
}

/** What has become of it, with the number the resident needs. */
function Made({ made, onClose }: { readonly made: Appointment | Waiter; readonly onClose: () => void }) {
  const waits = "joined" in made;
  return (
    <Dialog
      title={<T k={waits ? "assistant.made.waits" : "plan.booked"} />}
      onClose={onClose}
      actions={
        <Button place="desk" kind="primary" onPress={onClose}>
          <T k="work.close" />
        </Button>
      }
    >
      <div role="status" className="text-[20px]">
        {!waits && (
          <p className="font-bold">
            <When at={made.start} /> {literal(made.boothName)} <T k="plan.number" values={{ number: made.number }} />
          </p>
        )}
        <p>
          <T k="plan.reception" values={{ reception: made.reception ?? "" }} />
        </p>
        {waits && (
          <p className="text-[17px]">
            <T k="assistant.made.how" />
          </p>
        )}
      </div>
    </Dialog>
  );
}
