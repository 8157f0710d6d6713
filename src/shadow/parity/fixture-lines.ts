import type { KindName } from "../../callbacks/kinds.ts";
import type { AskedContext, Portable, Said } from "../asked.ts";
import type { ComparisonClass } from "../compare/compare-said.ts";
import { nameModule, type ShadowReport } from "./parity-report.ts";
import type { KeptDifference } from "./read-runs.ts";

/**
 * A line of a fixture: a question in the form of a recording (docs/recordings.md), with what the candidate said to it.
 */
export interface FixtureQuestion {
  /** The original. */
  readonly module: string;
  readonly callback: KindName;
  readonly args: readonly Portable[];
  /** What the original said. */
  readonly said: Said;
  /** How long that took. */
  readonly micros: number;
  /** Unix time in milliseconds: when it was last asked. */
  readonly ts: number;
  readonly user?: string;
  readonly context?: AskedContext;
  readonly file?: { readonly bytes: number; readonly sha256?: string };
  /** What the candidate said, and what that is. */
  readonly candidate: Said;
  readonly class: ComparisonClass;
  /** How often it was asked. */
  readonly count: number;
}

/** Where a fixture comes from. */
export interface FixtureOrigin {
  readonly serverName: string;
  readonly version: string;
}

/** The lines of a fixture: a header, and the differences in their order. */
export function fixtureLines(shadow: ShadowReport, { serverName, version }: FixtureOrigin): string[] {
  const header = {
    format: "media-bridge questions",
    version: 1,
    server_name: serverName,
    started: new Date(shadow.startedTs ?? 0).toISOString(),
    service: version,
  };
  const questions = shadow.differences.map((difference) => toQuestion(difference, nameModule(shadow.original)));
  return [header, ...questions].map((line) => JSON.stringify(line));
}

function toQuestion(difference: KeptDifference, module: string): FixtureQuestion {
  const { callback, args, original, originalMicros, lastTs, user, context, file, candidate, count } = difference;
  return {
    module,
    callback,
    args,
    said: original,
    micros: originalMicros,
    ts: lastTs,
    ...(user !== null && { user }),
    ...(context !== null && { context }),
    ...(file !== null && {
      file: { bytes: file.lengthBytes, ...(file.sha256 !== null && { sha256: file.sha256 }) },
    }),
    candidate,
    class: difference.class,
    count,
  };
}
