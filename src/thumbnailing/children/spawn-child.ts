import type { Readable, Writable } from "node:stream";
import { execa } from "execa";
import { childCommand } from "./child-command.ts";

/** How a process ended. */
export interface ChildEnd {
  readonly words: string;
  /** Undefined where no signal ended it. */
  readonly signal: string | undefined;
}

/** A process that was started, or could not be. */
export interface SpawnedChild {
  /** Undefined where it could not be started. */
  readonly pid: number | undefined;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when it has ended and its output is read. */
  readonly ended: Promise<ChildEnd>;
  /** Ends it at once, however it is. */
  kill(): void;
}

/**
 * Starts a decoding child in a session of its own: a Ctrl-C at a terminal is the service's to handle. The child ends when
 * its input does, and so with the service.
 */
export function spawnChild(maxDataMb: number): SpawnedChild {
  const { file, args, env } = childCommand(maxDataMb);
  const subprocess = execa(file, args, {
    env,
    extendEnv: false,
    preferLocal: false,
    cwd: "/",
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
    buffer: false,
    encoding: "buffer",
    reject: false,
    detached: true,
    cleanup: false,
  });
  return {
    pid: subprocess.pid,
    stdin: subprocess.stdin,
    stdout: subprocess.stdout,
    stderr: subprocess.stderr,
    ended: subprocess.then(({ exitCode, signal, originalMessage }) => {
      if (signal !== undefined) return { words: `it was killed by ${signal}`, signal };
      const words =
        exitCode === undefined ? `it cannot be run: ${originalMessage ?? ""}` : `it ended with status ${exitCode}`;
      return { words, signal };
    }),
    kill: () => void subprocess.kill("SIGKILL"),
  };
}
