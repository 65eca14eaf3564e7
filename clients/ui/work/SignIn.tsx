import { type ReactNode, useState } from "react";
import { FieldError, Form, Input, Label, TextField } from "react-aria-components";
import type { AppKind } from "../../session";
import { Button } from "../Button";
import mark from "../mark.svg";
import { LanguageChoice } from "./Frame";
import { ScreenTitle, Sheet, TroubleLine } from "./parts";
import { useClient, useSeat } from "./seat";
import { type Trouble, troubleOf } from "./trouble";
import { WorkT } from "./words";

/** What is shown until somebody is signed in: waiting in words, or the form. */
export function SignInGate({
  title,
  kind,
  seat = "",
  children,
}: {
  readonly title: ReactNode;
  readonly kind: AppKind;
  /** What stands in the field when the page's address names no seat. */
  readonly seat?: string;
  readonly children: ReactNode;
}) {
  const { identity, connection } = useSeat();
  const signedOut = connection.state === "failed" && connection.reason === "signed-out";
  if (signedOut) return <SignInForm title={title} kind={kind} first={seat} />;
  if (identity !== null) return <>{children}</>;
  return (
    <main className="grid h-dvh place-items-center bg-ground-desk text-[20px]">
      <p role="status">
        <WorkT k="work.signIn.wait" />
      </p>
    </main>
  );
}

function SignInForm({ title, kind, first }: { readonly title: ReactNode; readonly kind: AppKind; readonly first: string }) {
  const client = useClient();
  const [seat, setSeat] = useState(() => new URLSearchParams(location.search).get("seat") ?? first);
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const submit = () => {
    setBusy(true);
    setTrouble(null);
    client
      .signIn({ seat: named(seat.trim(), kind), ...(code.trim() === "" ? {} : { code: code.trim() }) })
      .catch((error: unknown) => setTrouble(troubleOf(error)))
      .finally(() => setBusy(false));
  };
  return (
    <main className="grid min-h-dvh place-items-center bg-ground-desk p-6 text-[18px]">
      <Sheet className="w-full max-w-xl p-10">
        <div className="mb-6 flex items-center gap-4">
          <img src={mark} alt="" className="size-11" />
          <ScreenTitle className="text-[26px]">{title}</ScreenTitle>
          <div className="ml-auto">
            <LanguageChoice />
          </div>
        </div>
        <Form
          className="flex flex-col gap-5"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <p>
            <WorkT k="work.signIn.how" />
          </p>
          <Field label={<WorkT k="work.signIn.seat" />} value={seat} onChange={setSeat} required />
          <Field label={<WorkT k="work.signIn.code" />} value={code} onChange={setCode} autoComplete="one-time-code" />
          {trouble !== null && (
            <TroubleLine>
              <WorkT k={trouble.key === "trouble.other" ? "work.signIn.refused" : trouble.key} />
            </TroubleLine>
          )}
          <Button kind="primary" place="counter" type="submit" busy={busy}>
            <WorkT k={busy ? "work.signIn.wait" : "work.signIn.go"} />
          </Button>
        </Form>
      </Sheet>
    </main>
  );
}

/** A seat with its kind; people write only the name. */
function named(seat: string, kind: AppKind): string {
  return seat.includes(":") ? seat : `${kind}:${seat}`;
}

function Field(props: {
  readonly label: ReactNode;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly required?: boolean;
  readonly autoComplete?: string;
}) {
  return (
    <TextField
      value={props.value}
      onChange={props.onChange}
      isRequired={props.required === true}
      autoComplete={props.autoComplete ?? "off"}
      className="flex flex-col gap-1"
    >
      <Label className="font-bold">{props.label}</Label>
      <Input className="min-h-13 rounded-8 border border-edge px-4 text-[20px]" />
      <FieldError className="text-[16px] text-heed-ink" />
    </TextField>
  );
}
