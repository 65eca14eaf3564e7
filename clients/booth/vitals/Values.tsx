import type { Quantity } from "../../session/vitals/reading";
import { T } from "../words";

/** Values as large as they can be, each with its name and unit. */
export function Values({ values }: { readonly values: readonly Quantity[] }) {
  return (
    <dl className="flex flex-wrap items-end justify-center gap-x-10 gap-y-2">
      {values
        .filter(({ of }) => of !== "mean")
        .map(({ of, value, unit }) => (
          <div key={of}>
            <dt className="text-[28px] leading-relaxed">
              <T k={`vitals.of.${of}`} />
            </dt>
            <dd className="text-[64px] leading-tight font-bold tabular-nums">
              {value}
              <span className="ml-2 text-[28px] font-normal">
                <T k={`vitals.unit.${unit}`} />
              </span>
            </dd>
          </div>
        ))}
    </dl>
  );
}
