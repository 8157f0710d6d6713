import { createInterface } from "node:readline";
import { execa } from "execa";
import { findFreePort } from "../../test/support/free-port.ts";
import { CLI } from "./service.ts";

/**
 * What systemd does with a service of a socket unit: starts it, and starts it again when it has ended, each time with
 * the listening socket. This shell holds the socket meanwhile. The service's own number is known only to the process
 * that becomes it.
 */
const RESTARTING = `
while :; do
  sh -c 'echo "{\\"starts\\":$$}"; LISTEN_PID=$$ exec "$@"' sh "$@"
  echo "{\\"ended\\":$?}"
done`;

/** A service that gets its listening socket from systemd-socket-activate, and is started again whenever it ends. */
export interface ActivatedService {
  readonly port: number;
  /** Ends the process that runs with SIGTERM; resolves to its exit status once the next one is ready. */
  restart(): Promise<number>;
  /** Sends the signal. `stopping` resolves once the process has begun to end, `ready` as {@link restart} does. */
  beginRestart(): { readonly stopping: Promise<void>; readonly ready: Promise<number> };
  /** All that was logged. */
  log(): string;
  stop(): Promise<void>;
}

interface Line {
  readonly starts?: number;
  readonly ended?: number;
  readonly msg?: "ready" | "stopping";
}

/** Starts it in a folder with a configuration. The first connection, which systemd waits for, is made here. */
export async function startActivated(folder: string, config: string, listen = "127.0.0.1"): Promise<ActivatedService> {
  const port = await findFreePort();
  const command = [`--listen=${listen}:${port}`, "sh", "-c", RESTARTING, "sh", process.execPath, CLI, "start", "--config", config]; // prettier-ignore
  // A group of its own, so that the shell and what it has started end together.
  const child = execa("systemd-socket-activate", command, { cwd: folder, reject: false, detached: true, all: true, stdin: "ignore", buffer: false }); // prettier-ignore
  const lines: string[] = [];
  let pid = 0;
  let status = -1;
  const waiting: Record<string, (() => void)[]> & Record<"ready" | "stopping", (() => void)[]> = {
    ready: [],
    stopping: [],
  };
  const isListening = Promise.withResolvers<void>();
  createInterface({ input: child.all }).on("line", (text) => {
    lines.push(text);
    if (text.startsWith("Listening on")) isListening.resolve();
    if (!text.startsWith("{")) return;
    const line = JSON.parse(text) as Line;
    if (line.starts !== undefined) pid = line.starts;
    if (line.ended !== undefined) status = line.ended;
    for (const resolve of waiting[line.msg ?? "none"]?.splice(0) ?? []) resolve();
  });
  const said = (word: "ready" | "stopping") => new Promise<void>((resolve) => void waiting[word].push(resolve));
  await isListening.promise;
  const first = said("ready");
  const health = await fetch(`http://127.0.0.1:${port}/health`, { headers: { Connection: "close" } });
  await first;
  if (health.status !== 200) throw new Error(`the first request was answered ${health.status}`);
  const beginRestart = () => {
    const stopping = said("stopping");
    const next = said("ready");
    process.kill(pid, "SIGTERM");
    return { stopping, ready: next.then(() => status) };
  };
  return {
    port,
    beginRestart,
    restart: () => beginRestart().ready,
    log: () => lines.join("\n"),
    async stop() {
      process.kill(-(child.pid ?? 0), "SIGKILL");
      await child;
    },
  };
}
