import { type ReactNode, useEffect, useState } from "react";
import { FieldError, Form, Input, Label, TextField } from "react-aria-components";
import type { AppKind } from "../../session";
import type { SignInWays } from "../../session/api";
import { Button } from "../Button";
import mark from "../mark.svg";
import { LanguageChoice } from "./Frame";
import { ScreenTitle, Sheet, TroubleLine } from "./parts";
import { cameBack, useProvider } from "./provider";
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
  const returning = useProvider();
  const signedOut = !returning && connection.state === "failed" && connection.reason === "signed-out";
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

/** What is being tried, so that only its button waits. */
type Trying = "passkey" | "code" | "letter" | null;

function SignInForm({ title, kind, first }: { readonly title: ReactNode; readonly kind: AppKind; readonly first: string }) {
  const client = useClient();
  const [seat, setSeat] = useState(() => new URLSearchParams(location.search).get("seat") ?? first);
  const [code, setCode] = useState("");
  const [reason, setReason] = useState("");
  const [letter, setLetter] = useState(false);
  const [trying, setTrying] = useState<Trying>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [ways, setWays] = useState<SignInWays | null>(null);
  const [back, setBack] = useState(cameBack);
  useEffect(() => {
    let stopped = false;
    client.api.login.ways().then(
      (found) => {
        if (!stopped) setWays(found);
      },
      () => undefined, // the form with a code stands in any case
    );
    return () => {
      stopped = true;
    };
  }, [client]);
  const attempt = (what: Trying, act: () => Promise<unknown>) => {
    setTrying(what);
    setTrouble(null);
    setBack(null);
    act()
      .catch((error: unknown) => setTrouble(troubleOf(error)))
      .finally(() => setTrying(null));
  };
  const named = withKind(seat.trim(), kind);
  const submit = () => {
    if (letter) attempt("letter", () => client.signInBy({ by: "letter", seat: named, code: code.trim(), reason: reason.trim() }));
    else if (ways?.passkey === true && !ways.code && !ways.open) attempt("code", () => client.signInBy({ by: "new-passkey", seat: named, code: code.trim() }));
    else if (ways?.open === true && code.trim() !== "") attempt("code", () => client.signInBy({ by: "new-passkey", seat: named, code: code.trim() }));
    else attempt("code", () => client.signIn({ seat: named, ...(code.trim() === "" ? {} : { code: code.trim() }) }));
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
        {back !== null && (
          <TroubleLine>
            <WorkT k={`work.signIn.back.${back}`} />
          </TroubleLine>
        )}
        {(ways?.passkey === true || ways?.provider !== undefined) && (
          <div className="mb-6 flex flex-col gap-3 border-b border-edge pb-6">
            {ways.passkey && (
              <Button kind="primary" place="counter" busy={trying === "passkey"} onPress={() => attempt("passkey", () => client.signInBy({ by: "passkey" }))}>
                <WorkT k={trying === "passkey" ? "work.signIn.passkeyWait" : "work.signIn.passkey"} />
              </Button>
            )}
            {ways.provider !== undefined && (
              <Button place="counter" onPress={() => location.assign(toProvider(kind, seat.trim() === "" ? "" : named))}>
                <WorkT k="work.signIn.provider" values={{ name: ways.provider }} />
              </Button>
            )}
          </div>
        )}
        <Form
          className="flex flex-col gap-5"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <p>
            <WorkT k={letter ? "work.signIn.letterHow" : ways?.passkey === true && !ways.code ? "work.signIn.registerHow" : "work.signIn.how"} />
          </p>
          <Field label={<WorkT k="work.signIn.seat" />} value={seat} onChange={setSeat} required />
          <Field label={<WorkT k={letter ? "work.signIn.letterCode" : "work.signIn.code"} />} value={code} onChange={setCode} autoComplete="one-time-code" />
          {letter && <Field label={<WorkT k="work.signIn.reason" />} value={reason} onChange={setReason} required />}
          {trouble !== null && (
            <TroubleLine>
              <WorkT k={trouble.key === "trouble.other" ? "work.signIn.refused" : trouble.key} />
            </TroubleLine>
          )}
          <Button kind={ways?.passkey === true ? "plain" : "primary"} place="counter" type="submit" busy={trying === "code" || trying === "letter"}>
            <WorkT k={trying === "code" || trying === "letter" ? "work.signIn.wait" : "work.signIn.go"} />
          </Button>
        </Form>
        <p className="mt-6">
          <Button kind="quiet" place="counter" onPress={() => setLetter(!letter)}>
            <WorkT k={letter ? "work.signIn.letterBack" : "work.signIn.letter"} />
          </Button>
        </p>
      </Sheet>
    </main>
  );
}

/** Where one signs in by one's organisation, and comes back from. */
function toProvider(kind: AppKind, seat: string): string {
  return `/v1/oidc/begin?${new URLSearchParams({ page: `/${kind}/`, ...(seat === "" ? {} : { seat }) }).toString()}`;
}

/** A seat with its kind; people write only the name. */
function withKind(seat: string, kind: AppKind): string {
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
