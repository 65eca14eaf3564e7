import { nextLeg, type Appointment, type Participant, type PresenceItem, type Session } from "../session";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { LevelMeter } from "../ui/LevelMeter";
import { wallClock, wholeMinutes } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { VideoView } from "../ui/VideoView";
import { LineBar, TopBar } from "../ui/work/Frame";
import { Fact, Pill, ScreenTitle, Sheet, TroubleLine } from "../ui/work/parts";
import { useClient, useNow, useSeat } from "../ui/work/seat";
import { nextKey } from "./DayTable";
import { extras, familyName, residentName } from "./names";
import { type DeskKey, T, useWords } from "./words";

/** Before admission: the name to be spoken, how the other side will see this desk, and who is there. */
export function AdmitScreen({
  session,
  appointment,
  admitting,
  trouble,
  onAdmit,
  onLater,
  onSummon,
  onRequeue,
  onPass,
}: {
  readonly session: Session | null;
  readonly appointment: Appointment | undefined;
  readonly admitting: boolean;
  readonly trouble: DeskKey | null;
  readonly onAdmit: () => void;
  readonly onLater: () => void;
  readonly onSummon: () => void;
  readonly onRequeue: () => void;
  readonly onPass: () => void;
}) {
  const { identity } = useSeat();
  const ready = session?.state === "waiting";
  return (
    <div className="flex h-dvh flex-col bg-ground-desk text-[18px]">
      <TopBar name={literal(identity?.name ?? "")}>
        <Button place="desk" icon="back" onPress={onLater}>
          <T k="desk.back" />
        </Button>
      </TopBar>
      <LineBar place="desk" />
      <main className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)_30rem] gap-5 overflow-y-auto px-7 py-5 [@media(max-height:820px)]:py-3 max-[1300px]:grid-cols-[minmax(0,1fr)_26rem] max-[1300px]:gap-4 max-[1300px]:px-5 max-[1300px]:py-4">
        <div className="flex min-h-0 flex-col gap-5 max-[1300px]:gap-4 [@media(max-height:820px)]:gap-3">
          <WhoWaits session={session} appointment={appointment} />
          <People session={session} />
          <About session={session} appointment={appointment} />
        </div>
        <div className="flex min-h-0 flex-col gap-5 max-[1300px]:gap-4 [@media(max-height:820px)]:gap-3">
          <OwnPreview />
          <div className="mt-auto flex flex-col gap-3">
            {trouble !== null && (
              <TroubleLine>
                <T k={trouble} />
              </TroubleLine>
            )}
            {session?.called !== undefined && (
              <p role="status" className="flex items-center gap-3 rounded-8 bg-ground-booth px-4 py-2 font-bold text-primary-pressed">
                <Icon name="bell" className="size-6" />
                <span>
                  <T k="conduct.summoned" />
                </span>
              </p>
            )}
            {session?.state === "waiting" && (
              <div className="flex flex-wrap gap-3 *:grow">
                {session.called === undefined && (
                  <Button place="desk" icon="bell" className="min-h-14" onPress={onSummon}>
                    <T k="conduct.summon" />
                  </Button>
                )}
                <Button place="desk" className="min-h-14 px-3!" onPress={onRequeue}>
                  <T k="conduct.requeue" />
                </Button>
                <Button place="desk" className="min-h-14 px-3!" onPress={onPass}>
                  <T k="conduct.pass" />
                </Button>
              </div>
            )}
            <div className="flex gap-3">
              <Button place="desk" className="min-h-16" onPress={onLater}>
                <T k="desk.later" />
              </Button>
              <Button
                place="desk"
                kind="primary"
                icon="door"
                className="min-h-18 flex-1 text-[24px]!"
                busy={admitting}
                unavailable={ready || session === null ? undefined : <T k="desk.admit.notReady" />}
                onPress={onAdmit}
              >
                <T k={admitting ? "desk.admitting" : "desk.welcome"} />
              </Button>
            </div>
          </div>
        </div>
      </main>
    </div>
  );
}

function WhoWaits({ session, appointment }: { readonly session: Session | null; readonly appointment: Appointment | undefined }) {
  const words = useWords();
  const now = useNow();
  const { identity } = useSeat();
  const name = residentName(appointment);
  const me = familyName(identity?.name ?? "");
  return (
    <Sheet className="px-9 py-6 max-[1300px]:py-4 [@media(max-height:820px)]:py-3">
      {session !== null && (
        <p className="flex flex-wrap items-center gap-3">
          <Pill tone="own" className="text-[19px]">
            <T k="desk.number" values={{ number: session.number }} />
          </Pill>
          <span>
            {literal(session.officeName)} {literal(session.boothName)}
          </span>
          {session.waitingSince !== undefined && (
            <Pill tone="heed" icon="clock">
              <T k="desk.waitingFor" values={{ minutes: wholeMinutes(session.waitingSince, now) }} />
            </Pill>
          )}
        </p>
      )}
      <ScreenTitle className="my-1 text-[64px] leading-tight max-[1300px]:text-[52px] [@media(max-height:820px)]:text-[48px]">
        {name === undefined ? (
          <T k={appointment?.anonymous === true ? "desk.anonymous" : "work.loading"} />
        ) : (
          <T k="desk.sama" values={{ name }} />
        )}
      </ScreenTitle>
      <p className="flex items-start gap-3 text-[20px]">
        <Icon name="speaker" className="mt-1 size-6 text-primary" />
        <span>
          {name === undefined ? (
            <T k="desk.speakAnonymous" values={{ me }} />
          ) : (
            <T k="desk.speak" values={{ say: words.marked("desk.speak.words", { name, me }) }} />
          )}
        </span>
      </p>
    </Sheet>
  );
}

/** The booth, and everybody else who waits at the gate: nobody comes in unseen. */
function People({ session }: { readonly session: Session | null }) {
  const words = useWords();
  const { presence } = useSeat();
  if (session === null) return null;
  const booth = presence.find((p) => p.participant === `booth:${session.booth}`);
  const waiting = extras(session.participants);
  return (
    <Sheet label={words.written("desk.booth.label")} className="px-9 py-5 max-[1300px]:py-3.5 [@media(max-height:820px)]:py-3">
      <h2 className="mb-2 text-[20px] font-bold">
        <T k="desk.booth.heading" values={{ booth: literal(session.boothName) }} />
      </h2>
      <ul className="flex flex-col gap-1.5">
        <BoothLine booth={booth} />
        <Fact icon="person">
          <T k={session.checkedInBy === "counter" ? "desk.booth.byCounter" : "desk.booth.bySelf"} />
        </Fact>
        {session.staff?.present === true && (
          <Fact icon="door" tone="heed">
            <T k="conduct.staff.inside" />
          </Fact>
        )}
        {waiting.length === 0 ? (
          <Fact icon="people">
            <T k="desk.booth.nobodyElse" />
          </Fact>
        ) : (
          waiting.map((p) => <ExtraLine key={p.id} participant={p} />)
        )}
        <Fact icon="lock">
          <T k="desk.booth.closed" />
        </Fact>
      </ul>
    </Sheet>
  );
}

function BoothLine({ booth }: { readonly booth: PresenceItem | undefined }) {
  if (booth?.online !== true) {
    return (
      <Fact icon="again" tone="heed">
        <T k="desk.booth.offline" />
      </Fact>
    );
  }
  return (
    <Fact icon="signal" tone={booth.connected ? "good" : "heed"}>
      <T k={booth.connected ? "desk.booth.connected" : "desk.booth.connecting"} />
    </Fact>
  );
}

function ExtraLine({ participant }: { readonly participant: Participant }) {
  return (
    <Fact icon={participant.kind === "equipment" ? "camera" : "person"} tone="heed">
      <span className="font-bold">{literal(participant.name)}</span>{" "}
      <T k={participant.kind === "equipment" ? "desk.extra.equipmentWaits" : "desk.extra.guestWaits"} />
    </Fact>
  );
}

/** What this leg is, and what comes after it. */
function About({ session, appointment }: { readonly session: Session | null; readonly appointment: Appointment | undefined }) {
  const leg = session?.legs[session.leg];
  if (session === null || leg === undefined) return null;
  const next = nextLeg(session);
  return (
    <Sheet className="px-9 py-5 max-[1300px]:py-3.5 [@media(max-height:820px)]:py-3">
      <h2 className="mb-2 text-[20px] font-bold">
        <T k="desk.about" />
      </h2>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5">
        <dt className="text-ink-soft">
          <T k="desk.column.content" />
        </dt>
        <dd className="font-bold">{literal(leg.serviceName)}</dd>
        <dt className="text-ink-soft">
          <T k="desk.about.time" />
        </dt>
        <dd>
          <T
            k="desk.about.fromTo"
            values={{ from: wallClock(leg.startsAt), to: wallClock(leg.endsAt), minutes: minutesOf(leg.startsAt, leg.endsAt) }}
          />
        </dd>
        <dt className="text-ink-soft">
          <T k="desk.about.next" />
        </dt>
        <dd>
          {next === undefined ? (
            <T k="desk.about.noNext" />
          ) : (
            <T k={nextKey(next.role, "say")} values={{ pool: literal(next.poolName) }} />
          )}
        </dd>
        {appointment?.reception !== undefined && (
          <>
            <dt className="text-ink-soft">
              <T k="desk.about.reception" />
            </dt>
            <dd className="tabular-nums">{appointment.reception}</dd>
          </>
        )}
      </dl>
    </Sheet>
  );
}

/** Planned minutes between two moments. */
export function minutesOf(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 60_000);
}

function OwnPreview() {
  const client = useClient();
  const words = useWords();
  const { media, identity } = useSeat();
  const { self } = media;
  return (
    <Sheet label={words.written("desk.preview")} className="p-5 max-[1300px]:p-4">
      <h2 className="mb-2 text-[19px] font-bold">
        <T k="desk.preview" />
      </h2>
      {/* On a low window the picture gives way: what is pressed next has to be seen without scrolling. */}
      <div className="relative aspect-video overflow-hidden bg-solid-gray-900 [@media(max-height:820px)]:aspect-auto [@media(max-height:820px)]:h-[20dvh]">
        <VideoView
          stream={self.videoMuted ? null : self.preview}
          label={words.written("desk.preview")}
          className="size-full"
          instead={
            <p className="grid size-full place-items-center p-4 text-center text-white">
              <T k={self.videoMuted ? "desk.camera.isOff" : cameraKey(self.face)} />
            </p>
          }
        />
        <p className="absolute bottom-2 left-2 rounded-6 bg-black px-3 py-0.5 text-[16px] text-white">{literal(identity?.name ?? "")}</p>
      </div>
      <div className="mt-3 overflow-hidden">
        <LevelMeter level={client.micLevel} />
      </div>
      <p className="mt-2 flex items-start gap-2.5" role="status">
        <Icon name={self.audioMuted ? "micOff" : "mic"} className="mt-0.5 size-6" />
        <span>
          <T k={self.audioMuted ? "desk.mic.isOff" : voiceKey(self.voice)} />
        </span>
      </p>
      <div className="mt-3 grid grid-cols-2 gap-3">
        <Button
          place="desk"
          icon={self.audioMuted ? "micOff" : "mic"}
          className="px-2!"
          onPress={() => void client.mute({ audio: !self.audioMuted }).catch(() => undefined)}
        >
          <T k={self.audioMuted ? "desk.mic.turnOn" : "desk.mic.turnOff"} />
        </Button>
        <Button
          place="desk"
          icon={self.videoMuted ? "cameraOff" : "camera"}
          className="px-2!"
          onPress={() => void client.mute({ video: !self.videoMuted }).catch(() => undefined)}
        >
          <T k={self.videoMuted ? "desk.camera.turnOn" : "desk.camera.turnOff"} />
        </Button>
      </div>
    </Sheet>
  );
}

type Device = ReturnType<typeof useSeat>["media"]["self"]["voice"];

function voiceKey(device: Device) {
  return device.state === "failed" ? (`desk.mic.${device.fault}` as const) : (`desk.mic.state.${device.state}` as const);
}

function cameraKey(device: Device) {
  return device.state === "failed" ? (`desk.camera.${device.fault}` as const) : (`desk.camera.state.${device.state}` as const);
}
