import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import { join } from "node:path";
import { ROOT } from "./root.ts";

/** What `npm run build` made. */
export const CLI = join(ROOT, "dist/cli/main.js");
/** The output of the service, where other code reads it. */
const KEPT_LENGTH = 16_384;

/** The built service as a process of its own. */
export interface FaultyService {
  readonly pid: number;
  readonly url: string;
  /** Its log so far, and what it wrote to stderr. */
  output(): string;
  request(path: string, init?: RequestInit & { readonly as?: string }): Promise<Response>;
  /** Ends it, and resolves to its exit status: null where the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts the service. Rejects with what it said where it ends before it is ready. Where `onLine` takes its log, line by
 * line, no more than the end of it is kept.
 */
export async function startFaultyService(
  config: string,
  environment: Record<string, string> = {},
  onLine?: (line: string) => void,
): Promise<FaultyService> {
  const child = spawn(process.execPath, [CLI, "start", "--config", config], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  const ended = once(child, "close");
  let output = "";
  const keep = (text: Buffer) => {
    output += text.toString();
    if (onLine !== undefined) output = output.slice(-KEPT_LENGTH);
  };
  child.stderr.on("data", keep);
  child.stdout.on("data", keep);
  const lines = createInterface({ input: child.stdout });
  if (onLine !== undefined) lines.on("line", onLine);
  const port = await Promise.race([
    readPort(lines),
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
      const [status] = (await ended) as [number | null];
      return status;
    },
  };
}

function readPort(lines: Interface): Promise<number> {
  return new Promise((found) => {
    lines.on("line", function read(line) {
      const port = /"msg":"ready".*|.*"msg":"ready"/.test(line) ? /"port":(\d+)/.exec(line)?.[1] : undefined;
      if (port === undefined) return;
      lines.off("line", read);
      found(Number(port));
    });
  });
}
