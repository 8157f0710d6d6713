import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { ROOT } from "./root.ts";

/** What `npm run build` made. */
const CLI = join(ROOT, "dist/cli.js");

/** The built service as a process of its own. */
export interface FaultyService {
  readonly pid: number;
  readonly url: string;
  /** Its log so far, and what it wrote to stderr. */
  output(): string;
  request(path: string, init?: RequestInit & { readonly as?: string }): Promise<Response>;
  /** Ends it, and waits until it has ended. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts the service. Rejects with what it said where it ends before it is ready. */
export async function startFaultyService(
  config: string,
  environment: Record<string, string> = {},
): Promise<FaultyService> {
  const child = spawn(process.execPath, [CLI, "start", "--config", config], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  const ended = once(child, "close");
  let output = "";
  child.stderr.on("data", (text: Buffer) => (output += text.toString()));
  child.stdout.on("data", (text: Buffer) => (output += text.toString()));
  const port = await Promise.race([
    readPort(child),
    ended.then(() => Promise.reject(new Error(`the service ended:\n${output}`))),
  ]);
  const url = `http://127.0.0.1:${port}`;
  return {
    pid: child.pid ?? 0,
    url,
    output: () => output,
    request(path, { as = "alice", ...init } = {}) {
      const headers = new Headers(init.headers);
      headers.set("Authorization", `Bearer token-of-${as}`);
      return fetch(url + path, { ...init, headers });
    },
    async end(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

function readPort({ stdout }: ChildProcess): Promise<number> {
  return new Promise((found) => {
    if (stdout === null) return;
    createInterface({ input: stdout }).on("line", (line) => {
      const port = /"msg":"ready".*|.*"msg":"ready"/.test(line) ? /"port":(\d+)/.exec(line)?.[1] : undefined;
      if (port !== undefined) found(Number(port));
    });
  });
}
