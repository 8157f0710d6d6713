import { createRequire } from "node:module";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/** `.ts` from `src`, `.js` from `dist`. */
const EXTENSION = extname(import.meta.url);
const PROGRAM = fileURLToPath(new URL(`../decoding/decoding-process${EXTENSION}`, import.meta.url));

/**
 * Without its compiler Node.js starts within the limit of memory; what decodes is not JavaScript. Each thread of V8 would
 * count against that limit with its stack.
 */
const NODE_OPTIONS = ["--jitless", "--max-old-space-size=64", "--v8-pool-size=1"];
/**
 * The whole environment: nothing of the service's, which may hold secrets. One thread and two arenas keep the memory of
 * hundreds of pictures together, and what a picture took is given back after it (glibc; others ignore these).
 */
const ENVIRONMENT = { UV_THREADPOOL_SIZE: "1", MALLOC_ARENA_MAX: "2", MALLOC_MMAP_THRESHOLD_: "1048576" };
/** Limits the memory that a process may have for data, and keeps a crash from leaving a file of it. */
const LIMIT = 'ulimit -c 0 && ulimit -d "$0" && exec "$@"';

/** How a child is started. */
export interface ChildCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The command of a child. Its memory is limited on Linux alone. */
export function childCommand(maxDataMb: number): ChildCommand {
  const node = [process.execPath, ...NODE_OPTIONS, ...programArgs()];
  const [file = "", ...args] =
    process.platform === "linux" ? ["/bin/sh", "-c", LIMIT, String(maxDataMb * 1024), ...node] : node;
  return { file, args, env: ENVIRONMENT };
}

/** Node.js strips types with WebAssembly, which is compiled: from `src` jiti does it. */
function programArgs(): string[] {
  if (EXTENSION === ".js") return [PROGRAM];
  const jiti = createRequire(import.meta.url).resolve("jiti");
  const load = "const [jiti, file] = process.argv.slice(1); require(jiti).createJiti(file).import(file)";
  return ["-e", load, jiti, PROGRAM];
}
