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
  readonly log: Logger;
}

/** `[kind, [slot, …], args, deadline_ms]` */
type WireStep = readonly [kind: KindName, slots: readonly number[], args: readonly unknown[], deadlineMs: number];

/**
 * Answers `run [trace, steps, request, user]` in the form of docs/bridge-protocol.md: the steps one after the other, in
 * each the slots in their order. Rejects with a TypeError where Synapse's side broke the protocol.
 */
export async function runSteps(params: unknown, parts: RunParts): Promise<unknown[]> {
  const [steps, user] = readParams(params);
  const results: unknown[] = [];
  for (const step of steps) {
    const { result, isOver } = await runStep(step, user, parts);
    results.push(result);
    if (isOver) break;
  }
  return results;
}

async function runStep(step: WireStep, user: string | undefined, parts: RunParts) {
  const [kind, numbers, wireArgs, deadlineMs] = step;
  const args = argsFromWire(kind, wireArgs);
  const { notification } = KINDS[kind];
  const entries: unknown[] = [];
  let decided: number | null = null;
  let value: unknown = null;
  for (const number of numbers) {
    const slot = parts.slotOf(number);
    if (slot === undefined || slot.kind !== kind) throw new TypeError(`there is no callback ${number} of ${kind}`);
    const heard = parts.hear?.(slot, { kind, args, user });
    const hearing = heard instanceof Promise ? await heard : heard;
    const called = await callSlot(slot, args, { deadlineMs, user, ...parts });
    hearing?.(called.record, called.record.outcome === "stop" ? called.value : undefined);
    entries.push(entryOf(called.record));
    if (called.record.outcome === "continue" || notification) continue;
    decided = entries.length - 1;
    if (called.record.outcome === "stop") value = stopToWire(kind, called.value);
    break;
  }
  return { result: [decided, value, entries], isOver: decided !== null };
}

function callSlot<K extends KindName>(
  slot: TypeScriptSlot & { readonly kind: K },
  args: CallbackKinds[K]["args"],
  { deadlineMs, user, isUserAdmin, log }: RunParts & { deadlineMs: number; user: string | undefined },
) {
  const userId = namedUser(slot.kind, args) ?? user;
  const context = new CallContext({
    requester: userId === undefined ? undefined : createRequester({ userId }, isUserAdmin),
  });
  const onLate = (error: unknown) =>
    log.error({ err: error, module: slot.module.name, callback: slot.kind }, "a callback failed after its deadline");
  return callTypeScriptSlot(slot, slot.kind, args, context, { deadlineMs, clock: SYSTEM_CLOCK, trace: false, onLate });
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
