import type { WriteStream } from "node:tty";
import { createLogger, type Level, type Logger } from "../log.ts";
import { BatchedOutput, type LineFormat } from "./batched-output.ts";
import { openStdout } from "./stdout.ts";

/** `media_bridge.log.format`: `auto` is `pretty` on a terminal and `json` anywhere else. */
export type LogFormat = "auto" | "json" | "pretty";

export interface LogSettings {
  readonly level: Level;
  readonly format: LogFormat;
}

/** The log of a service. */
export interface OpenLog {
  readonly log: Logger;
  /** Resolves once everything is written, after `deadlineMs` at the latest: before an end of the process. */
  readonly drain: (deadlineMs: number) => Promise<void>;
}

/** Opens the log on stdout for a service, which is never held up by it. Colours are there where the terminal has them and `NO_COLOR` is not set. */
export async function openLog({ level, format }: LogSettings): Promise<OpenLog> {
  letTerminalWait();
  const output = new BatchedOutput(openStdout(), await loadFormat(format));
  return { log: createLogger(level, output), drain: (deadlineMs) => output.drain(deadlineMs) };
}

/** What makes lines for people of JSON lines, where such lines are wanted; undefined where they stay JSON. */
export async function loadFormat(format: LogFormat): Promise<LineFormat | undefined> {
  const { isTTY } = process.stdout;
  if (format === "json" || (format === "auto" && !isTTY)) return undefined;
  const { createPrettyFormat } = await import("./pretty-lines.ts");
  return createPrettyFormat(isTTY && process.stdout.hasColors());
}

/**
 * Node.js lets a write to a terminal block: one that was stopped with Ctrl-S, or that a program holds and does not read,
 * would stop the service. Pipes do not block. There is no public way to say so.
 */
function letTerminalWait(): void {
  if (!process.stdout.isTTY) return;
  const { _handle: handle } = process.stdout as WriteStream & {
    _handle?: { setBlocking?: (isBlocking: boolean) => void };
  };
  handle?.setBlocking?.(false);
}
