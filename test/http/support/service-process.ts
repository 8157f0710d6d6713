import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const ReadySchema = z.object({ msg: z.literal("ready"), address: z.object({ port: z.number() }) });
/** What `npm run build` made. */
const CLI = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));

export interface ServiceProcessOptions {
  /** The size, in blocks of `ulimit -f`, at which any file of the process is full. */
  readonly fileBlocks?: string;
  /** The user and group that it runs as; only root may choose. */
  readonly uid?: number | undefined;
}

/** The service as a process of its own, for what a test cannot do to itself. */
export interface ServiceProcess {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Runs `media-bridge start`. Rejects with what it said on stderr when it ends without being ready. */
export async function startServiceProcess(
  config: string,
  options: ServiceProcessOptions = {},
): Promise<ServiceProcess> {
  const { fileBlocks = "unlimited", uid } = options;
  const shell = ["-c", 'ulimit -f "$1"; shift; exec "$@"', "sh", fileBlocks];
  const program = [process.execPath, CLI, "start", "--config", config];
  const child = spawn("sh", [...shell, ...program], {
    stdio: ["ignore", "pipe", "pipe"],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  let complaints = "";
  child.stderr.on("data", (text: Buffer) => (complaints += text.toString()));
  const exited = once(child, "close");
  const port = await new Promise<number>((resolve, reject) => {
    createInterface(child.stdout).on("line", (line) => {
      const ready = ReadySchema.safeParse(JSON.parse(line));
      if (ready.success) resolve(ready.data.address.port);
    });
    void exited.then(() => reject(new Error(complaints)));
  });
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
