import type { ReactNode } from "react";
import type { Office } from "../session/booking";
import { Button } from "../ui/Button";
import { wallClock } from "../ui/office-time";
import { literal } from "../ui/ruby";
import { LanguageChoice, TopBar } from "../ui/work/Frame";
import { Pill, ScreenTitle, Sheet, TroubleLine } from "../ui/work/parts";
import { useClient, useSeat } from "../ui/work/seat";
import { Audit } from "./Audit";
import { Deliveries } from "./Deliveries";
import { Offers } from "./Offers";
import { useOffices, useReadiness, useSessions, useVersion } from "./queries";
import { countByState, type LiveSession, offerLines, placeNames, sessionIn } from "./status";
import { Timelines } from "./Timelines";
import { Seats } from "./Seats";
import { T, useWords } from "./words";

/** The status page: is everything well, what goes on, what is loaded. It shows nobody's name. */
export function App() {
  const client = useClient();
  const { identity } = useSeat();
  const sessions = useSessions();
  const { offices, failed } = useOffices();
  const live = sessions.data ?? [];
  return (
    <div className="flex min-h-dvh flex-col bg-ground-desk text-[16px]">
      <TopBar name={<T k="admin.title" />} detail={literal(identity?.name ?? "")}>
        <LanguageChoice />
        <Button place="desk" onPress={() => void client.signOut()}>
          <T k="work.signIn.out" />
        </Button>
      </TopBar>
      <main className="mx-auto grid w-full max-w-[90rem] grid-cols-[22rem_minmax(0,1fr)] items-start max-[1400px]:grid-cols-[18rem_minmax(0,1fr)] gap-5 p-6">
        <div className="flex flex-col gap-5">
          <Server />
          <Offices offices={offices} sessions={live} failed={failed} />
        </div>
        <div className="flex flex-col gap-5">
          <Live sessions={live} offices={offices} failed={sessions.isError} />
          <Seats offices={offices} />
          <Timelines offices={offices} />
          <Deliveries />
          <Offers />
          <Audit offices={offices} />
          <Catalogue offices={offices} />
        </div>
      </main>
    </div>
  );
}

function Box({ title, children }: { readonly title: ReactNode; readonly children: ReactNode }) {
  return (
    <Sheet className="p-5">
      <h2 className="mb-2 text-[20px] font-bold">{title}</h2>
      {children}
    </Sheet>
  );
}

function Server() {
  const ready = useReadiness();
  const version = useVersion();
  return (
    <Sheet className="p-5">
      <ScreenTitle className="mb-2 text-[20px]">
        <T k="admin.server" />
      </ScreenTitle>
      {ready.isError && (
        <TroubleLine>
          <T k="admin.unreachable" />
        </TroubleLine>
      )}
      {ready.data !== undefined && !ready.isError && (
        <>
          <p role="status">
            <Pill tone={ready.data.ready ? "good" : "heed"} icon={ready.data.ready ? "check" : "warn"}>
              <T k={ready.data.draining ? "admin.draining" : ready.data.ready ? "admin.ready" : "admin.notReady"} />
            </Pill>
          </p>
          <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
            {ready.data.parts.map((part) => (
              <div key={part.part} className="contents">
                <dt>
                  <T k={`admin.part.${part.part}`} />
                </dt>
                <dd className="text-right">
                  <span className="tabular-nums">{part.detail === "ok" ? "" : part.detail}</span>{" "}
                  <Pill tone={part.well ? "good" : "heed"}>
                    <T k={part.well ? "admin.well" : "admin.unwell"} />
                  </Pill>
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {version !== undefined && (
        <p className="mt-3 text-ink-soft">
          <T k="admin.version" values={{ version }} />
        </p>
      )}
    </Sheet>
  );
}

const knownEquipment = ["camera", "headset", "blood-pressure", "oximeter", "thermometer", "document-camera", "printer"] as const;

/** Whether there is a word for a piece of equipment; the catalogue may name others. */
function isKnown(equipment: string): equipment is (typeof knownEquipment)[number] {
  return (knownEquipment as readonly string[]).includes(equipment);
}

function Offices({ offices, sessions, failed }: { readonly offices: Office[]; readonly sessions: LiveSession[]; readonly failed: boolean }) {
  const words = useWords();
  return (
    <Box title={<T k="admin.offices" />}>
      {failed && (
        <TroubleLine>
          <T k="admin.offices.failed" />
        </TroubleLine>
      )}
      <ul className="flex flex-col gap-3">
        {offices.map((office) => (
          <li key={office.id}>
            <h3 className="font-bold">{literal(office.name)}</h3>
            <ul>
              {office.booths.map((booth) => {
                const session = sessionIn(booth.id, sessions);
                return (
                  <li key={booth.id}>
                    {session === undefined ? (
                      <T k="admin.booth.free" values={{ booth: literal(booth.name) }} />
                    ) : (
                      <T k="admin.booth.busy" values={{ booth: literal(booth.name), number: session.number }} />
                    )}
                    {booth.equipment.length > 0 && (
                      <span className="block text-ink-soft">
                        <T k="admin.equipment" values={{ equipment: booth.equipment.map((e) => (isKnown(e) ? words.marked(`admin.equipment.${e}`) : literal(e))).join(words.marked("admin.join")) }} />
                      </span>
                    )}
                  </li>
                );
              })}
            </ul>
          </li>
        ))}
      </ul>
    </Box>
  );
}

function Live({ sessions, offices, failed }: { readonly sessions: LiveSession[]; readonly offices: Office[]; readonly failed: boolean }) {
  const words = useWords();
  return (
    <Box title={<T k="admin.live" />}>
      {failed && (
        <TroubleLine>
          <T k="admin.live.failed" />
        </TroubleLine>
      )}
      <p role="status">
        {sessions.length === 0 ? <T k="admin.live.none" /> : <T k="admin.live.counts" values={countByState(sessions)} />}
      </p>
      {sessions.length > 0 && (
        <Table label={words.written("admin.live.list")} columns={["office", "booth", "number", "state", "desk", "leg", "since"]}>
          {sessions.map((s) => {
            const names = placeNames(s, offices);
            return (
              <tr key={s.id} className="border-t border-solid-gray-200">
                <Cell>{literal(names.office)}</Cell>
                <Cell>{literal(names.booth)}</Cell>
                <Cell>{s.number}</Cell>
                <Cell>
                  <T k={`admin.state.${s.state}`} />
                </Cell>
                <Cell>
                  {literal(names.pool)} {literal(s.desk)}
                </Cell>
                <Cell>
                  <T k="admin.leg" values={{ leg: s.leg + 1, legs: s.legs }} />
                </Cell>
                <Cell>{s.openedAt === "" ? "" : wallClock(s.openedAt)}</Cell>
              </tr>
            );
          })}
        </Table>
      )}
    </Box>
  );
}

function Catalogue({ offices }: { readonly offices: Office[] }) {
  const words = useWords();
  return (
    <Box title={<T k="admin.catalogue" />}>
      <Table label={words.written("admin.catalogue")} columns={["service", "pool", "public", "minutes", "offices"]}>
        {offerLines(offices).map(({ key, offer, offices: where }) => (
          <tr key={key} className="border-t border-solid-gray-200">
            <Cell>
              {literal(offer.serviceName)}
              {offer.anonymous && (
                <span className="block text-ink-soft">
                  <T k="admin.anonymous" />
                </span>
              )}
            </Cell>
            <Cell>{literal(offer.name)}</Cell>
            <Cell>{literal(offer.publicName)}</Cell>
            <Cell>
              <T k="admin.minutes" values={{ minutes: offer.minutes }} />
            </Cell>
            <Cell>{where.map(literal).join(words.marked("admin.join"))}</Cell>
          </tr>
        ))}
      </Table>
    </Box>
  );
}

type Column = "office" | "booth" | "number" | "state" | "desk" | "leg" | "since" | "service" | "pool" | "public" | "minutes" | "offices";

function Table({ label, columns, children }: { readonly label: string; readonly columns: Column[]; readonly children: ReactNode }) {
  return (
    <table aria-label={label} className="mt-2 w-full border-collapse text-left">
      <thead className="text-ink-soft">
        <tr>
          {columns.map((column) => (
            <th key={column} scope="col" className="px-2 py-1.5 font-normal">
              <T k={`admin.column.${column}`} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

function Cell({ children }: { readonly children: ReactNode }) {
  return <td className="px-2 py-2 align-top">{children}</td>;
}
