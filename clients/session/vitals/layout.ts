// How a measurement lies in a characteristic's value: a byte of flags, then the fields that the flags announce. Pure.

/** A value that is not what its characteristic prescribes. The message says what was found and what would be right. */
export class PayloadError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PayloadError";
  }
}

/** A field and how many bytes it takes. */
export type Field = readonly [name: string, bytes: number];

/** What is to be known of a characteristic to take its values apart. */
export interface Layout {
  /** As it is named in errors: "blood pressure (0x2A35)". */
  readonly what: string;
  /** Bits of the flags that mean nothing yet. Later versions may use them to announce fields behind ours. */
  readonly reserved: number;
  /** The fields behind the flags, in order. */
  readonly fields: (flags: number) => readonly Field[];
}

/** A value whose length agrees with its flags; numbers are little-endian. */
export class Fields {
  readonly flags: number;
  private readonly view: DataView;
  private readonly at = new Map<string, number>();

  private constructor(view: DataView, flags: number) {
    this.view = view;
    this.flags = flags;
  }

  /** Takes a value apart. Throws PayloadError where it is shorter or longer than its flags say. */
  static of({ what, reserved, fields }: Layout, value: Uint8Array): Fields {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    if (view.byteLength === 0) throw new PayloadError(`${what}: empty; it begins with a byte of flags`);
    const flags = view.getUint8(0);
    const read = new Fields(view, flags);
    let length = 1;
    const announced = ["flags 1"];
    for (const [name, bytes] of fields(flags)) {
      read.at.set(name, length);
      announced.push(`${name} ${bytes}`);
      length += bytes;
    }
    const mayBeLonger = (flags & reserved) !== 0;
    if (view.byteLength < length || (view.byteLength > length && !mayBeLonger)) {
      const hex = `0x${flags.toString(16).padStart(2, "0")}`;
      throw new PayloadError(`${what}: ${view.byteLength} bytes, but its flags ${hex} announce ${length} (${announced.join(", ")})`);
    }
    return read;
  }

  has(name: string): boolean {
    return this.at.has(name);
  }

  uint8(name: string): number {
    return this.view.getUint8(this.offset(name));
  }

  uint16(name: string, offset = 0): number {
    return this.view.getUint16(this.offset(name) + offset, true);
  }

  uint24(name: string): number {
    return this.uint16(name) | (this.view.getUint8(this.offset(name) + 2) << 16);
  }

  uint32(name: string): number {
    return this.view.getUint32(this.offset(name), true);
  }

  byte(name: string, offset: number): number {
    return this.view.getUint8(this.offset(name) + offset);
  }

  private offset(name: string): number {
    const offset = this.at.get(name);
    if (offset === undefined) throw new Error(`layout: no field "${name}" is announced by flags ${this.flags}`);
    return offset;
  }
}

/** The names of the bits that are set, lowest first; bits without a name are left out. */
export function named<T extends string>(bits: number, names: readonly (readonly [bit: number, name: T])[]): readonly T[] {
  return names.filter(([bit]) => ((bits >>> bit) & 1) === 1).map(([, name]) => name);
}
