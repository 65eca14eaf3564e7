import { Fragment } from "react";
import { stretches } from "./ruby";

/**
 * Wording with its readings over it. The readings are hidden from screen readers, which would otherwise say every
 * word twice; they have readings of their own.
 */
export function Furigana({ children }: { readonly children: string }) {
  return (
    <>
      {stretches(children).map((stretch, i) =>
        stretch.reading === undefined ? (
          <Fragment key={i}>{stretch.base}</Fragment>
        ) : (
          <ruby key={i}>
            {stretch.base}
            <rt aria-hidden="true">{stretch.reading}</rt>
          </ruby>
        ),
      )}
    </>
  );
}
