import type { LoadedConfig } from "../../config/config.ts";
import { loadConfig } from "../../config/load-config.ts";
import { DURATION_FORM, parseDuration } from "../../config/forms/units.ts";
import { StartError } from "../../errors.ts";
import { toVisibleText } from "../../util/log/visible-text.ts";

/** The configuration; root continues as the service's user, so that nothing in the service's folders becomes root's. */
export async function loadAsService(paths: readonly string[]): Promise<LoadedConfig> {
  const loaded = loadConfig(paths);
  const { becomeServiceUser } = await import("../service-user.ts");
  becomeServiceUser(loaded.config);
  return loaded;
}

/** Gathers the values of an option that may be given several times. */
export function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}

/** On a terminal the places in a module's own files are enough of a traceback; a log that is kept gets it whole. */
export async function describeForReader({ message }: StartError): Promise<string> {
  if (!process.stderr.isTTY) return message;
  const { shortenTracebacks } = await import("../../util/log/shorten-traceback.ts");
  return toVisibleText(shortenTracebacks(message));
}

/** An option's duration in ms. Throws a StartError `CONFIG` that names the option. */
export function readDuration(option: string, text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs === undefined) throw new StartError("CONFIG", `${option}: expected ${DURATION_FORM}`);
  return durationMs;
}

/** Prints a command's answer. What modules or users worded reaches a terminal as text, never as a command. */
export function print(text: string): void {
  process.stdout.write(`${process.stdout.isTTY ? toVisibleText(text) : text}\n`);
}
