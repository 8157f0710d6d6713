import { resolve } from "node:path";
import { runCall } from "../control/call.ts";
import { readArguments } from "../control/call-arguments.ts";
import { formatReport, type CallReport } from "../control/call-report.ts";
import { askControl } from "../control/control-client.ts";
import { controlSocketPath } from "../control/control-socket.ts";
import type { Config, LoadedConfig } from "../config/config.ts";
import { loadModulesForDryRun } from "../server/commands/dry-run.ts";
import { isolateModuleOutput } from "./module-output.ts";

/**
 * `media-bridge call`: the real chain, once: that of the running service, with its modules' state, or of modules loaded
 * for this alone where none runs. Resolves to what is to be printed; rejects with a StartError where it cannot be run.
 */
export async function call(
  { config }: LoadedConfig,
  callback: string,
  args: readonly string[],
  options: { json: boolean },
): Promise<string> {
  // The service has a working directory of its own.
  const absolute = callback === "check_media_file_for_spam" ? args.map((path) => resolve(path)) : args;
  const report = (await callRunning(config, callback, absolute)) ?? (await callOwn(config, callback, absolute));
  return options.json ? JSON.stringify(report, null, 2) : formatReport(report);
}

async function callRunning(config: Config, callback: string, args: readonly string[]): Promise<CallReport | undefined> {
  const socket = controlSocketPath(config.mediaBridge.dataPath);
  if (socket === undefined) return undefined;
  return (await askControl(socket, "call", { callback, args })) as CallReport | undefined;
}

async function callOwn(config: Config, callback: string, args: readonly string[]): Promise<CallReport> {
  readArguments(callback, args);
  isolateModuleOutput();
  const modules = await loadModulesForDryRun(config, { onProgress: console.error });
  try {
    return await runCall(callback, args, modules, config);
  } finally {
    await modules.stop(0);
  }
}
