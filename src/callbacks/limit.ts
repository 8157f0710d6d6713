/**
 * How many bytes a user may upload in a period, as in Synapse's `MediaUploadLimit`. Integers beyond 2^53 are bigint, so
 * that what one module gave reaches another one exactly.
 */
export interface MediaUploadLimit {
  readonly maxBytes: number | bigint;
  readonly timePeriodMs: number | bigint;
  /** Where the user can read about the limit (MSC4335). */
  readonly infoUri?: string | undefined;
  /** Whether a better plan would lift it (MSC4335). */
  readonly canUpgrade?: boolean | undefined;
}

/** A limit on the wire: numbers as Python's text of them, see docs/bridge-protocol.md. */
export interface WireLimit {
  readonly max_bytes: string;
  readonly time_period_ms: string;
  readonly info_uri: string | null;
  readonly can_upgrade: boolean;
  readonly extra: string | null;
}

/**
 * The wire form in which a limit came. It is sent back in this form, because JavaScript's numbers cannot distinguish
 * 100.0 from 100.
 */
const origins = new WeakMap<MediaUploadLimit, WireLimit>();

const INTEGER = /^-?\d+$/;
/** Python's `bool` is an `int`. */
const BOOLEANS = new Map([
  ["False", 0],
  ["True", 1],
]);

/** A limit from the wire. Throws TypeError where the child broke the protocol. */
export function limitFromWire(value: unknown): MediaUploadLimit {
  const wire = value as Partial<WireLimit> | null;
  if (typeof wire?.max_bytes !== "string" || typeof wire.time_period_ms !== "string") {
    throw new TypeError("the child sent a limit without numbers");
  }
  const limit: MediaUploadLimit = Object.freeze({
    maxBytes: readNumber(wire.max_bytes),
    timePeriodMs: readNumber(wire.time_period_ms),
    ...(typeof wire.info_uri === "string" && { infoUri: wire.info_uri }),
    canUpgrade: wire.can_upgrade === true,
  });
  origins.set(limit, wire as WireLimit);
  return limit;
}

/** The wire form of a limit: the one it came in, or one made from its numbers. */
export function limitToWire(limit: MediaUploadLimit): WireLimit {
  return (
    origins.get(limit) ?? {
      max_bytes: String(limit.maxBytes),
      time_period_ms: String(limit.timePeriodMs),
      info_uri: limit.infoUri ?? null,
      can_upgrade: limit.canUpgrade === true,
      extra: null,
    }
  );
}

/** A limit that a TypeScript module returned, copied and frozen. Throws TypeError naming the member that is wrong. */
export function limitFromModule(value: unknown): MediaUploadLimit {
  if (typeof value !== "object" || value === null)
    throw new TypeError(`a limit is ${describeType(value)}, not an object`);
  const limit = value as Partial<MediaUploadLimit>;
  for (const key of ["maxBytes", "timePeriodMs"] as const) {
    const number: unknown = limit[key];
    if (typeof number !== "bigint" && !Number.isFinite(number)) {
      throw new TypeError(`${key} of a limit is ${describeType(number)}, not a finite number`);
    }
  }
  if (limit.infoUri !== undefined && limit.infoUri !== null && typeof limit.infoUri !== "string") {
    throw new TypeError(`infoUri of a limit is ${describeType(limit.infoUri)}, not a string`);
  }
  // It becomes part of an answer in UTF-8, long after the module could still be blamed.
  if (limit.infoUri?.isWellFormed() === false) throw new TypeError("infoUri of a limit contains a lone surrogate");
  return Object.freeze({
    maxBytes: limit.maxBytes as number | bigint,
    timePeriodMs: limit.timePeriodMs as number | bigint,
    ...(typeof limit.infoUri === "string" && { infoUri: limit.infoUri }),
    canUpgrade: Boolean(limit.canUpgrade),
  });
}

/** The type of a value in words, for messages that must not show the value. */
export function describeType(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return typeof value;
}

function readNumber(text: string): number | bigint {
  const number = BOOLEANS.get(text) ?? Number(text);
  // No sum of bytes ever exceeds it: such a limit would limit no user.
  if (text === "" || Number.isNaN(number)) throw new TypeError("the child sent a limit whose numbers cannot be read");
  return INTEGER.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}
