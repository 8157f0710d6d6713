import type { Clock } from "../../util/clock.ts";
import { describeAnswer } from "../answer-text.ts";
import type { CallContext } from "../context/call-context.ts";
import { failureOf, ModuleFailure, ModuleUnavailable } from "../failure.ts";
import { KINDS, type CallbackKinds, type KindName, type Verdict } from "../kinds.ts";
import { hearInto } from "../said.ts";
import type { SlotRecord, TypeScriptSlot } from "./slot.ts";

/** What one TypeScript callback did: its record and, where it stopped the walk, the value. */
export interface TypeScriptResult<K extends KindName> {
  readonly record: SlotRecord;
  readonly value?: CallbackKinds[K]["stop"];
}

/** How a slot is called. */
export interface SlotOptions {
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly trace: boolean;
  readonly onLate: (error: unknown) => void;
}

/**
 * Calls one TypeScript callback, sync or async, and judges the answer: at once where it is not a promise. Neither throws
 * nor rejects: a failure is the record's error. Past the deadline the record says `timeout`. The callback then continues
 * alone, and `onLate` is called if it rejects.
 */
export function callTypeScriptSlot<K extends KindName>(
  slot: TypeScriptSlot,
  kind: K,
  args: CallbackKinds[K]["args"],
  context: CallContext,
  options: SlotOptions,
): TypeScriptResult<K> | Promise<TypeScriptResult<K>> {
  return new SlotCall(slot, kind, context, options).begin(args);
}

class SlotCall<K extends KindName> {
  readonly #slot: TypeScriptSlot;
  readonly #kind: K;
  readonly #context: CallContext;
  readonly #options: SlotOptions;
  readonly #startedMs = performance.now();
  readonly #said: string[] = [];
  #answer: string | undefined;

  constructor(slot: TypeScriptSlot, kind: K, context: CallContext, options: SlotOptions) {
    this.#slot = slot;
    this.#kind = kind;
    this.#context = context;
    this.#options = options;
  }

  begin(args: CallbackKinds[K]["args"]): TypeScriptResult<K> | Promise<TypeScriptResult<K>> {
    const call = () => this.#slot.call(...KINDS[this.#kind].toNative(...args), this.#context);
    try {
      const returned = this.#options.trace ? hearInto(this.#said, call) : call();
      return isThenable(returned) ? this.#judgeLater(returned) : this.#judge(returned);
    } catch (thrown) {
      return this.#fail(thrown);
    }
  }

  async #judgeLater(returned: PromiseLike<unknown>): Promise<TypeScriptResult<K>> {
    try {
      return this.#judge(await withDeadline(returned, this.#context, this.#options));
    } catch (thrown) {
      return this.#fail(thrown);
    }
  }

  /** Throws where the answer has the wrong type. */
  #judge(answer: unknown): TypeScriptResult<K> {
    if (this.#options.trace) this.#answer = describeAnswer(answer);
    const verdict = judge(this.#kind, answer);
    const record = this.#end({ outcome: verdict.stop ? "stop" : "continue", warning: verdict.warning });
    return verdict.stop ? { record, value: verdict.value } : { record };
  }

  #fail(thrown: unknown): TypeScriptResult<K> {
    const own = this.#context.reasonOf(thrown) ?? thrown;
    const error = own instanceof ModuleUnavailable || own instanceof ModuleFailure ? own : failureOf(own);
    return { record: this.#end({ outcome: error instanceof ModuleUnavailable ? error.reason : "error", error }) };
  }

  #end({ outcome, warning, error }: Pick<SlotRecord, "outcome" | "warning" | "error">): SlotRecord {
    const micros = Math.round((performance.now() - this.#startedMs) * 1000);
    this.#context.close();
    return { slot: this.#slot, outcome, micros, error, warning, said: this.#said, answer: this.#answer };
  }
}

function judge<K extends KindName>(kind: K, answer: unknown): Verdict<K> {
  try {
    return KINDS[kind].judge(answer);
  } catch (error) {
    throw new ModuleFailure((error as Error).message, { cause: error });
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}

async function withDeadline(
  promise: PromiseLike<unknown>,
  context: CallContext,
  { deadlineMs, clock, onLate }: SlotOptions,
): Promise<unknown> {
  let cancel: (() => void) | undefined;
  let late = false;
  const answered = Promise.resolve(promise);
  // After the deadline no code awaits it any more: a rejection must not end the process.
  answered.catch((error: unknown) => {
    // One that heeds the signal has ended as it should.
    if (late && context.reasonOf(error) === undefined) onLate(error);
  });
  const expired = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(deadlineMs, () => {
      late = true;
      const error = new ModuleUnavailable("timeout", `no answer within ${deadlineMs} ms`);
      reject(error);
      context.expire(error);
    });
  });
  try {
    return await Promise.race([answered, expired]);
  } finally {
    cancel?.();
  }
}
