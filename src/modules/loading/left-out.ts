import type { Logger } from "../../util/log.ts";

/** What a module could register but does not: it seems to decide, but is never asked. */
export interface LeftOut {
  /** No callback and no web resource. */
  readonly registersNothing: boolean;
  /** Methods with the name of a callback that it does not register. */
  readonly unregistered: readonly string[];
}

/** A module that may have left something out. */
export interface Described extends LeftOut {
  readonly name: string;
  readonly language: "python" | "typescript";
  readonly isLegacySpamChecker: boolean;
}

/** What is left out, in words for the operator; undefined where nothing is. */
export function describeLeftOut(module: Described): string | undefined {
  const { registersNothing, unregistered, language, isLegacySpamChecker } = module;
  if (!registersNothing && unregistered.length === 0) return undefined;
  const names = unregistered.join(", ");
  if (!registersNothing) return `defines ${names} and does not register it, so that it is never called`;
  const nothing = "registers nothing: no callback and no web resource";
  if (unregistered.length === 0) return nothing;
  const isOld = language === "python" && !isLegacySpamChecker && unregistered.includes("check_media_file_for_spam");
  const remedy = isOld ? " (a spam checker of Synapse's older kind belongs under spam_checker)" : "";
  return `${nothing}, although it defines ${names}${remedy}`;
}

/** Logs at the start what `check` reports. */
export function warnOfLeftOut(log: Logger, module: Described): void {
  const words = describeLeftOut(module);
  if (words !== undefined) log.warn({ module: module.name }, `this module ${words}`);
}
