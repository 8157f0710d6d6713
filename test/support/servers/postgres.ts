import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A PostgreSQL of the tests' own, empty; `args` are what Synapse's `database:` would hold. */
export interface TestPostgres {
  readonly args: { host: string; port: number; user: string; password: string; database: string };
  stop(): Promise<void>;
}

/**
 * Starts a new cluster (scripts/postgres.mjs). Rejects where no PostgreSQL is installed, so that no test is skipped in
 * silence.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const script = fileURLToPath(new URL("../../../scripts/postgres.mjs", import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const [line] = (await Promise.race([once(createInterface(child.stdout), "line"), ended])) as [unknown];
  if (typeof line !== "string") throw new Error("PostgreSQL cannot be started, see above");
  return {
    args: JSON.parse(line) as TestPostgres["args"],
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
