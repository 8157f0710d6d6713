import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { ModuleVersion } from "../compared.ts";
import { type CallbackProof, proofOf } from "./proof.ts";
import type { KeptDifference, RunTally } from "./read-runs.ts";

/** A shadow that the configuration names. */
export interface ConfiguredShadow {
  /** Place of the entry in the list of modules, from 0. */
  readonly index: number;
  /** For people: the module, and its candidate. */
  readonly original: string;
  readonly candidate: string;
}

/** What all shadows of a service have shown. Times are milliseconds since the epoch. */
export interface ParityReport {
  readonly takenTs: number;
  /** How many independent questions of each callback are required; null where nothing is. */
  readonly required: number | null;
  /** Whether it is met; null where nothing is required. */
  readonly holds: boolean | null;
  /** Why it is not, in words. */
  readonly reasons: readonly string[];
  readonly shadows: readonly ShadowReport[];
}

/** What one shadow has shown. */
export interface ShadowReport {
  readonly index: number;
  readonly original: ModuleVersion | string;
  readonly candidate: ModuleVersion | string;
  /** null where it was never asked. */
  readonly startedTs: number | null;
  readonly lastTs: number | null;
  readonly callbacks: readonly CallbackProof[];
  readonly differences: readonly KeptDifference[];
}

/** What a report is made of. */
export interface ReportOptions {
  readonly configured: readonly ConfiguredShadow[];
  readonly required: number | undefined;
  readonly nowTs: number;
}

const KIND_NAMES = Object.keys(KINDS) as KindName[];

/** Reports on the shadows that the configuration names; those of former entries are left out. */
export function reportParity(runs: readonly RunTally[], options: ReportOptions): ParityReport {
  const { configured, required, nowTs } = options;
  const shadows = configured.map((shadow) => reportShadow(shadow, runs));
  const reasons = required === undefined ? [] : findReasons(shadows, required);
  return {
    takenTs: nowTs,
    required: required ?? null,
    holds: required === undefined ? null : reasons.length === 0,
    reasons,
    shadows,
  };
}

function reportShadow({ index, original, candidate }: ConfiguredShadow, runs: readonly RunTally[]): ShadowReport {
  const run = runs.find((found) => found.index === index);
  if (run === undefined) {
    return { index, original, candidate, startedTs: null, lastTs: null, callbacks: [], differences: [] };
  }
  const callbacks = run.callbacks
    .map(proofOf)
    .toSorted((a, b) => KIND_NAMES.indexOf(a.callback) - KIND_NAMES.indexOf(b.callback));
  return { ...run, callbacks };
}

/** Why it is not proven that every candidate may decide; empty where it is. */
function findReasons(shadows: readonly ShadowReport[], required: number): string[] {
  if (shadows.length === 0) return ["no module has a shadow"];
  return shadows.flatMap((shadow) => {
    const asked = shadow.callbacks.filter((proof) => proof.asked > 0);
    if (asked.length === 0) return [`${nameShadow(shadow)} was not asked any question`];
    return asked.flatMap((proof) =>
      reasonsOf(proof, required).map((reason) => `${nameShadow(shadow)}, ${proof.callback}: ${reason}`),
    );
  });
}

function reasonsOf({ classes, independent, asked, ...proof }: CallbackProof, required: number): string[] {
  const reasons: string[] = [];
  if (classes.different_effect > 0) reasons.push(`${classes.different_effect} answers have another effect`);
  if (classes.candidate_failed > 0) reasons.push(`the candidate failed ${classes.candidate_failed} times`);
  if (classes.candidate_late > 0) reasons.push(`the candidate was late ${classes.candidate_late} times`);
  if (independent < required) {
    const few = `${independent} independent questions of ${required}`;
    reasons.push(`${few} (${asked} asked, with ${proof.arguments.count} different arguments)`);
  }
  return reasons;
}

/** A shadow in words: the entry, its module and its candidate. */
export function nameShadow({ index, original, candidate }: ShadowReport): string {
  return `module ${index + 1} (${nameModule(original)} and its candidate ${nameModule(candidate)})`;
}

/** A module in words. */
export function nameModule(module: ModuleVersion | string): string {
  return typeof module === "string" ? module : module.name;
}
