import { fstatSync } from "node:fs";
import { isatty } from "node:tty";
import { FileDestination } from "./file-destination.ts";
import type { LogDestination } from "./log-destination.ts";
import { StreamDestination } from "./stream-destination.ts";

const STDOUT = 1;
let stdout: LogDestination | undefined;

/** The destination of this process's stdout: one, however many logs there are. */
export function openStdout(): LogDestination {
  stdout ??= isStream(STDOUT) ? new StreamDestination(process.stdout) : new FileDestination(STDOUT);
  return stdout;
}

/** A terminal, a pipe or a socket: what waits for a reader. Anything else takes bytes at once, or fails. */
function isStream(fd: number): boolean {
  if (isatty(fd)) return true;
  const stats = fstatSync(fd);
  return stats.isFIFO() || stats.isSocket();
}
