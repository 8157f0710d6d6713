/** What one part of the service keeps with an object of another, such as a request. */
export interface Attached<Holder extends object, Value> {
  get(holder: Holder): Value | undefined;
  set(holder: Holder, value: Value | undefined): void;
}

/**
 * Keeps a value with each holder, as a property of the holder that only its owner knows. A `WeakMap` of holders that
 * live for one request costs every collection of V8's young generation a walk through its whole table.
 */
export function attached<Holder extends object, Value>(name: string): Attached<Holder, Value> {
  const key = Symbol(name);
  return {
    get: (holder) => (holder as { [key]?: Value })[key],
    set: (holder, value) => {
      (holder as { [key]?: Value | undefined })[key] = value;
    },
  };
}
