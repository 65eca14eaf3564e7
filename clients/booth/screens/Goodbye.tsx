import type { ReactNode } from "react";
import { Button, Furigana, Icon, Panel, useLanguage, type IconName } from "../../ui";
import { useBooth } from "../context";
import { Frame } from "../Frame";
import { personName } from "../names";
import { byeTitles } from "../speech";
import type { Screen } from "../state";
import { T, useWords } from "../words";

/** Done: whom to ask later, not to forget one's things; then everything is wiped. */
export function Goodbye({ screen }: { readonly screen: Extract<Screen, { kind: "goodbye" }> }) {
  const { forget } = useBooth();
  const words = useWords();
  const { language } = useLanguage();
  return (
    <Frame
      screen={screen}
      actions={
        <Button kind="primary" icon="check" onPress={forget}>
          <T k="bye.done" />
        </Button>
      }
    >
      <div className="flex flex-wrap items-baseline justify-between gap-x-8">
        <h1 className="text-[45px] leading-relaxed font-bold">
          <T k={byeTitles[screen.how]} />
        </h1>
        <p className="text-[26px]">
          <T k="bye.clears" />
        </p>
      </div>
      <Panel className="mt-3 flex min-h-0 flex-1 flex-col justify-evenly px-8 py-2 max-[1100px]:px-5">
        {screen.met.map(({ professional, role }) => (
          <Row key={professional.organisation + professional.name} icon="phone" name={<T k="bye.ask" />}>
            <span lang="ja" className="mr-5">
              {professional.organisation}{" "}
              <span className="text-[0.9em] font-normal whitespace-nowrap">
                <Furigana>{personName(words, language, { ...professional, role }, "full")}</Furigana>
              </span>
            </span>
            <span className="whitespace-nowrap tabular-nums">{professional.phone}</span>
          </Row>
        ))}
        <Row icon="person" name={<T k="bye.counter" />}>
          <T k={screen.how === "cancelled" ? "bye.counter.cancelled" : "bye.counter.lead"} />
        </Row>
        <Row icon="box" name={<T k="bye.things" />}>
          <T k="bye.things.lead" />
        </Row>
      </Panel>
      <p className="mt-5 flex items-center gap-4 leading-relaxed">
        <Icon name="cameraOff" className="size-9 text-primary" />
        <span>
          <T k="bye.off" />
        </span>
      </p>
    </Frame>
  );
}

function Row({ icon, name, children }: { readonly icon: IconName; readonly name: ReactNode; readonly children: ReactNode }) {
  return (
    <div className="flex items-center gap-6 border-t-2 border-hairline py-3 first:border-t-0">
      <Icon name={icon} className="size-10 text-primary" />
      <p className="w-72 shrink-0 leading-relaxed max-[1100px]:w-64">{name}</p>
      <p className="min-w-0 flex-1 text-[31px] leading-relaxed font-bold max-[1100px]:text-[28px]">{children}</p>
    </div>
  );
}
