import { once } from "node:events";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { z } from "zod";

/** A service that runs as its own process, as an operator starts it. */
export interface ServiceProcess {
  readonly url: string;
  readonly port: number;
  /** Everything printed so far: log lines, and what `--try-out` shows. */
  output(): string;
  /** Resolves once a text has been printed. */
  printed(text: string): Promise<void>;
  /** Ends it with SIGTERM; answers its exit status. */
  stop(): Promise<number | undefined>;
}

/**
 * Runs a command that starts a service, and waits until it is ready. Rejects with what it printed where it ends before.
 */
export async function startProcess(command: string, args: readonly string[], cwd: string): Promise<ServiceProcess> {
  const child = execa(command, args, { cwd, reject: false, stdin: "ignore", buffer: false });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const port = await Promise.race([
    readPort(child.stdout),
    child.then(() => Promise.reject(new Error(`${command} ${args.join(" ")} ended:\n${output}`))),
  ]);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    output: () => output,
    async printed(text) {
      while (!output.includes(text)) await once(child.stdout, "data");
    },
    async stop() {
      child.kill("SIGTERM");
      return (await child).exitCode;
    },
  };
}

const ReadySchema = z.object({ msg: z.literal("ready"), address: z.object({ port: z.int() }) });

/** Waits for the log line that says where the service listens. */
function readPort(stdout: NodeJS.ReadableStream): Promise<number> {
  return new Promise((found) => {
    createInterface({ input: stdout }).on("line", (line) => {
      const ready = line.startsWith("{") ? ReadySchema.safeParse(JSON.parse(line)) : undefined;
      if (ready?.success) found(ready.data.address.port);
    });
  });
}
