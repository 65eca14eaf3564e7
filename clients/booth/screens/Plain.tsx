import { useState } from "react";
import { FieldError, Form, Input, Label, Text, TextField } from "react-aria-components";
import { Button, Panel } from "../../ui";
import { Problem } from "../../session";
import { useBooth } from "../context";
import { Frame, OneThing } from "../Frame";
import type { Screen } from "../state";
import { T } from "../words";

/** Between two screens: what is being done, and that waiting is all. */
export function Starting({ screen }: { readonly screen: Screen }) {
  return (
    <Frame screen={screen} again={false}>
      <OneThing icon="clock" title={<T k="starting.title" />}>
        <p role="status">
          <T k="starting.next" />
        </p>
      </OneThing>
    </Frame>
  );
}

/** The booth does not come back by itself: why, and what to do. */
export function Trouble({ screen }: { readonly screen: Extract<Screen, { kind: "trouble" }> }) {
  const { client } = useBooth();
  return (
    <Frame
      screen={screen}
      actions={
        <>
          {screen.reason === "replaced" && (
            <Button kind="primary" onPress={client.reconnect}>
              <T k="trouble.takeback" />
            </Button>
          )}
          {screen.reason === "protocol" && (
            <Button kind="primary" icon="again" onPress={() => location.reload()}>
              <T k="trouble.reload" />
            </Button>
          )}
        </>
      }
    >
      <OneThing icon="warn" title={<T k="trouble.title" />}>
        <p role="alert">
          <T k={`trouble.${screen.reason}`} />
        </p>
        <p>
          <T k={`trouble.${screen.reason}.next`} />
        </p>
      </OneThing>
    </Frame>
  );
}

/** Staff register this screen as a booth, with a code that works once. */
export function SignIn({ screen }: { readonly screen: Screen }) {
  const { client } = useBooth();
  const [seat, setSeat] = useState(() => new URLSearchParams(location.search).get("seat") ?? "");
  const [code, setCode] = useState("");
  const [state, setState] = useState<"typing" | "busy" | "refused" | "offline">("typing");

  const register = async () => {
    setState("busy");
    const named = seat.trim();
    try {
      await client.signIn({
        seat: named.includes(":") ? named : `booth:${named}`,
        ...(code.trim() === "" ? {} : { code: code.trim() }),
      });
    } catch (why) {
      setCode("");
      setState(why instanceof Problem && why.status === 0 ? "offline" : "refused");
    }
  };

  return (
    <Frame screen={screen} again={false}>
      <Panel className="m-auto w-full max-w-5xl px-9 py-6">
        <h1 className="text-[36px] leading-relaxed font-bold">
          <T k="signin.title" />
        </h1>
        <p className="leading-relaxed">
          <T k="signin.lead" />
        </p>
        <Form
          className="mt-4 flex flex-col gap-5"
          onSubmit={(event) => {
            event.preventDefault();
            void register();
          }}
        >
          <div className="grid grid-cols-2 items-end gap-6">
            <Field value={seat} onChange={setSeat} label="signin.seat" hint="signin.seat.hint" required />
            <Field value={code} onChange={setCode} label="signin.code" hint="signin.code.hint" secret />
          </div>
          {(state === "refused" || state === "offline") && (
            <Panel tone="heed" className="px-5 py-3">
              <p role="alert">
                <T k={`signin.${state}`} />
              </p>
            </Panel>
          )}
          <Button kind="primary" type="submit" busy={state === "busy"}>
            <T k={state === "busy" ? "signin.busy" : "signin.go"} />
          </Button>
        </Form>
      </Panel>
    </Frame>
  );
}

function Field({
  value,
  onChange,
  label,
  hint,
  required = false,
  secret = false,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label: "signin.seat" | "signin.code";
  readonly hint: "signin.seat.hint" | "signin.code.hint";
  readonly required?: boolean;
  readonly secret?: boolean;
}) {
  return (
    <TextField value={value} onChange={onChange} isRequired={required} className="flex flex-col gap-1">
      <Label className="font-bold">
        <T k={label} />
      </Label>
      <Text slot="description" className="text-[24px] text-ink-soft">
        <T k={hint} />
      </Text>
      <Input
        autoComplete={secret ? "one-time-code" : "off"}
        autoCapitalize="none"
        spellCheck={false}
        className="h-18 rounded-8 border-3 border-edge bg-white px-5 text-[30px]"
      />
      <FieldError />
    </TextField>
  );
}
