import { type ErrorCode, MatrixError, matrixError, type SlotName, withFacts } from "../errors.ts";
import { isCandidate, originalIndex } from "../util/candidate-index.ts";
import { toJsonText } from "../util/text/json-text.ts";
import type { Slot } from "./slots/slot.ts";
import { badContent, type RefusalWords } from "./spam-verdict.ts";

/** A module's code failed: it raised, or returned a wrong type. `message` is for the log, never for a client. */
export class ModuleFailure extends Error {
  override readonly name = "ModuleFailure";
  readonly code = "MODULE_FAILED";
  /** Python's traceback, where the module is a Python one. */
  readonly traceback: string | undefined;

  constructor(message: string, options: { cause?: unknown; traceback?: string | undefined } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.traceback = options.traceback;
  }
}

/** There is no verdict: the child is down, or too busy, or the callback ran past its deadline. */
export class ModuleUnavailable extends Error {
  override readonly name = "ModuleUnavailable";
  readonly code = "MODULE_UNAVAILABLE";
  readonly reason: "timeout" | "unavailable" | "busy";
  /** Whether the Python child got the question, and then ended or fell silent: the question may be why. */
  readonly hasChildEnded: boolean;

  constructor(
    reason: ModuleUnavailable["reason"],
    message: string,
    { hasChildEnded = false, ...options }: { cause?: unknown; hasChildEnded?: boolean } = {},
  ) {
    super(message, options);
    this.reason = reason;
    this.hasChildEnded = hasChildEnded;
  }
}

/** The module in words, for messages. */
export function describeSlot(slot: Slot): string {
  const { name, language, index } = slot.module;
  const place = `${isCandidate(index) ? "candidate of module" : "module"} ${originalIndex(index) + 1}`;
  return `${slot.kind} of ${name} (${language}, ${place}, callback ${slot.nth + 1})`;
}

/** The callback as the operator is told of it. */
export function nameSlot({ module, kind }: Slot): SlotName {
  return { module: module.name, callback: kind };
}

/** The refusal of a callback that said no without words of its own. */
export function denial({ slot, value }: { readonly slot: Slot; readonly value: ErrorCode }): MatrixError {
  return matrixError(value, { facts: { slot: nameSlot(slot) } });
}

/** The refusal of a spam check, in its words. */
export function spamRefusal({ slot, value }: { readonly slot: Slot; readonly value: RefusalWords }): MatrixError {
  return withFacts(badContent(value), { slot: nameSlot(slot) });
}

/** What a client gets when a slot failed with `error`. */
export function toClientError(error: Error): MatrixError {
  if (MatrixError.is(error)) return error;
  if (error instanceof ModuleUnavailable) {
    return matrixError(error.reason === "busy" ? "MODULES_BUSY" : "MODULE_UNAVAILABLE", { cause: error });
  }
  return matrixError("MODULE_FAILED", { cause: error });
}

/**
 * The error of a TypeScript callback: a {@link MatrixError} that can be sent is unchanged, anything else is the
 * module's failure.
 */
export function failureOf(thrown: unknown): Error {
  if (!MatrixError.is(thrown)) {
    return new ModuleFailure(thrown instanceof Error ? thrown.message : `threw ${typeof thrown}`, { cause: thrown });
  }
  try {
    checkSendable(thrown);
    return thrown;
  } catch (error) {
    return new ModuleFailure(`threw a MatrixError that cannot be sent: ${(error as Error).message}`, { cause: thrown });
  }
}

function checkSendable(error: MatrixError): void {
  if (!Number.isInteger(error.status) || error.status < 400 || error.status > 599) {
    throw new TypeError(`status ${String(error.status)} is not an error status`);
  }
  for (const [name, value] of Object.entries(error.headers)) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) throw new TypeError("a header's name is not valid");
    if (typeof value !== "string" || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new TypeError(`the value of the header ${name} is not valid`);
    }
  }
  toJsonText({ errcode: error.errcode, error: error.message, ...error.fields });
}
