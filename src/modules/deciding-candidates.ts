import { hash } from "node:crypto";
import type { Config, ModuleConfig } from "../config/config.ts";
import { candidateIndex } from "../util/candidate-index.ts";

/** A configuration in which every candidate that decides for some users is a module, right behind the one it shadows. */
export function withDecidingCandidates(config: Config): Config {
  return { ...config, modules: config.modules.flatMap((module) => [module, ...decidingCandidate(module)]) };
}

/**
 * Which modules a user does not meet, by index: of each module and its candidate that decides for some users, one.
 * Undefined where no candidate decides. A call without a user is decided by the original until the candidate decides
 * for all.
 */
export function chooseModules({ modules }: Config): ((user: string | undefined) => ReadonlySet<number>) | undefined {
  const canaries = modules.filter(({ shadow }) => shadow !== undefined && shadow.decide > 0);
  if (canaries.length === 0) return undefined;
  // One set for each choice, so that what is made of it can be kept.
  const sets = new Map<string, ReadonlySet<number>>();
  return (user) => {
    const place = user === undefined ? undefined : placeOf(user);
    const left = canaries.map(({ index, shadow }) => {
      const { decide } = shadow ?? { decide: 0 };
      const decides = decide >= 1 || (place !== undefined && place < decide);
      return decides ? index : candidateIndex(index);
    });
    const key = left.join();
    const known = sets.get(key) ?? new Set(left);
    sets.set(key, known);
    return known;
  };
}

/** A number from 0 to 1, 1 excluded, that depends on nothing but the user. */
export function placeOf(user: string): number {
  return Number.parseInt(hash("sha256", user).slice(0, 12), 16) / 2 ** 48;
}

function decidingCandidate({ index, shadow, isReportOnly }: ModuleConfig): ModuleConfig[] {
  if (shadow === undefined || shadow.decide === 0) return [];
  // It decides no more than the module in whose place it is.
  const enforcement = isReportOnly === undefined ? {} : { isReportOnly };
  return [{ ...shadow.candidate, ...enforcement, index: candidateIndex(index) }];
}
