import { withFacts } from "../../errors.ts";
import type { Decision } from "../chain.ts";
import { ModuleFailure, ModuleUnavailable, nameSlot, toClientError } from "../failure.ts";
import { type CallbackKinds, type CallbackPolicy, KINDS, type KindName } from "../kinds.ts";
import type { StepResult } from "../slots/python-run.ts";
import type { SlotRecord } from "../slots/slot.ts";
import { isReportOnly, type Unenforced, unenforcedStop } from "./unenforced.ts";

/** What a record is judged by. */
export interface JudgeOptions {
  readonly policy: CallbackPolicy;
  /** Hears what a slot that is not enforced would have done. */
  readonly report: (unenforced: Unenforced) => void;
}

/**
 * What a slot's record means for the walk: a decision, or undefined: the next slot is asked. `value` is the one of a
 * slot that stopped. Throws the error that refuses the request. A slot that is not enforced does neither.
 */
export function judgeRecord<K extends KindName>(
  kind: K,
  { slot, outcome, error }: SlotRecord,
  value: CallbackKinds[K]["stop"] | undefined,
  { policy, report }: JudgeOptions,
): Decision<K> | undefined {
  if (outcome === "stop") {
    // A value is only absent where the slot did not stop the walk.
    if (!isReportOnly(slot)) return { slot, value: value as CallbackKinds[K]["stop"] };
    report(unenforcedStop(kind, slot, value));
    return undefined;
  }
  if (error === undefined) return undefined;
  if (error instanceof ModuleUnavailable && policy.onUnavailable === "skip") return undefined;
  const refusal = withFacts(toClientError(error), { slot: nameSlot(slot) });
  if (!isReportOnly(slot)) throw refusal;
  report({ would: "refuse", slot, error: refusal });
  return undefined;
}

/**
 * The records of a step, and the value of the slot that stopped it. Throws where the child broke the protocol; where the
 * slot is not enforced, this is its failure instead.
 */
export function readStop<K extends KindName>(
  kind: K,
  { records, decided, value }: StepResult,
): { readonly records: readonly SlotRecord[]; readonly value?: CallbackKinds[K]["stop"] } {
  const last = decided === undefined ? undefined : records[decided];
  if (decided === undefined || last?.outcome !== "stop") return { records };
  try {
    return { records, value: KINDS[kind].fromWire(value) };
  } catch (error) {
    if (!isReportOnly(last.slot)) throw error;
    const failure = new ModuleFailure((error as Error).message, { cause: error });
    return { records: records.with(decided, { ...last, outcome: "error", error: failure }) };
  }
}
