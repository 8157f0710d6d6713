import type { LoadedConfig } from "../../config/config.ts";
import { loadModulesForDryRun } from "../../server/commands/dry-run.ts";
import { type Finding, formatFindings } from "./finding.ts";
import { checkHomeserver, checkUpstream } from "./homeserver.ts";
import { checkListeners } from "./listeners.ts";
import { checkModules } from "./modules.ts";
import { checkRelease } from "./synapse-release.ts";
import { checkUploads } from "./uploads.ts";
import { isolateModuleOutput } from "../terminal/module-output.ts";
import { showPythonSetup } from "../terminal/python-setup-progress.ts";

export interface CheckLiveOptions {
  /** Where clients connect, instead of `public_baseurl`. */
  readonly publicUrl: string | undefined;
  /** Synapse's own files, besides those of the configuration. */
  readonly homeserverConfigs: readonly string[];
}

/**
 * `media-bridge check --live`: asks the running service, the homeserver and the public address. Resolves to what was
 * found, with what to change, and whether there are problems; rejects with a StartError where the configuration or a
 * module cannot be loaded.
 */
export async function checkLive(
  { config, files }: LoadedConfig,
  { publicUrl, homeserverConfigs }: CheckLiveOptions,
): Promise<{ text: string; hasProblems: boolean }> {
  isolateModuleOutput();
  const modules = await loadModulesForDryRun(config, { onProgress: showPythonSetup() });
  try {
    const findings = [
      ...(await checkHomeserver(config)),
      ...(await checkReleases(config)),
      ...(await checkUpstream(config)),
      ...(await checkUploads(config, publicUrl ?? config.publicBaseurl)),
      ...checkListeners(config, [...files, ...homeserverConfigs]),
      ...checkModules([...files, ...homeserverConfigs], modules),
    ];
    return { text: formatFindings(findings), hasProblems: findings.some(({ level }) => level === "problem") };
  } finally {
    await modules.stop(0);
  }
}

/** Of the homeserver, and of the Synapse that keeps media where that is another address. */
async function checkReleases({ mediaBridge: { homeserver, upstream } }: LoadedConfig["config"]): Promise<Finding[]> {
  const urls = new Set([homeserver?.url, upstream?.url].filter((url) => url !== undefined));
  return (await Promise.all([...urls].map(checkRelease))).flat();
}
