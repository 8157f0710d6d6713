import type { KindName } from "./kinds.ts";

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
 * Who runs steps in the child: one round trip for all of them; a step runs only if the one before let it. Resolves to the
 * results as they came off the wire (docs/bridge-protocol.md). Rejects when the child cannot be asked: with a
 * `ModuleUnavailable` of reason `busy` where too many wait for it.
 */
export interface PythonRunner {
  run(steps: readonly PythonStep[], trace: boolean, caller: Caller): Promise<unknown>;
}

/** Whom steps are run for. */
export interface Caller {
  /** The number of the HTTP request, for the log here and in the child. */
  readonly request?: number | undefined;
  /** Where many wait for the child, users take turns. */
  readonly user?: string | undefined;
}
