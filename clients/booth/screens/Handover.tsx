import { Furigana, Icon, Portrait, useLanguage, wearOf } from "../../ui";
import { Frame } from "../Frame";
import { byRole, personName } from "../names";
import type { Screen } from "../state";
import { T, useWords } from "../words";
import { LeaveButton, Range, Waves } from "./Waiting";

/** One is finished, one is coming, and nobody sees or hears now. */
export function Handover({ screen }: { readonly screen: Extract<Screen, { kind: "handover" }> }) {
  const words = useWords();
  const { language } = useLanguage();
  const { from, leg, waiting } = screen;
  const nameOf = (one: typeof leg, length: "full" | "short") =>
    personName(words, language, { ...one.professional, role: one.role }, length);
  return (
    <Frame screen={screen} actions={<LeaveButton />}>
      <Waves />
      <div className="relative m-auto flex w-full max-w-6xl flex-col items-center gap-6 text-center">
        <div>
          <h1 className="text-[52px] leading-relaxed font-bold max-[1100px]:text-[45px]">
            <T k={byRole("handover.title", leg.role)} />
          </h1>
          <p className="text-[34px] leading-relaxed">
            <T k="handover.lead" />
          </p>
        </div>
        <div className="grid w-full grid-cols-[minmax(0,0.9fr)_auto_minmax(0,1.15fr)] items-center gap-8 text-left max-[1100px]:gap-4">
          <div className="flex items-center gap-6 rounded-16 border-2 border-off bg-rest px-7 py-6">
            <Portrait wear={wearOf(from.role)} className="size-28 grayscale max-[1100px]:size-20" />
            <div className="min-w-0">
              <p className="text-[34px] leading-relaxed font-bold">
                <Furigana>{nameOf(from, "short")}</Furigana>
              </p>
              <p className="flex items-center gap-3">
                <Icon name="check" className="size-8 text-good-tick" />
                <span>
                  <T k="handover.done" />
                </span>
              </p>
            </div>
          </div>
          <Icon name="arrow" className="size-14 text-primary" />
          <div className="flex items-center gap-6 rounded-16 border-4 border-primary bg-white px-7 py-6">
            <Portrait wear={wearOf(leg.role)} className="size-36 max-[1100px]:size-24" />
            <div className="min-w-0">
              {leg.professional.name !== "" && (
                <p className="text-[36px] leading-relaxed font-bold">
                  <Furigana>{nameOf(leg, "full")}</Furigana>
                </p>
              )}
              <p lang="ja">{leg.professional.organisation}</p>
              <p role="status" className="text-[30px] leading-relaxed font-bold max-[1100px]:text-[27px]">
                <Range waiting={waiting} />
              </p>
            </div>
          </div>
        </div>
        <p className="flex items-center gap-4 text-[30px] leading-relaxed">
          <Icon name="cameraOff" className="size-10 text-primary" />
          <span>
            <T k="handover.private" />
          </span>
        </p>
      </div>
    </Frame>
  );
}
