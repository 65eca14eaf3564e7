import { Button, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { nextLeg, type Session } from "../session";
import { Icon, type IconName } from "../ui/Icon";
import { nextKey } from "./DayTable";
import { asksOf } from "./CourseBar";
import { shortcutKeys } from "./shortcuts";
import type { Ask } from "./state";
import { T, useWords } from "./words";

const looks: Record<Ask, { icon: IconName; key?: string }> = {
  confer: { icon: "people", key: shortcutKeys.confer },
  invite: { icon: "plus", key: shortcutKeys.invite },
  pause: { icon: "cameraOff", key: shortcutKeys.pause },
  requeue: { icon: "clock" },
  pass: { icon: "arrow", key: shortcutKeys.pass },
  group: { icon: "house" },
  remote: { icon: "again" },
};

/** Everything besides the one next step, behind one labelled button. */
export function More({
  session,
  onAsk,
  onUnneeded,
}: {
  readonly session: Session | null;
  readonly onAsk: (ask: Ask) => void;
  /** The next leg is not needed. */
  readonly onUnneeded: () => void;
}) {
  const words = useWords();
  const next = session?.state === "consultation" ? nextLeg(session) : undefined;
  return (
    <MenuTrigger>
      <Button className="flex min-h-16 min-w-23 cursor-pointer flex-col items-center justify-center gap-0.5 rounded-8 border-2 border-edge bg-white px-2 text-[16px] leading-tight data-[hovered]:bg-rest">
        <Icon name="plus" className="size-6" />
        <span>
          <T k="conduct.more" />
        </span>
      </Button>
      <Popover placement="top start" className="rounded-12 border-2 border-edge bg-white p-2 shadow-lg">
        <Menu
          aria-label={words.written("conduct.more.title")}
          className="flex min-w-80 flex-col outline-none"
          onAction={(key) => (key === "unneeded" ? onUnneeded() : onAsk(key as Ask))}
        >
          {[
            ...asksOf(session).map((ask) => (
              <Item key={ask} id={ask} icon={looks[ask].icon} shortcut={looks[ask].key} label={words.written(`conduct.${ask}`)}>
                <T k={`conduct.${ask}`} />
              </Item>
            )),
            ...(next === undefined
              ? []
              : [
                  <Item key="unneeded" id="unneeded" icon="close" label={words.written(nextKey(next.role, "unneeded"))}>
                    <T k={nextKey(next.role, "unneeded")} />
                  </Item>,
                ]),
          ]}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

function Item({
  id,
  icon,
  shortcut,
  label,
  children,
}: {
  readonly id: string;
  readonly icon: IconName;
  readonly shortcut?: string | undefined;
  readonly label: string;
  readonly children: React.ReactNode;
}) {
  return (
    <MenuItem
      id={id}
      textValue={label}
      className="flex min-h-13 cursor-pointer items-center gap-4 rounded-8 px-4 text-[18px] outline-none data-[focused]:bg-ground-booth data-[hovered]:bg-ground-booth"
    >
      <Icon name={icon} className="size-6 text-primary" />
      <span className="font-bold">{children}</span>
      {shortcut !== undefined && <kbd className="ml-auto rounded-6 border-2 border-edge px-2 text-[15px]">{shortcut}</kbd>}
    </MenuItem>
  );
}
