/** One immutable value and those who want to know when there is another. */
export class Store<T extends object> {
  private value: T;
  private readonly listeners = new Set<() => void>();

  constructor(value: T) {
    this.value = value;
  }

  readonly get = (): T => this.value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  /** Changes some fields; nobody is told if none of them is another than before. */
  patch(fields: Partial<T>): void {
    const keys = Object.keys(fields) as (keyof T)[];
    if (keys.every((key) => Object.is(this.value[key], fields[key]))) return;
    this.value = { ...this.value, ...fields };
    for (const listener of this.listeners) listener();
  }
}
