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
 * Calls one TypeScript callback, sync or async, and judges the answer. Never rejects: a failure is the record's error.
 * Past the deadline the record says `timeout`. The callback then continues alone, and `onLate` is called if it rejects.
 */
export async function callTypeScriptSlot<K extends KindName>(
  slot: TypeScriptSlot,
  kind: K,
  args: CallbackKinds[K]["args"],
  context: CallContext,
  options: SlotOptions,
): Promise<TypeScriptResult<K>> {
  const started = performance.now();
  const micros = () => Math.round((performance.now() - started) * 1000);
  const said: string[] = [];
  let answered: string | undefined;
  const call = () => slot.call(...KINDS[kind].toNative(...args), context);
  try {
    const returned = options.trace ? hearInto(said, call) : call();
    const answer = isThenable(returned) ? await withDeadline(returned, context, options) : returned;
    if (options.trace) answered = describeAnswer(answer);
    const verdict = judge(kind, answer);
    const record: SlotRecord = {
      slot,
      outcome: verdict.stop ? "stop" : "continue",
      micros: micros(),
      warning: verdict.warning,
      said,
      answer: answered,
    };
    return verdict.stop ? { record, value: verdict.value } : { record };
  } catch (thrown) {
    const own = context.reasonOf(thrown) ?? thrown;
    const error = own instanceof ModuleUnavailable || own instanceof ModuleFailure ? own : failureOf(own);
    const outcome = error instanceof ModuleUnavailable ? error.reason : "error";
    return { record: { slot, outcome, micros: micros(), error, said, answer: answered } };
  } finally {
    context.close();
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
