import { MatrixError } from "../errors.ts";
import { ModuleFailure, ModuleUnavailable } from "./failure.ts";
import type { PythonSlot, SlotRecord } from "./slot.ts";

/** The outcome of one step: the records of the slots that ran, and where and with what it ended. */
export interface StepResult {
  readonly records: readonly SlotRecord[];
  /** Index into the step's slots of the one that stopped or failed. */
  readonly decided: number | undefined;
  readonly value: unknown;
}

/** Reads one result of a `run`. Throws TypeError where the child broke the protocol. */
export function readStepResult(raw: unknown, slots: readonly PythonSlot[]): StepResult {
  if (!Array.isArray(raw) || raw.length !== 3 || !Array.isArray(raw[2]))
    throw new TypeError("malformed result of a run");
  const [decided, value, entries] = raw as [unknown, unknown, unknown[]];
  const records = entries.map((entry, index) => {
    const slot = slots[index];
    if (slot === undefined) throw new TypeError("a run answered for more slots than it was given");
    return readEntry(entry, slot);
  });
  // Every slot is accounted for, up to the one that decided: none is taken to have let the request pass in silence.
  const last = decided === null ? slots.length - 1 : decided;
  if (last !== records.length - 1 || (decided !== null && last < 0)) {
    throw new TypeError("a run answered for other slots than it was given");
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

/** The error map of a callback, or of another call into a module, as the error that it stands for. */
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
