import { MatrixError, matrixError } from "../../errors.ts";
import { ModuleFailure, ModuleUnavailable } from "../failure.ts";
import { KINDS, type CallbackPolicy, type KindName, type Question } from "../kinds.ts";
import type { Segment } from "./registry.ts";
import { type Caller, isPresent, type PythonRunner, type PythonSlot, type SlotRecord } from "./slot.ts";
import { isReportOnly } from "../report-only/unenforced.ts";

/** Slots of one kind, and what they are asked. */
export type AskedStep = readonly [slots: readonly PythonSlot[], question: Question<KindName>];

/** How steps are run. */
export interface StepOptions extends Caller {
  readonly policies: Readonly<Record<KindName, CallbackPolicy>>;
  readonly trace?: boolean;
}

/**
 * Runs all steps in one round trip to the child that has their slots. Rejects with a {@link ModuleUnavailable} where
 * the child or one of the slots is not there, and where too many calls wait for the child.
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
  const raw = await runner.run(wire, trace === true, { request, user }).catch((error: unknown) => {
    if (error instanceof ModuleUnavailable) throw error;
    throw new ModuleUnavailable("unavailable", "the Python child cannot be asked", { cause: error });
  });
  if (!Array.isArray(raw)) throw matrixError("INTERNAL", { cause: new TypeError("malformed answer to a run") });
  const results = raw.map((result, index) => readStepResult(result, steps[index]?.[0] ?? []));
  const last = results.at(-1);
  // A step is left out only where the one before it stopped or failed.
  if (results.length !== steps.length && !last?.records.some(({ outcome }) => outcome !== "continue")) {
    throw matrixError("INTERNAL", { cause: new TypeError("the answer to a run is for other steps than it was given") });
  }
  return results;
}

/** Runs the slots that a child has registered; the others, and all of them where it is down, are unavailable. */
export async function runPresent(
  slots: readonly PythonSlot[],
  run: (present: readonly PythonSlot[]) => Promise<readonly StepResult[]>,
): Promise<readonly SlotRecord[]> {
  const present = slots.filter(isPresent);
  const absent = slots.filter((slot) => !isPresent(slot));
  const lost = new ModuleUnavailable("unavailable", "the restarted child did not register it again");
  const result =
    present.length === 0
      ? undefined
      : await run(present).then(
          ([first]) => first,
          (error: Error) => missingResult(present, error),
        );
  return [...(result?.records ?? []), ...missingResult(absent, lost).records];
}

/** The slots of two chains, where both are of one Python child alone and all of them are there; otherwise undefined. */
export function inOneTrip(
  first: readonly Segment[],
  second: readonly Segment[],
): [readonly PythonSlot[], readonly PythonSlot[]] | undefined {
  const [a, b] = [first[0], second[0]];
  if (first.length !== 1 || second.length !== 1 || a?.language !== "python" || b?.language !== "python")
    return undefined;
  const isOneChild = runnerOf(a.slots) === runnerOf(b.slots);
  return isOneChild && a.slots.every(isPresent) && b.slots.every(isPresent) ? [a.slots, b.slots] : undefined;
}

/** What runs slots of one child; undefined where there are none. */
export function runnerOf([first]: readonly PythonSlot[]): PythonRunner | undefined {
  return first?.runner;
}

function remoteOf(slot: PythonSlot): number {
  if (slot.remote === undefined)
    throw new ModuleUnavailable("unavailable", `${slot.module.name} did not register it again`);
  return slot.remote;
}

/** The outcome of one step: the records of the slots that ran, and where and with what it ended. */
export interface StepResult {
  readonly records: readonly SlotRecord[];
  /** Index into the step's slots of the one that stopped or failed. */
  readonly decided: number | undefined;
  readonly value: unknown;
}

/**
 * The result of a step that could not be run: each of its slots has the error. Throws an error that is not about the
 * child, unless no slot is enforced: then it ends no request either.
 */
export function missingResult(slots: readonly PythonSlot[], error: Error): StepResult {
  const isUnavailable = error instanceof ModuleUnavailable;
  if (!isUnavailable && !slots.every(isReportOnly)) throw error;
  const outcome = isUnavailable ? error.reason : "error";
  const records = slots.map((slot): SlotRecord => ({ slot, outcome, micros: 0, error }));
  return { records, decided: slots.length - 1, value: null };
}

/** Reads one result of a `run`. Throws TypeError where the child broke the protocol. */
export function readStepResult(raw: unknown, slots: readonly PythonSlot[]): StepResult {
  if (!Array.isArray(raw) || raw.length !== 3 || !Array.isArray(raw[2]))
    throw new TypeError("malformed result of a run");
  const [decided, value, entries] = raw as [unknown, unknown, unknown[]];
  const records = entries.map((entry, index) => {
    const slot = slots[index];
    if (slot === undefined) throw new TypeError("the answer to a run is for more slots than it was given");
    return readEntry(entry, slot);
  });
  // Require a record for every slot up to the deciding one: a missing record must not count as 'allowed'.
  const last = decided === null ? slots.length - 1 : decided;
  if (last !== records.length - 1 || (decided !== null && last < 0)) {
    throw new TypeError("the answer to a run is for other slots than it was given");
  }
  return { records, decided: decided === null ? undefined : last, value };
}

function readEntry(entry: unknown, slot: PythonSlot): SlotRecord {
  if (typeof entry === "number") return { slot, outcome: "continue", micros: entry };
  if (!Array.isArray(entry)) throw new TypeError("malformed entry of a run");
  const [outcome, micros, error, answer, warning, said] = entry as unknown[];
  if (typeof micros !== "number" || (outcome !== "continue" && outcome !== "stop" && outcome !== "error")) {
    throw new TypeError("malformed entry of a run");
  }
  const failure = outcome === "error" ? readCallbackError(error) : undefined;
  return {
    slot,
    outcome: failure instanceof ModuleUnavailable ? failure.reason : outcome,
    micros,
    error: failure,
    answer: typeof answer === "string" ? answer : undefined,
    warning: typeof warning === "string" ? warning : undefined,
    said: Array.isArray(said) ? said.map(String) : undefined,
  };
}

interface WireError {
  kind?: string;
  type?: string;
  message?: string;
  traceback?: string;
  status?: number;
  errcode?: string;
  body?: string;
  headers?: Record<string, string>;
}

/** The error map of a callback, or of another call into a module, as the error that it describes. */
export function readCallbackError(raw: unknown): Error {
  const error = (raw ?? {}) as WireError;
  const message = `${error.type ?? "Error"}: ${error.message ?? ""}`;
  switch (error.kind) {
    case "synapse":
      return new MatrixError(error.status ?? 500, error.errcode ?? "M_UNKNOWN", error.message ?? "", {
        bodyText: error.body,
        headers: error.headers,
      });
    case "timeout":
      return new ModuleUnavailable("timeout", message);
    case "cancelled":
    case "unavailable":
      return new ModuleUnavailable("unavailable", message);
    default:
      return new ModuleFailure(message, { traceback: error.traceback });
  }
}
