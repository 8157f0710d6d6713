import { isDeepStrictEqual } from "node:util";
import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import { withDecidingCandidates } from "../../modules/deciding-candidates.ts";
import type { Config } from "../../config/config.ts";
import { originalIndex } from "../../util/candidate-index.ts";
import type { Logger } from "../../util/log.ts";
import type { Generation } from "../generation.ts";

/**
 * Reserves the places of callbacks that modules registered after they were constructed, and have not registered again
 * yet. Until they do, requests that these callbacks would have judged are refused, as after a crash, and deletions wait
 * for those that are to hear of them. A module whose configuration has changed begins anew; whether it is enforced may
 * change.
 */
export function keepPlaces(former: Generation, next: Generation, log: Logger): void {
  for (const kind of Object.keys(KINDS) as KindName[]) {
    const isAwaited = kind === "on_media_deleted";
    if (KINDS[kind].notification && !isAwaited) continue;
    for (const slot of former.modules.registry.slots(kind)) {
      const index = slot.isLate ? indexIn(next.config, former.config, slot.module.index) : undefined;
      if (index === undefined) continue;
      const entries = [...next.config.modules, ...next.config.storageProviders];
      const isReportOnly = entries[originalIndex(index)]?.isReportOnly === true;
      const module = { ...slot.module, index, isReportOnly };
      if (!next.modules.registry.keep({ ...slot, module })) continue;
      const consequence = isAwaited
        ? "it hears of deletions then"
        : "requests that it would judge are refused until then";
      log.warn(
        { module: module.name, callback: kind },
        `a module has not registered this callback again yet, which it did late before the reload: its place is kept, and ${consequence}`,
      );
    }
  }
}

/** The index of the same module in another configuration; undefined where no module is configured alike. */
function indexIn(config: Config, former: Config, index: number): number | undefined {
  // A candidate that decides has its place as well. What a shadow is told to do says nothing about the module.
  const [entries, formerEntries] = [config, former]
    .map(withDecidingCandidates)
    .map((expanded) =>
      [...expanded.modules, ...expanded.storageProviders].map((entry) => ({ ...entry, shadow: undefined })),
    );
  const entry = formerEntries?.find((candidate) => candidate.index === index);
  if (entry === undefined) return undefined;
  const isAlike = (other: { readonly index: number }) =>
    isDeepStrictEqual({ ...other, index: 0, isReportOnly: false }, { ...entry, index: 0, isReportOnly: false });
  const nth = formerEntries?.filter((other) => other.index < index && isAlike(other)).length ?? 0;
  return entries?.filter(isAlike)[nth]?.index;
}
