import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { Button, Furigana, Icon, isIcon, LanguagePicker } from "../../ui";
import { useBooth } from "../context";
import { Frame, narrow } from "../Frame";
import { useOffice } from "../office";
import type { Screen } from "../state";
import { Devices, useHasDevices } from "../vitals/Devices";
import { T } from "../words";

/** How many notices fit beside the start; the office's first ones are shown. */
const notices = 3;

/** Nobody is here: one huge start, the office's notices beside it, the languages below. */
export function Idle({ screen }: { readonly screen: Screen }) {
  const { act } = useBooth();
  const hasDevices = useHasDevices();
  const [binding, setBinding] = useState(false);
  if (binding) return <Devices screen={screen} onClose={() => setBinding(false)} />;
  const staff = hasDevices && (
    <Button kind="quiet" className={narrow} onPress={() => setBinding(true)}>
      <T k="devices.open" />
    </Button>
  );
  return (
    <Frame screen={screen} actions={staff}>
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,0.95fr)_minmax(0,1fr)] gap-7 max-[1100px]:gap-5">
        <Notices />
        <AriaButton
          onPress={() => act({ type: "started" })}
          className="flex min-h-80 cursor-pointer flex-col items-center justify-center gap-4 rounded-24 bg-primary px-6 text-white shadow-md data-[hovered]:bg-primary-pressed data-[pressed]:bg-primary-pressed"
        >
          <Icon name="screenTouch" className="size-32" />
          <span className="text-[57px] leading-tight font-bold max-[1100px]:text-[45px]">
            <T k="idle.start" />
          </span>
          <span className="text-[30px] leading-relaxed">
            <T k="idle.touch" />
          </span>
        </AriaButton>
      </div>
      <div className="mt-6">
        <LanguagePicker />
      </div>
    </Frame>
  );
}

function Notices() {
  const office = useOffice();
  const list = office.data?.notices ?? [];
  return (
    <section aria-labelledby="notices" className="min-h-0 overflow-y-auto">
      <h1 id="notices" className="pb-2 text-[32px] leading-relaxed font-bold">
        <T k="idle.notices" />
      </h1>
      {office.data === undefined ? (
        <Note k={office.isError ? "idle.notices.failed" : "idle.notices.loading"} />
      ) : list.length === 0 ? (
        <Note k="idle.notices.none" />
      ) : (
        <ul>
          {list.slice(0, notices).map((notice) => (
            <li key={notice.title} lang="ja" className="flex gap-6 border-t-2 border-hairline py-2.5">
              <Icon name={isIcon(notice.icon) ? notice.icon : "info"} className="mt-1 size-10 text-primary" />
              <div className="min-w-0">
                <h2 className="text-[30px] leading-snug font-bold max-[1100px]:text-[28px]">
                  <Furigana>{notice.title}</Furigana>
                </h2>
                <p className="text-[26px] leading-snug text-ink-soft max-[1100px]:text-[24px]">
                  <Furigana>{notice.body}</Furigana>
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Note({ k }: { readonly k: "idle.notices.loading" | "idle.notices.none" | "idle.notices.failed" }) {
  return (
    <p role="status" className="border-t-2 border-hairline py-4 text-ink-soft">
      <T k={k} />
    </p>
  );
}
