import type { AskedModule } from "../../shadow/asking/ask-module.ts";
import type { Comparing, QuestionFilter } from "../../shadow/replay/replay-recording.ts";
import type { Progress } from "../terminal/progress.ts";
import type { OneModuleOptions } from "./one-module.ts";

/** How `media-bridge replay` is asked. */
export interface ReplayCommand extends OneModuleOptions {
  /** The candidate: a file, or `a.b.Class`. */
  readonly module?: string | undefined;
  /** A file, or JSON; absent: that of the entry. */
  readonly moduleConfig?: string | undefined;
  /** The number of the entry of the configuration that is, or is to be replaced by, the candidate. */
  readonly entry?: number | undefined;
  /** The candidate is the shadow of that entry, with its configuration and its `ignore`. */
  readonly shadow?: boolean | undefined;
  readonly original?: string | undefined;
  readonly originalConfig?: string | undefined;
  /** The module whose questions are asked. */
  readonly of?: string | undefined;
  readonly callback?: readonly string[] | undefined;
  readonly ignore?: string | undefined;
  readonly generate?: boolean | undefined;
  readonly seed?: string | undefined;
  readonly write?: string | undefined;
  readonly json?: boolean | undefined;
}

/** What a replay works with. */
export interface ReplayParts {
  readonly path: string;
  readonly candidate: AskedModule;
  readonly original: AskedModule | undefined;
  readonly filter: QuestionFilter;
  readonly how: Comparing;
  readonly progress: Progress;
  readonly warn: (message: string) => void;
  /** How much there is to read, in bytes. */
  readonly totalBytes: number;
}

/** What a run found: for JSON, and for people. */
export interface RunReport {
  readonly isDifferent: boolean;
  readonly report: object;
  readonly lines: readonly string[];
}
