import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("storage-child.ts", import.meta.url));

/** How a child process ended. */
export interface ChildEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
}

/**
 * Runs a story of `storage-child.ts`; `fileBlocks` is the size in `ulimit -f` blocks at which any of its files is full.
 */
export function runStory(story: string, args: readonly string[], fileBlocks = "unlimited"): Promise<ChildEnd> {
  const shell = ["-c", 'ulimit -f "$1"; shift; exec "$@"', "sh", fileBlocks];
  const program = [process.execPath, PROGRAM, story, ...args];
  return new Promise((resolve) => {
    const child = execFile("sh", [...shell, ...program], (_error, stdout, stderr) => {
      process.stderr.write(stderr);
      resolve({ exitCode: child.exitCode, signal: child.signalCode, stdout });
    });
  });
}
