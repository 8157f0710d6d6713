import { rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";

/** FsOperations that the disk does not serve as it should. */
export interface DiskRule {
  /**
   * What the shim calls them: `create`, `open`, `read`, `write`, `truncate`, `flush`, `link`, `rename`, `unlink`,
   * `mkdir`, `rmdir`; or `any`.
   */
  readonly operations: readonly string[];
  /** How they fail; absent: they do not. */
  readonly error?: keyof typeof constants.errno;
  /** Only paths that contain this text; all by default. */
  readonly part?: string;
  /** The first of them that is concerned, from 1 on, which is the default. */
  readonly first?: number;
  /** How many are; all that follow by default. */
  readonly count?: number;
  /** How long they take before. */
  readonly delayMs?: number;
  /** How much a write that does not fail takes at most. */
  readonly bytes?: number;
}

const FOR_EVER = 1_000_000_000;
let number = 0;

/** Puts a rule in force; its calls are counted from here on. To be called when the disk is quiet. */
export function writeRule(path: string, rule: DiskRule): void {
  const { operations, error, part = "/", first = 1, count = FOR_EVER, delayMs = 0, bytes = 0 } = rule;
  const code = error === undefined ? 0 : constants.errno[error];
  writeFileSync(path, [++number, operations.join(","), part, code, delayMs, first, count, bytes].join(" "));
}

/** Lets the disk serve everything again. */
export function removeRule(path: string): void {
  rmSync(path, { force: true });
}
