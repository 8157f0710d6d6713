import { dirname, join } from "node:path";
import type { ComparisonTaker, Pair } from "../../shadow/compared.ts";
import { IgnoreRule, loadIgnore } from "../../shadow/compare/ignore.ts";
import { DifferenceStore } from "../../shadow/differences/difference-store.ts";
import type { ShadowThreadData } from "../../shadow/run/messages.ts";
import type { Logger } from "../../util/log.ts";

/**
 * Opens what keeps the comparisons of a pair, in the thread that calls. Rejects with a StartError where the file under
 * `ignore` cannot be imported.
 */
export async function openDifferences(data: ShadowThreadData, pair: Pair, log: Logger): Promise<ComparisonTaker> {
  const { config, facts } = data;
  const { dataPath } = config.mediaBridge;
  return new DifferenceStore({ dataPath, pair, facts, ignore: await openIgnore(data, log), log });
}

async function openIgnore(
  { config, candidate, ignore }: ShadowThreadData,
  log: Logger,
): Promise<IgnoreRule | undefined> {
  if (ignore === undefined) return undefined;
  const { index, key = `modules[${index}].shadow` } = candidate;
  const file = { index, specifier: ignore, from: dirname(ignore), key: `${key}.ignore` };
  // The thread has read no file of it before.
  const options = { cacheFolder: join(config.mediaBridge.dataPath, "compiled-modules"), generation: 0 };
  return new IgnoreRule(await loadIgnore(file, options), (message) => log.warn({}, message));
}
