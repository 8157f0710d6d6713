import type { Portable, Said } from "../../../src/shadow/asked.ts";
import type { EffectFacts } from "../../../src/shadow/compare/effect.ts";

export const CONTINUE: Said = { outcome: "continue" };
export const CRASH: Said = { outcome: "error", error: { message: "ValueError: no" } };
export const LATE: Said = { outcome: "timeout" };
export const GONE: Said = { outcome: "unavailable" };
export const BUSY: Said = { outcome: "busy" };

/** The original is the last module of all callbacks, 1,000 bytes may be uploaded, and 500 in a day by default. */
export const ALONE: EffectFacts = {
  maxUploadSizeBytes: 1000,
  mediaUploadLimits: [{ maxBytes: 500, timePeriodMs: 86_400_000, canUpgrade: false }],
  limitPage: "https://example.test/limit",
  askedNext: [],
};

export function stop(value: Portable = null): Said {
  return { outcome: "stop", value };
}

/** An error that a module raised for the client. */
export function raised(status: number, errcode: string, error: string, fields: object = {}): Said {
  const body = JSON.stringify({ errcode, error, ...fields });
  return { outcome: "error", error: { message: error, answer: { status, errcode, body } } };
}

/** The same error with headers of its own. */
export function withHeaders(said: Said, headers: { readonly [name: string]: string }): Said {
  if (said.outcome !== "error" || said.error.answer === undefined) return said;
  return { ...said, error: { ...said.error, answer: { ...said.error.answer, headers } } };
}

export function limit(maxBytes: string, periodMs: string, more: { readonly [name: string]: Portable } = {}): Portable {
  return { max_bytes: maxBytes, time_period_ms: periodMs, info_uri: null, can_upgrade: false, extra: null, ...more };
}
