import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { z } from "zod";
import { testPython } from "./python.ts";
import { removeAfterFile } from "./setup/remains.ts";
import { writeConfig, type TestServiceOptions } from "./service.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const TERMINAL = fileURLToPath(new URL("terminal.py", import.meta.url));
const BAD_MODULES = fileURLToPath(new URL("../fixtures/bad-modules", import.meta.url));
/** In the environment of everything that a test of the command line starts, by which it is found again. */
const MARK = "MEDIA_BRIDGE_TEST_RUN";
const ReadySchema = z.object({ msg: z.literal("ready"), address: z.union([z.object({ port: z.int() }), z.string()]) });

export interface CliOptions {
  /** More of the command line, for a start. */
  readonly arguments?: readonly string[];
  readonly environment?: Record<string, string | undefined>;
  /** Whether it runs on a terminal, which is told apart by neither stdout nor stderr: both are in `stdout` then. */
  readonly terminal?: boolean;
  /** The user and group that it runs as; only root may choose. */
  readonly uid?: number;
}

/** How a command ended. */
export interface CliEnd {
  readonly status: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A service that was started by the command line. */
export interface CliService {
  readonly pid: number;
  readonly port: number;
  /** What it has written to stdout so far: its log. */
  log(): string;
  /** Resolves with the first line of the log, past or coming, that contains all of the words. */
  logged(...words: string[]): Promise<string>;
  request(path: string, init?: RequestInit): Promise<Response>;
  upload(body: string): Promise<Response>;
  /** Ends the reading of the log. */
  stopReadingLog(): void;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<CliEnd>;
}

interface Ended {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly stdout?: string | undefined;
  readonly stderr?: string | undefined;
}

interface Killable extends PromiseLike<unknown> {
  kill(signal: NodeJS.Signals): boolean;
}

/** A folder with a configuration, in which the built command line runs as an operator runs it. */
export class CliFolder {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), "media-bridge-cli-")));
  readonly config: string;
  readonly #run = randomUUID();
  readonly #children: Killable[] = [];

  constructor(options: TestServiceOptions = {}) {
    // Not as each test finishes: of concurrent ones it is not known whose hook this would be.
    removeAfterFile(() => this.remove());
    mkdirSync(join(this.path, "tmp"));
    const pythonPath = [BAD_MODULES, this.path, ...(options.pythonPath ?? [])];
    this.config = writeConfig(this.path, join(this.path, "media"), { ...options, pythonPath });
  }

  /** Runs a command to its end; `--config` is added. */
  end(args: readonly string[], options: CliOptions = {}): Promise<CliEnd> {
    return this.endBare([...args, "--config", this.config], options);
  }

  /** Runs a command to its end, with these arguments alone. */
  async endBare(args: readonly string[], options: CliOptions = {}): Promise<CliEnd> {
    return endOf(this.#spawn(args, options));
  }

  /** Starts the service and waits until it is ready. Rejects with what it said where it ends before. */
  async start(options: CliOptions = {}): Promise<CliService> {
    const child = this.#spawn(["start", "--config", this.config, ...(options.arguments ?? [])], options);
    const ended = endOf(child);
    const lines: string[] = [];
    const waiting = new Set<(line: string) => void>();
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      for (const look of waiting) look(line);
    });
    const find = <T>(pick: (line: string) => T | undefined) =>
      new Promise<T>((resolve, reject) => {
        const look = (line: string) => {
          const found = pick(line);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        lines.forEach(look);
        void ended.then(({ stdout, stderr }) => reject(new Error(`it ended before: ${stderr}${stdout}`)));
      });
    const address = await find(readAddress);
    const port = typeof address === "string" ? 0 : address.port;
    const request: CliService["request"] = (path, init = {}) => {
      const headers = new Headers(init.headers);
      if (!headers.has("Authorization")) headers.set("Authorization", "Bearer token-of-alice");
      return fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers });
    };
    return {
      pid: child.pid ?? 0,
      port,
      log: () => lines.join("\n"),
      logged: (...words) => find((line) => (words.every((word) => line.includes(word)) ? line : undefined)),
      request,
      upload: (body) => request("/_matrix/media/v3/upload", { method: "POST", body }),
      stopReadingLog: () => void child.stdout.destroy(),
      kill: (signal) => child.kill(signal),
      ended,
    };
  }

  /** Starts the service with this descriptor as its stdout; when it answers is for the test to find out. */
  startUnheard(
    stdout: number,
    options: CliOptions = {},
  ): { kill(signal: NodeJS.Signals): void; ended: Promise<unknown> } {
    const [command, args] = this.#command(["start", "--config", this.config], options);
    const { env, ...surroundings } = this.#surroundings(options);
    const all = { ...process.env, ...env };
    const child = spawn(command, args, { ...surroundings, env: all, stdio: ["ignore", stdout, "inherit"] });
    const ended = once(child, "exit").then(([status]: unknown[]) => status);
    this.#children.push(Object.assign(ended, { kill: (signal: NodeJS.Signals) => child.kill(signal) }));
    return { kill: (signal) => void child.kill(signal), ended };
  }

  /** The configuration as it is now. */
  readConfig(): Record<string, unknown> {
    return JSON.parse(readFileSync(this.config, "utf8")) as Record<string, unknown>;
  }

  /** Writes a file into the folder, as only its owner may read it. */
  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text, { mode: 0o600 });
  }

  /** Commands of all processes that were started from here and still live. */
  processes(): string[] {
    return readdirSync("/proc").flatMap((pid) => {
      if (!/^\d+$/.test(pid)) return [];
      try {
        const isOurs = readFileSync(`/proc/${pid}/environ`, "utf8").includes(`${MARK}=${this.#run}`);
        return isOurs ? [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")] : [];
      } catch {
        // It has ended by now.
        return [];
      }
    });
  }

  /** Every file in the folder but caches of Python's. */
  files(): string[] {
    return readdirSync(this.path, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && !entry.parentPath.endsWith("__pycache__"))
      .map((entry) => join(entry.parentPath, entry.name).slice(this.path.length + 1))
      .toSorted();
  }

  /** Ends what runs in it and removes it; done by itself after the last test of a file. */
  async remove(): Promise<void> {
    for (const child of this.#children) child.kill("SIGKILL");
    await Promise.all(this.#children);
    rmSync(this.path, { recursive: true, force: true });
  }

  #spawn(args: readonly string[], options: CliOptions) {
    const [command, all] = this.#command(args, options);
    const child = execa(command, all, this.#surroundings(options));
    this.#children.push(child);
    return child;
  }

  #command(args: readonly string[], { terminal = false }: CliOptions): [command: string, args: string[]] {
    if (terminal) return [testPython(), [TERMINAL, process.execPath, CLI, ...args]];
    return [process.execPath, [CLI, ...args]];
  }

  #surroundings({ environment, uid }: CliOptions) {
    return {
      cwd: this.path,
      env: { TMPDIR: join(this.path, "tmp"), ...environment, [MARK]: this.#run },
      reject: false,
      stdin: "ignore",
      ...(uid !== undefined && { uid, gid: uid }),
    } as const;
  }
}

/** Where the service listens, from the line of its log that says so. */
function readAddress(line: string): string | { port: number } | undefined {
  if (line.startsWith("{")) return ReadySchema.safeParse(JSON.parse(line)).data?.address;
  const port = / ready .*address=127\.0\.0\.1:(\d+)/.exec(stripVTControlCharacters(line))?.[1];
  return port === undefined ? undefined : { port: Number(port) };
}

async function endOf(child: PromiseLike<Ended>): Promise<CliEnd> {
  const { exitCode, signal, stdout, stderr } = await child;
  return { status: exitCode, signal, stdout: stdout ?? "", stderr: stderr ?? "" };
}
