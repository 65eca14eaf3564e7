import type { SessionSummary } from "../session";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { literal } from "../ui/ruby";
import { useSeat } from "../ui/work/seat";
import { useCalled, useColleagues } from "./colleagues";
import { T } from "./words";

/** Another professional asks this desk in; the person has said yes to nothing yet. */
export function Asked({ onGo }: { readonly onGo: (session: string) => void }) {
  const { sessions } = useSeat();
  const asked = (sessions ?? []).filter((one) => one.asked === true && one.state === "consultation");
  return asked.map((one) => <AskedLine key={one.id} session={one} onGo={() => onGo(one.id)} />);
}

function AskedLine({ session, onGo }: { readonly session: SessionSummary; readonly onGo: () => void }) {
  const { data } = useColleagues();
  const called = useCalled();
  const lead = data?.flatMap((pool) => pool.desks).find((one) => one.id === session.desk);
  return (
    <div role="alert" data-asked="" className="flex flex-wrap items-center gap-4 rounded-12 border-3 border-primary bg-ground-booth px-5 py-3">
      <Icon name="people" className="size-8 text-primary" />
      <div className="min-w-0">
        <p className="text-[21px] font-bold">
          <T k="conduct.asked" values={{ who: lead === undefined ? literal(session.desk ?? "") : called(lead) }} />
        </p>
        <p className="text-ink-soft">
          <T
            k="conduct.asked.where"
            values={{ office: literal(session.officeName), booth: literal(session.boothName), number: session.number }}
          />
        </p>
      </div>
      <Button place="desk" kind="primary" icon="door" className="ml-auto min-h-14" onPress={onGo}>
        <T k="conduct.asked.go" />
      </Button>
    </div>
  );
}
