import type { KindName } from "../callbacks/kinds.ts";
import type { Answered, Said } from "./asked.ts";

/** Which modules a shadow compares; a change of any of these begins the count anew. */
export interface Pair {
  /** Place of the entry in `modules:`, from 0. */
  readonly index: number;
  /** `a.b.Class` of a Python module, the path of a TypeScript one. */
  readonly original: ModuleVersion;
  readonly candidate: ModuleVersion;
}

/** A module as it was loaded. */
export interface ModuleVersion {
  readonly name: string;
  readonly language: "python" | "typescript";
  /** SHA-256 of its files, in hexadecimal. */
  readonly filesHash: string;
  /** SHA-256 of its configuration, in hexadecimal. */
  readonly configHash: string;
}

/** What a module said, and how long it took. */
export interface Timed {
  readonly said: Said;
  readonly micros: number;
}

/** A question that both modules were asked. */
export interface Compared {
  readonly answered: Answered;
  readonly candidate: Timed;
  /** What a fenced copy of the module that decides said to the same question: shows noise. In 1 % of the questions. */
  readonly again?: Timed | undefined;
}

/** Takes what was compared. Costs the caller nothing: what it cannot keep is counted as lost. */
export interface ComparisonTaker {
  add(compared: Compared): void;
  /** Questions that were sampled, and that the candidate was never asked: the queue was full, or it was down. */
  countDropped(kind: KindName, count: number): void;
  /** Resolves once all of it is written. */
  close(): Promise<void>;
}
