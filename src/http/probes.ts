import type { RequestHandler } from "express";
import { MatrixError } from "../errors.ts";
import { recordOf } from "./record/request-record.ts";

/** The header of a probe. */
export const PROBE_HEADER = "x-media-bridge-probe";
/** The member of the answer to a probe that identifies it. */
export const PROBE_FIELD = "media_bridge_probe";

const EXPECTED_FOR_MS = 60_000;

/**
 * Requests of `media-bridge check --live`. They are refused before anything else looks at them, and the answer says how
 * they arrived. Only words that were announced through the control socket count; with any other word the header has no
 * effect.
 */
export class Probes {
  readonly #expectedUntil = new Map<string, number>();

  /** Announces a word, for a minute. */
  expect(word: string): void {
    const nowMs = Date.now();
    for (const [known, untilMs] of this.#expectedUntil) if (untilMs < nowMs) this.#expectedUntil.delete(known);
    this.#expectedUntil.set(word, nowMs + EXPECTED_FOR_MS);
  }

  readonly answer: RequestHandler = (req, res, next) => {
    const word = req.headers[PROBE_HEADER];
    if (typeof word !== "string" || (this.#expectedUntil.get(word) ?? 0) < Date.now()) return next();
    const record = recordOf(res);
    if (record) record.route = "a probe of check --live";
    const arrived = {
      forwarded_for: req.headers["x-forwarded-for"] ?? null,
      chunked: req.headers["transfer-encoding"] !== undefined,
    };
    throw new MatrixError(403, "M_FORBIDDEN", "A probe of the set-up", { fields: { [PROBE_FIELD]: arrived } });
  };
}
