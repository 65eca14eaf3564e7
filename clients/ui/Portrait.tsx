/** What somebody wears says what they do; the face is left blank, because it would be somebody else's. */
export type Wear = "doctor" | "pharmacist" | "officer" | "you";

const wears: Record<Wear, { ground: string; hair: string; coat: string; shirt: string; edge: string }> = {
  doctor: { ground: "#d8eef3", hair: "#43383a", coat: "#ffffff", shirt: "#99d3dc", edge: "#aeb3b5" },
  pharmacist: { ground: "#d8eef3", hair: "#2f2b2b", coat: "#ffffff", shirt: "#bfe3c8", edge: "#aeb3b5" },
  officer: { ground: "#e6e6e6", hair: "#3a3230", coat: "#43645a", shirt: "#ffffff", edge: "#35524a" },
  you: { ground: "#d8eef3", hair: "#8d8784", coat: "#8a78a5", shirt: "#f5efe3", edge: "#6c5b88" },
};

/** A drawing in place of a picture, for somebody who is not to be seen yet. Words beside it say who it is. */
export function Portrait({ wear, className = "size-40" }: { readonly wear: Wear; readonly className?: string }) {
  const look = wears[wear];
  return (
    <svg viewBox="0 0 120 120" aria-hidden="true" focusable="false" className={`shrink-0 ${className}`}>
      <defs>
        <clipPath id={`round-${wear}`}>
          <circle cx="60" cy="60" r="58" />
        </clipPath>
      </defs>
      <g clipPath={`url(#round-${wear})`}>
        <rect width="120" height="120" fill={look.ground} />
        <path d="M14 124c0-26 18-38 46-38s46 12 46 38z" fill={look.coat} stroke={look.edge} strokeWidth="2" />
        <path d="M46 86h28L60 112z" fill={look.shirt} />
        <path d="M46 86 38 94l10 22M74 86l8 8-10 22" fill="none" stroke={look.edge} strokeWidth="2.5" />
        <path d="M51 70h18v18a9 9 0 0 1-18 0z" fill="#e3ba98" />
        <circle cx="60" cy="54" r="24" fill="#f1d2b6" />
        <path d="M35 56c-3-22 10-34 25-34s28 12 25 34c-3-10-9-16-15-18-10 5-24 6-30 5-3 3-4 8-5 13z" fill={look.hair} />
        {wear === "doctor" && (
          <g fill="none" stroke="#4d5b63" strokeWidth="4" strokeLinecap="round">
            <path d="M46 90c-2 10 0 18 8 22M74 90c1 8 0 12-2 16" />
            <circle cx="71" cy="109" r="3.500" fill="#4d5b63" />
          </g>
        )}
        {wear === "pharmacist" && <path d="M57 90h6l3 18-6 8-6-8z" fill="#115a36" />}
        {wear === "officer" && <path d="M76 102h14v7H76z" fill="#ffffff" />}
      </g>
    </svg>
  );
}

/** The drawing for a role of the protocol. */
export function wearOf(role: string): Wear {
  if (role === "doctor" || role === "nurse") return "doctor";
  if (role === "pharmacist") return "pharmacist";
  return "officer";
}
