import { matrixError } from "../errors.ts";
import { ModuleUnavailable } from "./failure.ts";
import { KINDS, type KindName } from "./kinds.ts";
import type { Caller, PythonRunner } from "./python-runner.ts";
import { readStepResult, type StepResult } from "./python-segment.ts";
import type { CallbackPolicy, Question } from "./question.ts";
import type { PythonSlot } from "./slot.ts";

/** Slots of one kind, and what they are asked. */
export type AskedStep = readonly [slots: readonly PythonSlot[], question: Question<KindName>];

/** How steps are run. */
export interface StepOptions extends Caller {
  readonly policies: Readonly<Record<KindName, CallbackPolicy>>;
  readonly trace?: boolean;
}

/**
 * One round trip to the child that has the slots, all of them. Rejects with a {@link ModuleUnavailable} where the child, or one of the slots in it, is not there, or too many
 * wait for it.
 */
export async function runSteps(steps: readonly AskedStep[], options: StepOptions): Promise<StepResult[]> {
  const { policies, trace, request, user } = options;
  const runner = runnerOf(steps[0]?.[0] ?? []);
  if (runner === undefined) return [];
  const wire = steps.map(([slots, { kind, args }]) => ({
    kind,
    slots: slots.map(remoteOf),
    args: (KINDS[kind].toWire as (...args: unknown[]) => unknown[])(...args),
    deadlineMs: policies[kind].deadlineMs,
  }));
  const caller = { request, user: user ?? userOf(steps) };
  const raw = await runner.run(wire, trace === true, caller).catch((error: unknown) => {
    if (error instanceof ModuleUnavailable) throw error;
    throw new ModuleUnavailable("unavailable", "the Python child cannot be asked", { cause: error });
  });
  if (!Array.isArray(raw)) throw matrixError("INTERNAL", { cause: new TypeError("malformed answer to a run") });
  const results = raw.map((result, index) => readStepResult(result, steps[index]?.[0] ?? []));
  const last = results.at(-1);
  // A step is left out only where the one before it stopped or failed.
  if (results.length !== steps.length && !last?.records.some(({ outcome }) => outcome !== "continue")) {
    throw matrixError("INTERNAL", { cause: new TypeError("a run answered for other steps than it was given") });
  }
  return results;
}

/** Who runs slots of one child; undefined where there are none. */
export function runnerOf([first]: readonly PythonSlot[]): PythonRunner | undefined {
  return first?.runner;
}

function userOf([first]: readonly AskedStep[]): string | undefined {
  return first !== undefined && KINDS[first[1].kind].namesUser ? first[1].args[0] : undefined;
}

function remoteOf(slot: PythonSlot): number {
  if (slot.remote === undefined)
    throw new ModuleUnavailable("unavailable", `${slot.module.name} did not register it again`);
  return slot.remote;
}
