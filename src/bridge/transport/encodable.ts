import { BridgeError } from "../errors.ts";

/** Python's packer gives up below 511 levels. */
const MAX_DEPTH = 500;

/**
 * The value in the form that the codec needs: text is well-formed Unicode, safe integers from 2^32 on are BigInt (as
 * numbers they would arrive as floats), other numbers are floats, only plain data. Returns `value` itself where nothing
 * has to change, otherwise a copy. Throws a {@link BridgeError} `ENCODE` for a value that cannot be encoded.
 */
export function toEncodable(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case "string":
      return checkText(value);
    case "number":
      return isLargeInteger(value) ? BigInt(value) : value;
    case "bigint":
      return checkRange(value);
    case "boolean":
    case "undefined":
      return value;
    case "object":
      if (value === null) return value;
      if (depth >= MAX_DEPTH)
        throw new BridgeError("ENCODE", `values nested more than ${MAX_DEPTH} deep cannot be sent`);
      return Array.isArray(value) ? toSendableArray(value, depth + 1) : toSendableObject(value, depth + 1);
    default:
      throw new BridgeError("ENCODE", `a ${typeof value} cannot be sent`);
  }
}

function toSendableArray(array: readonly unknown[], depth: number): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < array.length; index += 1) {
    const sendable = toEncodable(array[index], depth);
    if (sendable === array[index] || Number.isNaN(sendable)) continue;
    copy ??= [...array];
    copy[index] = sendable;
  }
  return copy ?? array;
}

function toSendableObject(object: object, depth: number): object {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new BridgeError("ENCODE", `only plain objects can be sent, not ${object.constructor.name}`);
  }
  let copy: Record<string, unknown> | undefined;
  for (const [key, member] of Object.entries(object)) {
    checkText(key);
    const sendable = toEncodable(member, depth);
    if (sendable === member || Number.isNaN(sendable)) continue;
    copy ??= copyMembers(object);
    copy[key] = sendable;
  }
  return copy ?? object;
}

function copyMembers(object: object): Record<string, unknown> {
  // Without a prototype, a key named __proto__ is a key like any other.
  const bare: Record<string, unknown> = Object.create(null);
  return Object.assign(bare, object);
}

function checkText(text: string): string {
  if (!text.isWellFormed()) throw new BridgeError("ENCODE", "text with a lone surrogate cannot be sent");
  return text;
}

function isLargeInteger(number: number): boolean {
  return (number > 0xffff_ffff || number < -0x8000_0000) && Number.isSafeInteger(number);
}

function checkRange(integer: bigint): bigint {
  if (BigInt.asIntN(64, integer) !== integer && BigInt.asUintN(64, integer) !== integer) {
    throw new BridgeError("ENCODE", "an integer of more than 64 bits cannot be sent");
  }
  return integer;
}
