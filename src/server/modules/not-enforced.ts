import type { Config } from "../../config/config.ts";
import type { LoadedModules } from "../../modules/load.ts";

/** What the operator is told where anything is not enforced. */
export const NOT_ENFORCED =
  "REPORT ONLY: some decisions are not enforced; requests that they would refuse pass, and are counted, logged and kept";

/** What of a configuration is not enforced, one sentence each, with the key that says so; empty where all is enforced. */
export function listNotEnforced(
  { modules, storageProviders, mediaUploadLimits, mediaBridge }: Config,
  loaded: Pick<LoadedModules, "modules" | "storageProviders">,
): string[] {
  const isForAll = mediaBridge.enforce === "report";
  const key = (index: number) => (isForAll ? "media_bridge.enforce" : `enforce of module ${index + 1}`);
  const limits =
    mediaUploadLimits.length === 0 ? "the limits of the configuration (none so far)" : "media_upload_limits";
  const names = new Map([...loaded.modules, ...loaded.storageProviders].map(({ index, name }) => [index, name]));
  return [
    ...(isForAll ? [`${limits}: not enforced (media_bridge.enforce: report)`] : []),
    ...[...modules, ...storageProviders]
      .filter(({ isReportOnly }) => isReportOnly)
      .map(({ index }) => `${describe(index, modules.length, names)}: not enforced (${key(index)}: report)`),
  ];
}

function describe(index: number, moduleCount: number, names: ReadonlyMap<number, string>): string {
  const name = names.get(index) ?? "";
  return index < moduleCount ? `module ${index + 1}, ${name}` : `storage provider ${index - moduleCount + 1}, ${name}`;
}
