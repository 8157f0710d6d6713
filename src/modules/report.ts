import type { ChainOptions } from "../callbacks/callback-chain.ts";
import { describeSlot, ModuleFailure, ModuleUnavailable, nameSlot } from "../callbacks/failure.ts";
import { MatrixError } from "../errors.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Logger } from "../util/log.ts";
import { requestFacts } from "../util/request-ids.ts";

/** Logs and counts what callbacks do: failures with the module's name and the traceback, never for clients. */
export function reportSlots(log: Logger, metrics: Metrics): Pick<ChainOptions, "observe" | "onLate"> {
  return {
    observe({ slot, outcome, micros, error, warning }, request) {
      metrics.callbackRan(slot.kind, slot.module.name, outcome, micros);
      if (warning === undefined && (error === undefined || MatrixError.is(error))) return;
      const facts = { ...requestFacts(request), ...nameSlot(slot) };
      if (warning !== undefined) log.warn(facts, `${describeSlot(slot)} ${warning}`);
      if (error === undefined || MatrixError.is(error)) return;
      if (error instanceof ModuleUnavailable) {
        // CallAdmission logs these once a second for all calls.
        if (error.reason === "busy") return;
        log.warn({ ...facts, reason: error.message }, `${describeSlot(slot)}: no verdict could be had (${outcome})`);
        return;
      }
      const traceback = error instanceof ModuleFailure ? error.traceback : undefined;
      log.error({ ...facts, err: error, ...(traceback && { traceback }) }, `${describeSlot(slot)} failed`);
    },
    onLate(slot, error) {
      metrics.callbackLate(slot.kind, slot.module.name);
      log.error({ ...nameSlot(slot), err: error }, `${describeSlot(slot)} rejected after its deadline`);
    },
  };
}
