import { Button as AriaButton } from "react-aria-components";
import type { Offer } from "../session/booking";
import { Icon } from "../ui/Icon";
import { asksForFirst } from "../ui/plan/plan";
import { literal } from "../ui/ruby";
import { useLanguage } from "../ui/words";
import { IconButton } from "../ui/work/parts";
import { type BookingEvent, type DraftLeg, legMinutes, nextOffers, visitMinutes } from "./booking";
import { T, useWords } from "./words";

/** Step 1: the other sides of the visit, in order. */
export function WhoWithColumn({
  offers,
  legs,
  dispatch,
}: {
  readonly offers: readonly Offer[];
  readonly legs: readonly DraftLeg[];
  readonly dispatch: (event: BookingEvent) => void;
}) {
  const next = nextOffers(offers, legs);
  return (
    <>
      <h2 className="mb-3 text-[24px] font-bold">
        <T k="counter.book.who" />
      </h2>
      <ol className="flex flex-col">
        {legs.map((leg, index) => (
          <ChosenLeg key={`${leg.service}@${leg.pool}`} leg={leg} offers={offers} index={index} dispatch={dispatch} />
        ))}
      </ol>
      {legs.length > 1 && (
        <p className="mt-3 text-ink-soft">
          <T k="counter.book.total" values={{ minutes: visitMinutes(legs) }} />
        </p>
      )}
      {legs.length > 0 && next.length > 0 && (
        <h3 className="mt-5 mb-2 text-[19px] font-bold">
          <T k="counter.book.more" />
        </h3>
      )}
      {offers.length === 0 && (
        <p>
          <T k="counter.book.noOffers" />
        </p>
      )}
      <ul className="flex flex-col gap-2.5">
        {next.map((offer) => (
          <li key={`${offer.service}@${offer.pool}`}>
            <AriaButton
              onPress={() => dispatch({ type: "add-leg", offer })}
              className="flex min-h-16 w-full cursor-pointer items-center gap-3 rounded-8 border-2 border-edge bg-white px-4 py-2 text-left data-[hovered]:bg-rest data-[pressed]:bg-ground-booth"
            >
              <Icon name="plus" className="size-6 text-primary" />
              <span className="min-w-0">
                <span className="block font-bold">{offerName(offer, offers)}</span>
                <span className="block text-[16px] text-ink-soft">
                  <T k={legs.length > 0 ? "counter.book.minutesThen" : "counter.book.minutes"} values={{ minutes: offer.minutes }} />
                </span>
              </span>
            </AriaButton>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The other side by name; only where one pool offers several services do their names tell them apart. */
export function offerName(offer: Offer, offers: readonly Offer[]): string {
  const several = offers.filter((o) => o.pool === offer.pool).length > 1;
  return literal(several ? `${offer.name} ${offer.serviceName}` : offer.name);
}

function ChosenLeg({
  leg,
  offers,
  index,
  dispatch,
}: {
  readonly leg: DraftLeg;
  readonly offers: readonly Offer[];
  readonly index: number;
  readonly dispatch: (event: BookingEvent) => void;
}) {
  const words = useWords();
  const name = offerName(leg, offers);
  return (
    <li>
      {index > 0 && (
        <div aria-hidden="true" className="grid h-11 place-items-center text-primary">
          <Icon name="arrow" className="size-6 rotate-90" />
        </div>
      )}
      <div className="flex items-center gap-2.5 rounded-8 border-2 border-primary bg-ground-booth px-2.5 py-2.5">
        <span aria-hidden="true" className="grid size-9 flex-none place-items-center rounded-full bg-primary font-bold text-white">
          {index + 1}
        </span>
        <span className="min-w-0 flex-1 leading-snug">
          <span className="block text-[19px] font-bold">{name}</span>
          <span className="block text-ink-soft">
            <T k={index > 0 ? "counter.book.minutesThen" : "counter.book.minutes"} values={{ minutes: legMinutes(leg) }} />
          </span>
        </span>
        <IconButton icon="close" label={words.written("counter.book.remove", { name })} onPress={() => dispatch({ type: "remove-leg", index })} className="flex-none" />
      </div>
      {asksForFirst(leg) && <FirstVisit leg={leg} name={name} onChange={(on) => dispatch({ type: "first", index, on })} />}
    </li>
  );
}

/** Whether the resident comes there for the first time, and what to tell them then. */
function FirstVisit({ leg, name, onChange }: { readonly leg: DraftLeg; readonly name: string; readonly onChange: (on: boolean) => void }) {
  const words = useWords();
  const { language } = useLanguage();
  const rule = leg.firstVisit;
  const note = rule?.note[language] ?? "";
  return (
    <div className="px-2.5">
      <label className="flex min-h-12 cursor-pointer items-center gap-3">
        <input
          type="checkbox"
          aria-label={words.written("counter.book.first.label", { name })}
          checked={leg.first === true}
          onChange={(event) => onChange(event.target.checked)}
          className="size-6 accent-[var(--color-primary)]"
        />
        <T k="counter.book.first" />
      </label>
      {leg.first === true && (
        <p role="status" className="pb-2 text-[16px]">
          {rule?.accepted === false ? <T k="counter.book.first.refused" /> : note === "" ? null : <T k="counter.book.first.note" values={{ note: literal(note) }} />}
        </p>
      )}
    </div>
  );
}
