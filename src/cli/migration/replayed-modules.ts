import { resolve } from "node:path";
import type { Config, ModuleConfig, ShadowConfig } from "../../config/config.ts";
import { StartError } from "../../errors.ts";
import { chooseModule, findNumberedEntry, type GivenConfig } from "./module-choice.ts";
import type { ReplayCommand } from "./replay-command.ts";

/** Which modules a replay asks. */
export interface ReplayedModules {
  /** The module that is tried. */
  readonly candidate: ModuleConfig;
  /** The one that it is to replace, where that is to be asked as well. */
  readonly original: ModuleConfig | undefined;
  /** The file that says which differences do not matter, absolute; undefined where there is none. */
  readonly ignore: string | undefined;
}

/** The modules that the command line names. Throws a StartError `CONFIG` where it leaves something open. */
export function chooseModules(config: Config, command: ReplayCommand): ReplayedModules {
  const { module, moduleConfig, entry, original, originalConfig, generate, ignore, config: files = [] } = command;
  if (entry !== undefined && files.length === 0) {
    throw new StartError("CONFIG", "--entry is a number of a configuration's list: name that with --config");
  }
  if (moduleConfig !== undefined && module === undefined) {
    throw new StartError("CONFIG", "--module-config is the configuration of --module: add that");
  }
  const numbered = entry === undefined ? undefined : findNumberedEntry(config, entry);
  const shadow = chooseShadow(command, numbered);
  const candidate =
    module === undefined
      ? (shadow?.candidate ?? numbered)
      : chooseModule(module, given(moduleConfig, "--module-config"), numbered);
  if (candidate === undefined) {
    throw new StartError("CONFIG", "expected --module <file or class>, or --config <path> with --entry <number>");
  }
  const before =
    original === undefined ? undefined : chooseModule(original, given(originalConfig, "--original-config"), candidate);
  const replaced = candidate === numbered ? undefined : numbered;
  return {
    candidate,
    original: generate === true ? (before ?? replaced) : undefined,
    ignore: ignore === undefined ? shadow?.ignore : resolve(ignore),
  };
}

function given(text: string | undefined, option: string): GivenConfig | undefined {
  return text === undefined ? undefined : { text, option };
}

function chooseShadow(
  { shadow: isWanted, module, entry }: ReplayCommand,
  numbered: ModuleConfig | undefined,
): ShadowConfig | undefined {
  if (isWanted !== true) return undefined;
  if (module !== undefined) throw new StartError("CONFIG", "--shadow and --module both name the module: leave one out");
  if (entry === undefined || numbered === undefined) {
    throw new StartError("CONFIG", "--shadow is that of an entry: add --config <path> and --entry <number>");
  }
  if (numbered.shadow !== undefined) return numbered.shadow;
  throw new StartError(
    "CONFIG",
    `--shadow: entry ${entry} of the configuration has no shadow: name a module by --module`,
  );
}
