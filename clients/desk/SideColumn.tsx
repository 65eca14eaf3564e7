import { useEffect, useState } from "react";
import { nextLeg, type Appointment, type Participant, type Session } from "../session";
import { Button } from "../ui/Button";
import { Furigana } from "../ui/Furigana";
import { Icon } from "../ui/Icon";
import { literal } from "../ui/ruby";
import { VideoView } from "../ui/VideoView";
import { Fact, Sheet } from "../ui/work/parts";
import { useClient, useSeat } from "../ui/work/seat";
import { useCalled } from "./colleagues";
import { isOwn } from "./CourseBar";
import { DeviceSounds } from "./DeviceSounds";
import { extras, residentName } from "./names";
import { documentOf } from "./Pictures";
import { useOffice } from "./queries";
import type { DeskEvent, DeskState } from "./state";
import { TalkPanel } from "./TalkPanel";
import { ReadingsSheet } from "./vitals/Readings";
import { useReadings } from "./vitals/useReadings";
import { T, useWords } from "./words";

/** Beside the picture: the document camera, then either the people of the visit or what is written. */
export function SideColumn({
  state,
  dispatch,
  session,
  appointment,
}: {
  readonly state: DeskState;
  readonly dispatch: (event: DeskEvent) => void;
  readonly session: Session | null;
  readonly appointment: Appointment | undefined;
}) {
  const words = useWords();
  const { identity } = useSeat();
  // Whoever was only asked in is sent no readings.
  const own = isOwn(session, identity?.desk);
  const readings = useReadings(own ? session : null);
  return (
    <div className="flex min-h-0 flex-col gap-3">
      {!state.documentLarge && <Document talking={state.side === "talk"} onLarge={() => dispatch({ type: "document-large", on: true })} />}
      <DeviceSounds session={session} appointment={appointment} />
      {state.side === "talk" ? (
        <TalkPanel
          resident={residentName(appointment)}
          booth={session === null ? "" : `booth:${session.booth}`}
          onClose={() => dispatch({ type: "side", side: "people" })}
        />
      ) : (
        // A bar more above, and it has to be scrolled: by keyboard too, also when nothing in it has a button.
        <div role="region" aria-label={words.written("desk.side")} tabIndex={0} className="flex min-h-0 flex-col gap-3 overflow-y-auto">
          {own && <ReadingsSheet readings={readings} session={session} appointment={appointment} />}
          <PeopleHere session={session} appointment={appointment} />
          <Visit session={session} appointment={appointment} />
          <Emergency session={session} />
        </div>
      )}
    </div>
  );
}

function Document({ talking, onLarge }: { readonly talking: boolean; readonly onLarge: () => void }) {
  const words = useWords();
  const { media } = useSeat();
  const document = documentOf(media.remote);
  if (document === undefined) return null;
  return (
    <div
      className={`relative aspect-[21/10] flex-none overflow-hidden bg-solid-gray-800 ${talking ? "[@media(max-height:820px)]:hidden" : ""}`}
    >
      <VideoView stream={document.stream} label={words.written("desk.document")} fit="contain" className="size-full" />
      <p className="absolute top-2 right-2 rounded-6 bg-black px-3 py-0.5 text-[16px] text-white">
        <T k="desk.document" />
      </p>
      <div className="absolute right-2 bottom-2">
        <Button place="desk" onPress={onLarge}>
          <T k="desk.document.large" />
        </Button>
      </div>
    </div>
  );
}

/** Who is in the room and who waits at the gate, each by name, with what can be done about it. */
function PeopleHere({ session, appointment }: { readonly session: Session | null; readonly appointment: Appointment | undefined }) {
  const words = useWords();
  const { identity } = useSeat();
  const called = useCalled();
  if (session === null) return null;
  const name = residentName(appointment);
  const desks = session.participants.filter((p) => p.kind === "desk");
  return (
    <Sheet label={words.written("desk.people")} className="flex-none px-5 py-4">
      <h2 className="mb-2 text-[19px] font-bold">
        <T k="desk.people" />
      </h2>
      <ul className="flex flex-col gap-2">
        <BoothPerson session={session} name={name} />
        {desks.map((p) => (
          <li key={p.id} className="flex items-center gap-3">
            <Icon name="person" className="size-6 text-primary" />
            <span className="font-bold">{p.id === identity?.seat ? <T k="self" /> : <Furigana>{called(p)}</Furigana>}</span>
            {p.apart === true && <ApartTag />}
          </li>
        ))}
        {(session.gathered ?? []).map((one) => (
          <li key={one.session} className="flex items-center gap-3">
            <Icon name="house" className="size-6 text-primary" />
            <span className="font-bold">
              <T k="conduct.group.one" values={{ number: one.number, booth: literal(one.boothName) }} />
            </span>
          </li>
        ))}
        {extras(session.participants).map((p) => (
          <ExtraPerson key={p.id} participant={p} />
        ))}
      </ul>
    </Sheet>
  );
}

/** Let in, and neither heard nor hearing just now. */
function ApartTag() {
  return (
    <span className="ml-auto rounded-8 bg-rest px-2 text-[16px]">
      <T k="conduct.apart" />
    </span>
  );
}

function BoothPerson({ session, name }: { readonly session: Session; readonly name: string | undefined }) {
  const { presence } = useSeat();
  const booth = presence.find((p) => p.participant === `booth:${session.booth}`);
  const state = booth?.online !== true ? "away" : booth.connected ? (booth.audioMuted ? "silent" : "connected") : "connecting";
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Icon name="person" className="size-6 text-primary" />
      <span className="font-bold">{name === undefined ? <T k="desk.who.resident" /> : <T k="desk.sama" values={{ name }} />}</span>
      {session.participants.find((p) => p.id === `booth:${session.booth}`)?.apart === true && <ApartTag />}
      <span className={`ml-auto text-[16px] ${state === "connected" ? "text-ink-soft" : "rounded-8 bg-heed px-2 text-heed-ink"}`}>
        <T k={`desk.person.${state}`} />
      </span>
    </li>
  );
}

function ExtraPerson({ participant }: { readonly participant: Participant }) {
  const client = useClient();
  const words = useWords();
  const { identity, session } = useSeat();
  const mine = isOwn(session, identity?.desk);
  const name = useCalled()(participant);
  const equipment = participant.kind === "equipment";
  // Whoever points at the button may press it.
  const [near, setNear] = useState(false);
  const mayAdmit = near && !participant.admitted;
  useEffect(() => (mayAdmit ? client.prepare(participant.id) : undefined), [client, mayAdmit, participant.id]);
  return (
    <li
      className={`grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-3 gap-y-2 rounded-8 ${participant.admitted ? "" : "border-2 border-heed-edge bg-heed-soft p-3"}`}
    >
      <Icon name={equipment ? "camera" : "person"} className="size-6 text-primary" />
      <span className="min-w-0">
        <span className="font-bold">
          <Furigana>{name}</Furigana>
        </span>{" "}
        <span className="text-[16px]">
          <T k={participant.admitted ? "desk.extra.in" : equipment ? "desk.extra.equipmentWaits" : "desk.extra.guestWaits"} />
        </span>
      </span>
      {participant.apart === true && (
        <span className="col-start-2 flex">
          <ApartTag />
        </span>
      )}
      {mine && (
        <span className="col-start-2 flex flex-wrap gap-2">
          {!participant.admitted && (
            <Button
              place="desk"
              label={words.written("desk.extra.admit.label", { name })}
              onNear={setNear}
              onPress={() => void client.admit(participant.id).catch(() => undefined)}
            >
              <T k="desk.extra.admit" />
            </Button>
          )}
          <Button
            place="desk"
            label={words.written(participant.admitted ? "desk.extra.dismiss.label" : "desk.extra.refuse.label", { name })}
            onPress={() => void client.dismiss(participant.id).catch(() => undefined)}
          >
            <T k={participant.admitted ? "desk.extra.dismiss" : "desk.extra.refuse"} />
          </Button>
        </span>
      )}
    </li>
  );
}

function Visit({ session, appointment }: { readonly session: Session | null; readonly appointment: Appointment | undefined }) {
  const words = useWords();
  const leg = session?.legs[session.leg];
  if (session === null || leg === undefined) return null;
  const next = nextLeg(session);
  return (
    <Sheet label={words.written("desk.visit")} className="flex-none px-5 py-4">
      <h2 className="mb-1 text-[19px] font-bold">
        <T k="desk.visit" />
      </h2>
      <p>{literal(leg.serviceName)}</p>
      <p className="text-ink-soft">
        {next === undefined ? <T k="desk.about.noNext" /> : <T k="desk.visit.next" values={{ pool: literal(next.poolName) }} />}
      </p>
      {appointment?.reception !== undefined && (
        <p className="text-ink-soft tabular-nums">
          <T k="desk.visit.reception" values={{ reception: appointment.reception }} />
        </p>
      )}
    </Sheet>
  );
}

/** Where help comes from: the place to name on the telephone, and the hospital that has been agreed on. */
function Emergency({ session }: { readonly session: Session | null }) {
  const words = useWords();
  const office = useOffice(session?.office);
  if (office === undefined) return null;
  return (
    <Sheet label={words.written("desk.emergency")} className="flex-none px-5 py-4">
      <h2 className="mb-1 text-[19px] font-bold">
        <T k="desk.emergency" />
      </h2>
      <ul className="flex flex-col gap-1">
        <Fact icon="house">
          {literal(office.address)} {literal(office.name)}
        </Fact>
        <Fact icon="phone">
          <T k="desk.emergency.office" values={{ phone: literal(office.phone) }} />
        </Fact>
        {office.emergency !== undefined && (
          <Fact icon="warn">
            {literal(office.emergency.hospital)} {literal(office.emergency.phone)}
          </Fact>
        )}
      </ul>
    </Sheet>
  );
}
