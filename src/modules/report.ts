import type { ChainOptions } from "../callbacks/chain-options.ts";
import { describeSlot, ModuleFailure, ModuleUnavailable, nameSlot } from "../callbacks/failure.ts";
import { MatrixError } from "../errors.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Logger } from "../util/log.ts";
import { requestFacts } from "../util/http/request-ids.ts";

/** In place of a module's name, for limits that no module gave. */
const CONFIGURATION = "configuration";
/** Words that a module chose. */
const MAX_WORD_LENGTH = 255;

/** Logs and counts what callbacks do: failures with the module's name and the traceback, never for clients. */
export function reportSlots(log: Logger, metrics: Metrics): Pick<ChainOptions, "observe" | "onLate" | "onUnenforced"> {
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
    onUnenforced(unenforced, { request, user }) {
      const { would } = unenforced;
      const slot = would === "answer" ? nameSlot(unenforced.slot) : unenforced.error.facts?.slot;
      metrics.unenforced(would, slot?.callback ?? "media_upload_limits", slot?.module ?? CONFIGURATION);
      const facts = { ...requestFacts(request), ...(user !== undefined && { user }), ...slot };
      if (would === "answer") log.debug(facts, "would answer: the module is not enforced");
      else log.info({ ...facts, ...describeReason(unenforced.error) }, "would refuse: this is not enforced");
    },
  };
}

/** Why a request would have been refused, without words of modules, which may be about files or users. */
function describeReason({ status, errcode, code, facts: { setting, limit } = {} }: MatrixError): object {
  return {
    status,
    errcode: errcode.slice(0, MAX_WORD_LENGTH),
    ...(code !== undefined && { code }),
    ...(setting !== undefined && { setting }),
    ...(limit !== undefined && {
      limit: { maxBytes: Number(limit.maxBytes), periodMs: Number(limit.periodMs), sentBytes: limit.sentBytes },
    }),
  };
}
