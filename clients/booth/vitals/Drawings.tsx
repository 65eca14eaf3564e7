import type { ReactNode } from "react";
import type { Kind, Measurand } from "../../session/vitals/reading";

/** Own drawings of how each device is used, on a 560 × 520 ground; words beside them say the same. */
const uses: Readonly<Record<Kind, ReactNode>> = {
  "blood-pressure": (
    <>
      <Table />
      <rect x="300" y="190" width="220" height="190" rx="24" className="fill-white stroke-solid-gray-536" strokeWidth="4" />
      <ellipse cx="318" cy="300" rx="44" ry="78" className="fill-solid-gray-700" />
      <ellipse cx="312" cy="300" rx="30" ry="58" className="fill-solid-gray-900" />
      <path d="M0 215C90 245 190 262 300 268v64C190 345 90 372 0 385z" className="fill-[#8a79a3]" />
      <path d="M290 264c24 4 34 18 34 34s-10 32-34 36z" className="fill-[#f0d2b6]" />
      <Display x={376} y={212} />
      <circle cx="440" cy="330" r="36" className="fill-none stroke-call-edge" strokeWidth="8" />
      <circle cx="440" cy="330" r="26" className="fill-primary" />
      <Arrow d="M90 150h150" head="M215 125l30 25-30 25" />
    </>
  ),
  oximeter: (
    <>
      <Table />
      <path d="M0 300c80-10 150-14 220-10l70-40c14-6 28 8 20 22l-40 50h80c26 0 26 44 0 44H200c-80 14-140 20-200 20z" className="fill-[#f0d2b6]" />
      <path d="M0 286l90-6v106l-90 8z" className="fill-[#8a79a3]" />
      <rect x="300" y="286" width="190" height="48" rx="20" className="fill-white stroke-solid-gray-536" strokeWidth="4" />
      <rect x="300" y="352" width="190" height="42" rx="18" className="fill-white stroke-solid-gray-536" strokeWidth="4" />
      <path d="M486 320v48" className="stroke-solid-gray-536" strokeWidth="10" />
      <rect x="372" y="294" width="90" height="32" rx="6" className="fill-good stroke-solid-gray-536" strokeWidth="3" />
      <Arrow d="M470 200H360" head="M384 174l-30 26 30 26" />
    </>
  ),
  thermometer: (
    <>
      <path d="M150 60c-20 90-40 150-60 460h360c0-130-10-300-40-400-60-60-190-80-260-60z" className="fill-[#8a79a3]" />
      <path d="M320 130c40 90 60 190 60 390" className="fill-none stroke-solid-gray-700" strokeWidth="8" />
      <g transform="rotate(-38 330 250)">
        <rect x="316" y="150" width="36" height="170" rx="16" className="fill-white stroke-solid-gray-536" strokeWidth="4" />
        <path d="M326 150v-34h16v34z" className="fill-solid-gray-420" />
        <rect x="322" y="196" width="24" height="56" rx="4" className="fill-good stroke-solid-gray-536" strokeWidth="3" />
        <circle cx="334" cy="290" r="11" className="fill-primary" />
      </g>
      <Arrow d="M500 330l-80-60" head="M424 306l-10-42 42 4" />
    </>
  ),
  scales: (
    <>
      <Table />
      <rect x="120" y="350" width="320" height="60" rx="18" className="fill-white stroke-solid-gray-536" strokeWidth="4" />
      <Display x={216} y={362} small />
      <path d="M190 350c-6-30 2-70 20-90h46v90zM314 350v-90h46c18 20 26 60 20 90z" className="fill-[#f0d2b6]" />
      <path d="M200 60h70v210h-70zM300 60h70v210h-70z" className="fill-[#8a79a3]" />
      <Arrow d="M60 200v120" head="M34 296l26 30 26-30" />
    </>
  ),
};

function Table() {
  return <path d="M0 384h560v136H0z" className="fill-[#dcc8a6]" />;
}

function Arrow({ d, head }: { readonly d: string; readonly head: string }) {
  return <path d={`${d}${head}`} className="fill-none stroke-primary" strokeWidth="12" strokeLinecap="round" strokeLinejoin="round" />;
}

function Display({ x, y, small = false }: { readonly x: number; readonly y: number; readonly small?: boolean }) {
  const [width, height] = small ? [128, 36] : [124, 82];
  return (
    <>
      <rect x={x} y={y} width={width} height={height} rx="8" className="fill-good stroke-solid-gray-536" strokeWidth="3" />
      <path d={`M${x + 28} ${y + height / 2}h16m12 0h16m12 0h16`} className="stroke-solid-gray-800" strokeWidth="5" />
    </>
  );
}

/** How a device is used. */
export function Use({ kind }: { readonly kind: Kind }) {
  return (
    <svg viewBox="0 0 560 520" aria-hidden="true" preserveAspectRatio="xMidYMid slice" className="size-full">
      {uses[kind]}
    </svg>
  );
}

/** Rows of a device's display, so that the one to be typed can be shown lit. */
const rows: Readonly<Record<Kind, readonly Measurand[]>> = {
  "blood-pressure": ["systolic", "diastolic", "pulse"],
  oximeter: ["spo2", "pulse"],
  thermometer: ["temperature"],
  scales: ["weight"],
};

/** A device's display with the place of one number lit. */
export function Lit({ kind, of }: { readonly kind: Kind; readonly of: Measurand }) {
  const list = rows[kind];
  const height = 200 / list.length;
  return (
    <svg viewBox="0 0 260 260" aria-hidden="true" className="h-full max-h-72 w-full">
      <rect x="10" y="10" width="240" height="240" rx="24" className="fill-white stroke-solid-gray-536" strokeWidth="4" />
      {list.map((one, i) => (
        <g key={one}>
          <rect
            x="30"
            y={32 + i * height}
            width="200"
            height={height - 12}
            rx="8"
            className={one === of ? "fill-call stroke-call-edge" : "fill-solid-gray-50 stroke-solid-gray-420"}
            strokeWidth={one === of ? 6 : 2}
          />
          <path
            d={`M80 ${26 + (i + 0.5) * height}h26m22 0h26m22 0h26`}
            className={one === of ? "stroke-solid-gray-900" : "stroke-solid-gray-420"}
            strokeWidth="8"
          />
        </g>
      ))}
    </svg>
  );
}
