import { resolve } from "node:path";
import { StartError } from "../../errors.ts";
import type { Config, PythonConfig, PythonOverride } from "../config.ts";
import type { ConfigSources } from "../config-files.ts";
import type { MediaBridgeSettings } from "../schema/media-bridge.ts";
import { findNode } from "../yaml/yaml-node.ts";

type PythonSettings = MediaBridgeSettings["python"];

/**
 * The settings under `media_bridge.python`, their paths resolved against `folder`, the folder of the file that names
 * them.
 */
export function buildPython(python: PythonSettings, folder: string): PythonConfig {
  const { requirements, overrides } = python;
  return {
    ...buildExecutable(python, folder),
    path: python.path.map((path) => resolve(folder, path)),
    ...(requirements !== undefined && { requirements: resolve(folder, requirements) }),
    environment: python.environment,
    maxMemoryBytes: python.max_memory,
    blockedAfterMs: python.blocked_after,
    isolation: python.isolation,
    overrides: Object.fromEntries(
      Object.entries(overrides).map(([name, override]) => [name, buildOverride(override, folder)]),
    ),
    admission: { maxInFlight: python.max_in_flight, maxQueued: python.max_queued, maxWaitMs: python.max_wait },
    webMaxWaitMs: python.web_max_wait,
  };
}

/**
 * Throws a {@link StartError} `CONFIG` where an override names a class that the rest of the configuration does not
 * name.
 */
export function checkOverrides({ modules, storageProviders, mediaBridge }: Config, sources: ConfigSources): void {
  const names = new Set([...modules, ...storageProviders].map((entry) => "module" in entry && entry.module));
  const source = sources.keys.get("media_bridge");
  for (const name of Object.keys(mediaBridge.python.overrides)) {
    if (names.has(name) || source === undefined) continue;
    const { nearest } = findNode(source.node, ["python", "overrides", name]);
    const place = `${source.file}:${nearest.line}: media_bridge.python.overrides.${name}`;
    throw new StartError(
      "CONFIG",
      `${place}: expected the class of a Python module or storage provider of this configuration`,
    );
  }
}

/**
 * Nothing is installed into an interpreter that the operator names: an operator who names requirements as well may
 * expect otherwise.
 */
export function warnAboutRequirements({ executable, requirements }: PythonConfig): string[] {
  if (executable === undefined || requirements === undefined) return [];
  const install = `${executable} -m pip install -r ${requirements}`;
  return [
    `media_bridge.python.requirements: not installed, because nothing is installed into the interpreter that python.executable names; install them with: ${install}`,
  ];
}

function buildOverride(override: PythonSettings["overrides"][string], folder: string): PythonOverride {
  return {
    ...buildExecutable(override, folder),
    environment: override.environment,
    ...(override.max_memory !== undefined && { maxMemoryBytes: override.max_memory }),
  };
}

function buildExecutable({ executable }: { executable?: string | undefined }, folder: string): { executable?: string } {
  if (executable === undefined) return {};
  return { executable: executable.includes("/") ? resolve(folder, executable) : executable };
}
