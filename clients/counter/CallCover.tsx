import { useEffect } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import type { Appointment, Call, Office, SessionSummary } from "../session";
import { AlarmSheet, sheetOf } from "../ui/AlarmSheet";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { literal } from "../ui/ruby";
import { SoundSwitch } from "../ui/work/Frame";
import { Fact, TroubleLine } from "../ui/work/parts";
import { useNow } from "../ui/work/seat";
import type { Sound } from "../ui/work/sound";
import type { Trouble } from "../ui/work/trouble";
import { T, useWords } from "./words";

/** A booth calls: it covers everything and rings until somebody has said that they are on the way. */
export function CallCover({
  calls,
  sessions,
  office,
  appointments,
  sound,
  busy,
  trouble,
  onAnswer,
}: {
  readonly calls: Call[];
  readonly sessions: readonly SessionSummary[];
  readonly office: Office | undefined;
  readonly appointments: readonly Appointment[];
  readonly sound: Sound;
  readonly busy: boolean;
  readonly trouble: Trouble | null;
  readonly onAnswer: (call: string) => void;
}) {
  const words = useWords();
  // Nothing waits for an emergency.
  const first = calls.find((one) => one.emergency === true) ?? calls[0];
  const ringing = first !== undefined;
  useEffect(() => {
    if (!ringing) return undefined;
    sound.ring();
    return sound.stopRinging;
  }, [ringing, sound]);
  if (first === undefined) return null;
  const session = sessions.find((s) => s.booth === first.booth && s.state !== "closed");
  const others = calls.filter((c) => c.booth !== first.booth).map((c) => literal(c.boothName));
  return (
    <ModalOverlay isOpen isKeyboardDismissDisabled className="screen-only fixed inset-0 z-60 grid place-items-center overflow-y-auto bg-heed-soft p-6">
      <Modal className="w-full max-w-[1120px]">
        <Dialog role="alertdialog" className="rounded-12 border-4 border-call-edge bg-white px-14 py-8 outline-none">
          <div className="flex items-center gap-12">
            <div aria-hidden="true" className={`grid flex-none place-items-center rounded-full bg-heed ${first.emergency === true ? "size-36" : "size-48"}`}>
              <div className={`grid place-items-center rounded-full bg-call ${first.emergency === true ? "size-22" : "size-28"}`}>
                <Icon name="bell" className={first.emergency === true ? "size-12" : "size-16"} />
              </div>
            </div>
            <div className="min-w-0">
              <Heading slot="title" className="text-[54px] leading-tight font-bold">
                <T k={first.emergency === true ? "alarm.booth" : "counter.call.title"} values={{ booth: literal(first.boothName) }} />
              </Heading>
              {session !== undefined && (
                <p className="mt-2 text-[26px] font-bold">
                  <Who session={session} appointments={appointments} />
                </p>
              )}
              <p className="mt-1 text-[24px]">
                <Ago call={first} />
              </p>
            </div>
          </div>
          <div className={`flex flex-col ${first.emergency === true ? "mt-5 gap-4" : "mt-8 gap-5"}`}>
            {first.emergency === true && <AlarmSheet emergency={sheetOf(office, first.at)} told={false} className="text-[20px]" />}
            {trouble !== null && (
              <TroubleLine className="text-[20px]">
                <T k={trouble.key} />
              </TroubleLine>
            )}
            <Button place="counter" kind="primary" icon="door" className="min-h-22 w-full text-[32px]!" busy={busy} onPress={() => onAnswer(first.id)}>
              <T k={first.emergency === true ? "alarm.go" : "counter.call.go"} />
            </Button>
            <ul className="flex flex-col gap-1 text-[20px]">
              <Fact icon="info">
                <T k="counter.call.means" />
              </Fact>
              <Telephone call={first} />
              {others.length > 0 && (
                <Fact icon="bell" tone="heed">
                  <T k="counter.call.others" values={{ booths: others.join(words.marked("counter.call.join")) }} />
                </Fact>
              )}
            </ul>
            <div>
              <SoundSwitch sound={sound} place="counter" />
            </div>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Who({ session, appointments }: { readonly session: SessionSummary; readonly appointments: readonly Appointment[] }) {
  const appointment = appointments.find((a) => a.id === session.appointment);
  const kana = appointment?.resident?.kana;
  return (
    <>
      <T k="counter.number" values={{ number: session.number }} />
      {kana !== undefined && (
        <>
          {" "}
          <T k="counter.sama" values={{ name: literal(kana) }} />
        </>
      )}
    </>
  );
}

/** When the office's telephone rings, or that it has. */
function Telephone({ call }: { readonly call: Call }) {
  const now = useNow();
  const since = (at: string) => Math.max(0, Math.floor((now - Date.parse(at)) / 1000));
  if (call.phonedAt != null) {
    return (
      <Fact icon="phone" tone="heed">
        <T k="counter.call.phoned" values={{ seconds: since(call.phonedAt) }} />
      </Fact>
    );
  }
  if (call.phoneFailed === true) {
    return (
      <Fact icon="phone" tone="heed">
        <T k="counter.call.phoneFailed" />
      </Fact>
    );
  }
  if (call.phoneAt == null) return null;
  return (
    <Fact icon="phone">
      <T k="counter.call.willPhone" values={{ seconds: Math.max(0, Math.ceil((Date.parse(call.phoneAt) - now) / 1000)) }} />
    </Fact>
  );
}

function Ago({ call }: { readonly call: Call }) {
  const seconds = Math.max(0, Math.floor((useNow() - Date.parse(call.at)) / 1000));
  const what = call.emergency === true ? "alarm" : "counter.call";
  return seconds < 120 ? (
    <T k={`${what}.ago`} values={{ seconds }} />
  ) : (
    <T k={`${what}.agoMinutes`} values={{ minutes: Math.floor(seconds / 60) }} />
  );
}
