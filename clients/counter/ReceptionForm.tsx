import { useState } from "react";
import { Button } from "../ui/Button";
import { Sheet } from "../ui/work/parts";
import { T, useWords } from "./words";

/** Check-in by the number on the slip, typed or scanned: scanners type and press Enter. */
export function ReceptionForm({ onSubmit }: { readonly onSubmit: (text: string) => Promise<boolean> }) {
  const words = useWords();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  return (
    <Sheet className="flex-none p-4.5">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (busy) return;
          setBusy(true);
          void onSubmit(text)
            .then((done) => {
              if (done) setText("");
            })
            .finally(() => setBusy(false));
        }}
      >
        <label htmlFor="reception" className="text-[19px] font-bold">
          <T k="counter.reception" />
        </label>
        <div className="mt-2 flex gap-2.5">
          <input
            id="reception"
            value={text}
            onChange={(event) => setText(event.target.value)}
            inputMode="numeric"
            autoComplete="off"
            maxLength={40}
            placeholder={words.written("counter.reception.field")}
            className="min-h-13 w-0 min-w-0 flex-1 rounded-8 border border-edge px-3.5 text-[20px] tabular-nums placeholder:text-[17px] placeholder:text-ink-soft"
          />
          <Button place="counter" type="submit" busy={busy} className="min-h-13! px-4!">
            <T k="counter.reception.go" />
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
