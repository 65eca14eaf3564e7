import type { ReactNode } from "react";

const house = <path d="M4 16 16 5l12 11M8 13v14h16V13" />;

/* Own line drawings on a 32 × 32 grid, stroke 2.6, so that they stay clear beside bold text. */
const drawings = {
  bell: <path d="M8 22c2-2 2-4 2-8a6 6 0 0 1 12 0c0 4 0 6 2 8zM14 27h4" />,
  minus: <path d="M6 16h20" />,
  plus: <path d="M6 16h20M16 6v20" />,
  again: <path d="M7 5v7h7M7.5 12A10 10 0 1 1 6 18" />,
  check: <path d="m6 17 7 7L26 9" />,
  arrow: <path d="M5 16h22M18 7l9 9-9 9" />,
  back: <path d="M27 16H5M14 7l-9 9 9 9" />,
  calendar: <path d="M5 7h22v20H5zM5 13h22M11 4v5M21 4v5" />,
  person: <path d="M16 15a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM6 28c0-6 4-9 10-9s10 3 10 9" />,
  people: (
    <path d="M12 15a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM3 27c0-5 3-8 9-8s9 3 9 8M21 7a4.5 4.5 0 0 1 0 8M24 19c3 1 5 4 5 8" />
  ),
  home: house,
  house,
  info: <path d="M16 29a13 13 0 1 0 0-26 13 13 0 0 0 0 26zM16 15v7M16 9.5v.5" />,
  eye: (
    <path d="M2 16c3-6 8-9 14-9s11 3 14 9c-3 6-8 9-14 9S5 22 2 16zM16 20a4 4 0 1 0 0-8 4 4 0 0 0 0 8z" />
  ),
  norecord: (
    <path d="M16 29a13 13 0 1 0 0-26 13 13 0 0 0 0 26zM16 20a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM7 7l18 18" />
  ),
  signal: <path d="M5 25v-3M12 25v-8M19 25V12M26 25V7" />,
  clock: <path d="M16 29a13 13 0 1 0 0-26 13 13 0 0 0 0 26zM16 9v8l5 3" />,
  speaker: <path d="M4 12v8h6l8 6V6l-8 6zM22 12c2 2 2 6 0 8M26 8c4 4 4 12 0 16" />,
  speakerOff: <path d="M4 12v8h6l8 6V6l-8 6zM23 13l6 6M29 13l-6 6" />,
  lock: <path d="M7 14h18v14H7zM11 14V9a5 5 0 0 1 10 0v5" />,
  phone: (
    <path d="M7 4h5l2 7-4 2c2 4 5 7 9 9l2-4 7 2v5c0 2-1 3-3 3C14 27 5 18 4 7c0-2 1-3 3-3z" />
  ),
  camera: <path d="M3 9h18v14H3zM21 14l8-4v12l-8-4z" />,
  cameraOff: <path d="M8 9h13v13M21 14l8-4v12l-4-2M18 23H3V9M3 4l25 25" />,
  mic: <path d="M16 20a5 5 0 0 0 5-5V9a5 5 0 0 0-10 0v6a5 5 0 0 0 5 5zM6 15a10 10 0 0 0 20 0M16 25v4M11 29h10" />,
  micOff: (
    <path d="M21 13V9a5 5 0 0 0-10-1M11 13v2a5 5 0 0 0 7 4.5M6 15a10 10 0 0 0 15 8.5M26 15c0 2-.5 3.5-1.500 5M16 25v4M11 29h10M4 4l24 24" />
  ),
  chat: <path d="M4 6h24v17H15l-7 5v-5H4zM10 12h12M10 17h8" />,
  pen: <path d="m5 27 2-7L22 5l5 5-15 15zM19 8l5 5" />,
  printer: <path d="M9 12V4h14v8M9 23H4V12h24v11h-5M9 19h14v9H9z" />,
  box: <path d="M16 3 28 9v14l-12 6L4 23V9zM4 9l12 6 12-6M16 15v14" />,
  yen: <path d="m7 5 9 12 9-12M16 17v11M9 17h14M9 22h14" />,
  door: <path d="M6 28V4h13v8M6 28h13v-8M3 28h18M13 16h15M23 11l5 5-5 5" />,
  close: <path d="m7 7 18 18M25 7 7 25" />,
  erase: <path d="M11 7h17v18H11L3 16zM16 13l6 6M22 13l-6 6" />,
  qr: <path d="M5 5h8v8H5zM19 5h8v8h-8zM5 19h8v8H5zM19 19h3v3h-3zM25 19h2M19 27h2M25 25h2v2" />,
  keypad: (
    <path d="M8 7h.01M16 7h.01M24 7h.01M8 15h.01M16 15h.01M24 15h.01M8 23h.01M16 23h.01M24 23h.01" strokeWidth="5" />
  ),
  warn: <path d="M16 4 30 28H2zM16 13v7M16 24v.5" />,
  screen: <path d="M3 6h26v17H3zM11 28h10M16 23v5M16 19v-9M12 13.500 16 9.500l4 4" />,
  wave: <path d="M7 12v8M13 8v16M19 11v10M25 14v4" />,
  screenTouch: (
    <>
      <path d="M27 13V5.500A1.500 1.500 0 0 0 25.500 4h-21A1.500 1.500 0 0 0 3 5.500v13A1.500 1.500 0 0 0 4.500 20H14M10 25h5" strokeWidth="1.3" />
      <path
        d="M19.500 27.500 16 22.300c-1-1.700 1-3.200 2.300-1.900l2 2V13.200c0-2 3-2 3 0v5.600l4 .8c2 .5 2.700 1.800 2.400 3.700l-1 4.200M18.500 12.500c.3-4.500 6.300-4.500 6.600 0"
        strokeWidth="1.3"
      />
    </>
  ),
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof drawings;

/** Whether a name from outside (an office's notices) is an icon of ours. */
export function isIcon(name: string): name is IconName {
  return Object.hasOwn(drawings, name);
}

/** A drawing beside words. It never stands alone, so screen readers are spared it. */
export function Icon({ name, className = "size-8" }: { readonly name: IconName; readonly className?: string }) {
  return (
    <svg
      viewBox="0 0 32 32"
      aria-hidden="true"
      focusable="false"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={`shrink-0 ${className}`}
    >
      {drawings[name]}
    </svg>
  );
}
