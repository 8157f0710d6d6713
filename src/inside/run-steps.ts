import { CallContext, namedUser } from "../callbacks/context/call-context.ts";
import { createRequester, type AdminQuestion } from "../callbacks/context/caller.ts";
import { stopToWire } from "../callbacks/asked/said-of.ts";
import { KINDS, type CallbackKinds, type KindName } from "../callbacks/kinds.ts";
import type { SlotRecord, TypeScriptSlot } from "../callbacks/slots/slot.ts";
import { callTypeScriptSlot } from "../callbacks/slots/typescript-slot.ts";
import { SYSTEM_CLOCK } from "../util/clock.ts";
import type { Logger } from "../util/log.ts";
import type { HeardQuestion, Shadows } from "./shadows.ts";
import { argsFromWire } from "./wire/wire-args.ts";
import { errorToWire } from "./wire/wire-error.ts";

/** What a run needs besides its params. */
export interface RunParts {
  /** The callback of a number; undefined where there is none. */
  readonly slotOf: (slot: number) => TypeScriptSlot | undefined;
  readonly isUserAdmin: AdminQuestion;
  /** Hears what a callback is asked, where that is compared. */
  readonly hear?: ((slot: TypeScriptSlot, question: HeardQuestion) => ReturnType<Shadows["hear"]>) | undefined;
  /** Told of each callback that was called. */
  readonly observe: (record: SlotRecord) => void;
  readonly log: Logger;
}

/** `[kind, [slot, …], args, deadline_ms]` */
type WireStep = readonly [kind: KindName, slots: readonly number[], args: readonly unknown[], deadlineMs: number];

/** What a step is asked with. */
interface Walk {
  readonly step: WireStep;
  readonly args: CallbackKinds[KindName]["args"];
  readonly user: string | undefined;
  readonly parts: RunParts;
}

/** `[decided, value, entries]`; `decided` is the index of the entry that ended the walk, or null. */
type StepResult = readonly [decided: number | null, value: unknown, entries: readonly unknown[]];

/**
 * Answers `run [trace, steps, request, user]` in the form of docs/bridge-protocol.md: the steps one after the other, in
 * each the slots in their order. The answer is a promise only where a callback answers with one: most do not, and one
 * promise after the other costs more than they do. Throws, or rejects with, a TypeError where Synapse's side broke the
 * protocol.
 */
export function runSteps(params: unknown, parts: RunParts): StepResult[] | Promise<StepResult[]> {
  const [steps, user] = readParams(params);
  const runFrom = (results: StepResult[]): StepResult[] | Promise<StepResult[]> => {
    const step = steps[results.length];
    if (step === undefined) return results;
    const walk = { step, args: argsFromWire(step[0], step[2]), user, parts };
    return onceThere(walkFrom(walk, []), (result) => {
      results.push(result);
      return result[0] === null ? runFrom(results) : results;
    });
  };
  return runFrom([]);
}

/** Asks the slots of a step behind those that have an entry already. */
function walkFrom(walk: Walk, entries: unknown[]): StepResult | Promise<StepResult> {
  const { step, args, user, parts } = walk;
  const [kind, numbers] = step;
  const number = numbers[entries.length];
  if (number === undefined) return [null, null, entries];
  const slot = parts.slotOf(number);
  if (slot === undefined || slot.kind !== kind) throw new TypeError(`callback ${number} of ${kind} does not exist`);
  return onceThere(parts.hear?.(slot, { kind, args, user }), (hearing) =>
    onceThere(callSlot(slot, walk), ({ record, value }) => {
      parts.observe(record);
      const stopped = record.outcome === "stop" ? value : undefined;
      hearing?.(record, stopped);
      entries.push(entryOf(record));
      if (record.outcome === "continue" || KINDS[kind].notification) return walkFrom(walk, entries);
      return [entries.length - 1, record.outcome === "stop" ? stopToWire(kind, stopped) : null, entries];
    }),
  );
}

/** Takes a value as soon as it is there: at once where it is not a promise. */
function onceThere<T, U>(value: T | Promise<T>, take: (value: T) => U | Promise<U>): U | Promise<U> {
  return value instanceof Promise ? value.then(take) : take(value);
}

function callSlot(slot: TypeScriptSlot, { step, args, user, parts }: Walk) {
  const userId = namedUser(slot.kind, args) ?? user;
  const context = new CallContext({
    requester: userId === undefined ? undefined : createRequester({ userId }, parts.isUserAdmin),
  });
  const onLate = (error: unknown) => {
    parts.log.error(
      { err: error, module: slot.module.name, callback: slot.kind },
      "a callback failed after its deadline",
    );
  };
  const options = { deadlineMs: step[3], clock: SYSTEM_CLOCK, trace: false, onLate };
  return callTypeScriptSlot(slot, slot.kind, args, context, options);
}

function entryOf({ outcome, micros, error, warning }: SlotRecord): unknown {
  if (outcome === "continue" && warning === undefined) return micros;
  const failure = error === undefined ? null : errorToWire(error, outcome);
  return [error === undefined ? outcome : "error", micros, failure, null, warning ?? null];
}

function readParams(params: unknown): [readonly WireStep[], string | undefined] {
  const [, steps, , user] = Array.isArray(params) ? (params as unknown[]) : [];
  if (!Array.isArray(steps) || !steps.every(isStep)) throw new TypeError("malformed params of a run");
  return [steps, typeof user === "string" ? user : undefined];
}

function isStep(step: unknown): step is WireStep {
  if (!Array.isArray(step)) return false;
  const [kind, slots, args, deadlineMs] = step as unknown[];
  return (
    typeof kind === "string" &&
    Object.hasOwn(KINDS, kind) &&
    Array.isArray(slots) &&
    slots.every((slot) => Number.isSafeInteger(slot)) &&
    Array.isArray(args) &&
    typeof deadlineMs === "number"
  );
}
