import { Button, Icon } from "../../ui";
import { useBooth } from "../context";
import { T } from "../words";
import { usePersonName, type TalkScreen } from "./Talk";

/** Above a consultation: who stands at the gate or is asked in, that staff listens, and that an emergency has been raised. */
export function CourseBar({ screen }: { readonly screen: TalkScreen }) {
  const { client, alarm, act } = useBooth();
  const nameOf = usePersonName();
  return (
    <>
      {alarm?.state === "raised" && (
        <Line tone="emergency">
          <Icon name="warn" className="size-9 text-emergency" />
          <span className="font-bold">
            <T k="alarm.stands" />
          </span>
          <Button className="ml-auto min-h-16!" onPress={() => act({ type: "open-alarm" })}>
            <T k="alarm.open" />
          </Button>
        </Line>
      )}
      {screen.staff && (
        <Line tone="heed">
          <Icon name="person" className="size-9" />
          <span className="font-bold">
            <T k="staff.here" />
          </span>
          <Button className="ml-auto min-h-16!" onPress={() => settle(client.conduct.staff(screen.session.id, false))}>
            <T k="staff.left" />
          </Button>
        </Line>
      )}
      {screen.asked !== null && (
        <Line tone="plain">
          <Icon name="person" className="size-9 text-primary" />
          <span>
            <T k="gate.asked" values={{ who: nameOf(screen.asked) }} />
          </span>
        </Line>
      )}
      {screen.gate.map((person) => (
        <Line key={person.id} tone="plain">
          <Icon name={person.equipment ? "camera" : "person"} className="size-9 text-primary" />
          <span>
            <T k="gate.waits" values={{ who: nameOf(person) }} />
          </span>
        </Line>
      ))}
    </>
  );
}

const tones = {
  plain: "border-hairline bg-white",
  heed: "border-heed-edge bg-heed-soft",
  emergency: "border-emergency bg-white",
} as const;

function Line({ tone, children }: { readonly tone: keyof typeof tones; readonly children: React.ReactNode }) {
  return (
    <div role="status" className={`flex flex-wrap items-center gap-4 border-b-2 px-10 py-1.5 leading-relaxed max-[1100px]:px-6 ${tones[tone]}`}>
      {children}
    </div>
  );
}

/** What was refused shows in the state; nobody in the booth can do anything about it. */
export function settle(what: Promise<void>): void {
  void what.catch(() => undefined);
}
