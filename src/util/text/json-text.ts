/**
 * The JSON text of a value that a TypeScript module returned and a client will see. Unlike `JSON.stringify` it never
 * leaves out or changes anything: NaN, functions, sets, class instances, undefined members, cycles and lone surrogates
 * throw a TypeError that names the place; a bigint is written as the integer it is.
 */
export function toJsonText(value: unknown): string {
  return write(value, "result", new Set());
}

function write(value: unknown, place: string, parents: Set<object>): string {
  switch (typeof value) {
    case "string":
      return writeString(value, place);
    case "boolean":
      return String(value);
    case "bigint":
      return String(value);
    case "number":
      if (!Number.isFinite(value)) throw new TypeError(`${place} is ${value}, which JSON cannot say`);
      return JSON.stringify(value);
    case "object":
      return value === null ? "null" : writeNested(value, place, parents);
    default:
      throw new TypeError(`${place} is ${typeof value}, which JSON cannot say`);
  }
}

function writeNested(value: object, place: string, parents: Set<object>): string {
  if (parents.has(value)) throw new TypeError(`${place} contains itself`);
  if (parents.size >= 200) throw new TypeError(`${place} is nested more than 200 levels deep`);
  parents.add(value);
  const text = Array.isArray(value) ? writeArray(value, place, parents) : writeObject(value, place, parents);
  parents.delete(value);
  return text;
}

function writeArray(value: unknown[], place: string, parents: Set<object>): string {
  return `[${Array.from(value, (item, index) => write(item, `${place}[${index}]`, parents)).join(",")}]`;
}

function writeObject(value: object, place: string, parents: Set<object>): string {
  if (!isPlainObject(value)) throw new TypeError(`${place} is an instance of a class, which JSON cannot say`);
  const members = Object.entries(value).map(
    ([key, item]) => `${writeString(key, `a key of ${place}`)}:${write(item, `${place}.${key}`, parents)}`,
  );
  return `{${members.join(",")}}`;
}

function writeString(value: string, place: string): string {
  if (!value.isWellFormed()) throw new TypeError(`${place} contains a lone surrogate, which UTF-8 cannot say`);
  return JSON.stringify(value);
}

/** Whether a value is a plain `{…}`, of this realm or another. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
