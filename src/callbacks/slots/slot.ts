import type { KindName } from "../kinds.ts";

/** The module that a slot belongs to. */
export interface SlotModule {
  /** Place in the configuration's list, from 0. */
  readonly index: number;
  /** `a.b.Class` of a Python module, the definition's name of a TypeScript one. */
  readonly name: string;
  readonly language: "python" | "typescript";
  /** Whether what it decides is only reported, and no request is refused or answered for it; absent: it is enforced. */
  readonly isReportOnly?: boolean | undefined;
}

interface SlotBase {
  readonly kind: KindName;
  readonly module: SlotModule;
  /** Which registration of this kind by this module it is, from 0: with the module, what identifies a slot for good. */
  readonly nth: number;
  /** The callback's own name, for people. */
  readonly name: string;
  /** Where it is defined, where that is known. */
  readonly file: string | null;
  /** Whether its module registered it once it was constructed. */
  readonly isLate: boolean;
  /** Why it does not fit what it is going to be called with, in words. */
  readonly misfit?: string | undefined;
  /** Whether it may judge by the size of an upload where others of its kind do not: of limits alone. */
  takesSize: boolean;
}

export interface TypeScriptSlot extends SlotBase {
  readonly language: "typescript";
  readonly call: (...args: unknown[]) => unknown;
  /** It only reserves the place of a slot, of whatever language, that is to be registered again. */
  readonly isPlaceholder?: true;
}

export interface PythonSlot extends SlotBase {
  readonly language: "python";
  /**
   * The child's number for it; undefined while no child has registered it (the child is down, or registered less after
   * a restart).
   */
  remote: number | undefined;
  /** What runs it: slots of one child share theirs. */
  readonly runner: PythonRunner;
}

export type Slot = TypeScriptSlot | PythonSlot;

/** Whether it can be asked: its child, if it has one, has registered it. */
export function isPresent(slot: Slot): boolean {
  return slot.language === "typescript" || slot.remote !== undefined;
}

export type SlotOutcome = "continue" | "stop" | "error" | "timeout" | "unavailable" | "busy";

/** What one slot did in one walk. */
export interface SlotRecord {
  readonly slot: Slot;
  readonly outcome: SlotOutcome;
  /** Time spent in the callback. */
  readonly micros: number;
  readonly error?: Error | undefined;
  /** Errors and warnings that its module logged during the call; where the walk is traced. */
  readonly said?: readonly string[] | undefined;
  readonly warning?: string | undefined;
  /** The answer in words, in a traced walk. */
  readonly answer?: string | undefined;
}

/** What the chain tells about each slot that ran, and for which request: for logs, metrics and `media-bridge call`. */
export type SlotObserver = (record: SlotRecord, request?: number) => void;

/** A walk over slots of one kind, in the form of the wire. */
export interface PythonStep {
  readonly kind: KindName;
  /** The child's numbers of the slots, in order. */
  readonly slots: readonly number[];
  readonly args: readonly unknown[];
  /** For each slot of the step. */
  readonly deadlineMs: number;
}

/**
 * Runs steps in the child: one round trip for all of them; a step runs only if the previous one let it. Resolves to the
 * results as they came from the wire (docs/bridge-protocol.md). Rejects where there are none: with a `ModuleUnavailable`
 * of reason `busy` where too many calls wait for the child, and with one that says so where the child got the steps and
 * ended.
 */
export interface PythonRunner {
  run(steps: readonly PythonStep[], trace: boolean, caller: Caller): Promise<unknown>;
}

/** What steps are run for. */
export interface Caller {
  /** The number of the HTTP request, for the log here and in the child. */
  readonly request?: number | undefined;
  /** The user who makes the request: modules are told, and where many wait for the child, users take turns. */
  readonly user?: string | undefined;
}
