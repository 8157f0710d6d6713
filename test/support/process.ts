import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { execa } from "execa";

export interface ProcessOptions {
  /** Matches the first line, of stdout or stderr, that says that it is ready. */
  readonly ready: RegExp;
  readonly cwd?: string;
  readonly environment?: Record<string, string>;
  /** A file that gets everything it says. */
  readonly logPath?: string;
}

/** Another program, which ends with the process that started it. */
export interface StartedProcess {
  readonly pid: number;
  /** The match of `ready`. */
  readonly ready: RegExpExecArray;
  /** The last lines it has said so far. */
  lastLines(): string;
  /** Ends it with SIGTERM, and with SIGKILL where that is not enough. */
  stop(): Promise<void>;
}

const KEPT_LINES = 200;
const KILL_AFTER_MS = 15_000;

/** Starts a program and waits until it says that it is ready. Rejects with what it said where it ends before. */
export async function startProcess(
  command: string,
  args: readonly string[],
  { ready, cwd, environment, logPath }: ProcessOptions,
): Promise<StartedProcess> {
  // By pdeathsig it ends even where its parent is killed.
  const child = execa("setpriv", ["--pdeathsig", "TERM", "--", command, ...args], {
    reject: false,
    buffer: false,
    all: true,
    stdin: "ignore",
    forceKillAfterDelay: KILL_AFTER_MS,
    ...(cwd !== undefined && { cwd }),
    ...(environment && { env: environment }),
  });
  if (logPath !== undefined) child.all.pipe(createWriteStream(logPath, { flags: "a" }));
  const lines: string[] = [];
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    createInterface({ input: child.all }).on("line", (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      const found = ready.exec(line);
      if (found) resolve(found);
    });
    void child.then(({ exitCode, signal }) =>
      reject(new Error(`${command} ended with ${exitCode ?? signal}:\n${lines.join("\n")}`)),
    );
  });
  return {
    pid: child.pid ?? 0,
    ready: match,
    lastLines: () => lines.join("\n"),
    async stop() {
      child.kill("SIGTERM");
      await child;
    },
  };
}
