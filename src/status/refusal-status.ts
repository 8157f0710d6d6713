import { createHmac, createSecretKey, randomBytes } from "node:crypto";
import type { Refusal } from "../media/refusals/refusal.ts";

/** A refused request, as the status shows it: without the user's id. */
export interface RefusalStatus {
  /** Milliseconds since the epoch. */
  readonly refusedTs: number;
  /** A name that stays the same for one user until the service ends; null where it is not known who asked. */
  readonly user: string | null;
  /** The route's name, never the path. */
  readonly route: string;
  /** As the client declared it; where it did not, what was read. */
  readonly sizeBytes: number;
  /** false: it would have been refused by what is not enforced. */
  readonly isEnforced: boolean;
  readonly status: number;
  /** The module that decided or gave the limit, and its callback. */
  readonly module: string | null;
  readonly callback: string | null;
  /** The key of the configuration that decided. */
  readonly setting: string | null;
  /** Who gave the answer, where it was not this service. */
  readonly answeredBy: string | null;
  /** The entry of the catalogue of errors; null where a module or Synapse worded the answer. */
  readonly code: string | null;
  readonly errcode: string | null;
}

/** User ids can be guessed: without a key, a hash would say whose it is. It is new with every start. */
const KEY = createSecretKey(randomBytes(32));
const SHOWN_DIGITS = 10;

/** A refusal without what tells whose it is. */
export function hideUser(refusal: Refusal): RefusalStatus {
  const { refusedTs, userId, route, isEnforced } = refusal;
  const { status, module, callback, setting, answeredBy, code, errcode } = refusal;
  const sizeBytes = refusal.declaredBytes ?? refusal.receivedBytes;
  const user = userId === null ? null : hashUser(userId);
  const why = { status, module, callback, setting, answeredBy, code, errcode };
  return { refusedTs, user, route, sizeBytes, isEnforced, ...why };
}

function hashUser(userId: string): string {
  return createHmac("sha256", KEY).update(userId).digest("hex").slice(0, SHOWN_DIGITS);
}
