import { randomUUID } from "node:crypto";
import { execa } from "execa";
import type { Logger } from "../../util/log.ts";
import { Child } from "./child.ts";
import { BridgeError } from "../errors.ts";
import type { Handlers } from "../transport/peer-requests.ts";
import { MARK } from "./process-groups.ts";
import type { StderrEvents } from "./stderr-lines.ts";

export interface SpawnOptions extends Partial<StderrEvents> {
  /** The executable, which runs without a shell. */
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child: only {@link MARK} is added to it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly log: Logger;
  /** What the child may ask the host. */
  readonly requests?: Handlers;
  /** What the child may tell the host, besides `hello`. */
  readonly notifications?: Handlers;
}

/**
 * Runs a child that speaks the protocol on its standard input and output, as the leader of a process group of its own.
 * Resolves once it runs; rejects with a {@link BridgeError} `SPAWN` where it cannot.
 */
export async function spawnChild(options: SpawnOptions): Promise<Child> {
  const { command, args, env, cwd } = options;
  const mark = randomUUID();
  const subprocess = execa(command, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...env, [MARK]: mark },
    extendEnv: false,
    preferLocal: false,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
    buffer: false,
    encoding: "buffer",
    reject: false,
    detached: true,
    cleanup: false,
  });
  const pid = await new Promise<number>((resolve, reject) => {
    subprocess.nodeChildProcess.once("spawn", () => {
      if (subprocess.pid !== undefined) resolve(subprocess.pid);
    });
    // Settles before `spawn` only where there is no process. Later it is of no use: a grandchild that holds a pipe
    // delays it.
    void subprocess.then(({ originalMessage, cause }) =>
      reject(new BridgeError("SPAWN", `${command} cannot be run: ${originalMessage ?? "unknown reason"}`, { cause })),
    );
  });
  return new Child({
    ...options,
    pid,
    mark,
    stdin: subprocess.stdin,
    stdout: subprocess.stdout,
    stderr: subprocess.stderr,
    exited: new Promise((resolve) =>
      subprocess.nodeChildProcess.once("exit", (code, signal) => resolve({ code, signal })),
    ),
    signal: (name) => subprocess.kill(name),
  });
}
