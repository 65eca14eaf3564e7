import { type FormEvent, useState } from "react";
import { typedFor } from "../../session/vitals/typed";
import { judge } from "../../session/vitals/plausible";
import type { Kind, Quantity, Reading } from "../../session/vitals/reading";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { T } from "../words";

/** What the professional has read from a device held up to the camera. Nothing of it is left to the browser to remember. */
export function Enter({
  kinds,
  onAdd,
  onClose,
}: {
  readonly kinds: readonly Kind[];
  readonly onAdd: (kind: Kind, values: readonly Quantity[], flags: Reading["flags"]) => void;
  readonly onClose: () => void;
}) {
  const [kind, setKind] = useState<Kind | undefined>(kinds[0]);
  const [entries, setEntries] = useState<Readonly<Record<string, string>>>({});
  const [wrong, setWrong] = useState<"missing" | "order" | "impossible" | null>(null);
  if (kind === undefined) return null;
  const fields = typedFor[kind];
  const add = (event: FormEvent) => {
    event.preventDefault();
    const typed = fields.filter(({ of }, i) => i === 0 || of !== "pulse" || (entries[of] ?? "") !== "");
    const values = typed.map(({ of, unit }): Quantity => ({ of, unit, value: /^\d+(\.\d+)?$/.test(entries[of] ?? "") ? Number(entries[of]) : Number.NaN }));
    if (values.some(({ value }) => Number.isNaN(value))) {
      setWrong("missing");
      return;
    }
    const judged = judge(values);
    if ("refused" in judged) {
      setWrong(judged.refused === "order" ? "order" : "impossible");
      return;
    }
    onAdd(kind, values, judged.flags);
    onClose();
  };
  return (
    <Dialog title={<T k="readings.enter.title" />} onClose={onClose}>
      <div className="flex flex-wrap gap-2">
        {kinds.map((one) => (
          <Button
            key={one}
            place="desk"
            chosen={one === kind}
            onPress={() => {
              setKind(one);
              setEntries({});
              setWrong(null);
            }}
          >
            <T k={`vitals.kind.${one}`} />
          </Button>
        ))}
      </div>
      <form autoComplete="off" onSubmit={add} className="flex flex-col gap-4">
        {fields.map(({ of, unit }) => (
          <div key={of} className="flex items-center gap-3">
            <label htmlFor={`reading-${of}`} className="w-36">
              <T k={`vitals.of.${of}`} />
            </label>
            <input
              id={`reading-${of}`}
              value={entries[of] ?? ""}
              inputMode="decimal"
              autoComplete="off"
              maxLength={5}
              aria-invalid={wrong !== null}
              aria-describedby={wrong === null ? undefined : "reading-wrong"}
              onChange={(event) => {
                setWrong(null);
                setEntries({ ...entries, [of]: event.target.value.normalize("NFKC").trim() });
              }}
              className="w-32 rounded-8 border-2 border-edge px-4 py-2 text-[24px] font-bold tabular-nums"
            />
            <T k={`vitals.unit.${unit}`} />
          </div>
        ))}
        {wrong !== null && (
          <p id="reading-wrong" role="alert" className="rounded-8 bg-heed px-3 py-1 text-heed-ink">
            <T k={`readings.enter.${wrong}`} />
          </p>
        )}
        <div className="flex justify-end gap-3">
          <Button place="desk" className="min-h-13" onPress={onClose}>
            <T k="work.close" />
          </Button>
          <Button place="desk" kind="primary" type="submit" className="min-h-13">
            <T k="readings.enter.add" />
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
