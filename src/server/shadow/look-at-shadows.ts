import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { Config, ShadowConfig } from "../../config/config.ts";
import { StartError } from "../../errors.ts";
import type { LoadedModules } from "../../modules/load.ts";
import { createLogger } from "../../util/log.ts";
import { describeDifference } from "./describe-difference.ts";
import { loadFencedModule } from "./fenced-module.ts";

/** What is to be said of one shadow, without running it. */
export interface ShadowLook {
  readonly shadow: ShadowConfig;
  /** The place of the module that it shadows. */
  readonly index: number;
  /** The candidate; undefined where it could not be loaded. */
  readonly candidate: { readonly name: string; readonly file: string | null } | undefined;
  /** What an operator should know; undefined where there is nothing. */
  readonly problem: string | undefined;
}

/** Loads the candidates of a configuration, one after the other. Rejects with a StartError where one is required. */
export async function lookAtShadows(config: Config, modules: LoadedModules): Promise<ShadowLook[]> {
  const looks: ShadowLook[] = [];
  for (const { index, shadow } of config.modules) {
    if (shadow === undefined) continue;
    const registered = (Object.keys(KINDS) as KindName[]).filter((kind) =>
      modules.registry.slots(kind).some(({ module }) => module.index === index),
    );
    looks.push({ shadow, index, ...(await look(config, shadow, registered)) });
  }
  return looks;
}

async function look(
  config: Config,
  { candidate, required }: ShadowConfig,
  registered: readonly KindName[],
): Promise<Pick<ShadowLook, "candidate" | "problem">> {
  try {
    const loaded = await loadFencedModule(config, candidate, createLogger("fatal"));
    const { name, file, callbacks } = loaded;
    await loaded.stop();
    return { candidate: { name, file }, problem: describeDifference(registered, callbacks) };
  } catch (error) {
    if (required) throw error;
    if (!(error instanceof StartError)) throw error;
    return { candidate: undefined, problem: `cannot be loaded: ${error.message}` };
  }
}
