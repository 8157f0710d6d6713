import { resolve } from "node:path";
import { runCall } from "../control/call.ts";
import { readArguments } from "../control/call-arguments.ts";
import { formatReport, type CallReport } from "../control/call-report.ts";
import { askService, describeAsked, type Asked } from "../control/ask-service.ts";
import type { Config } from "../config/config.ts";
import { loadModulesForDryRun } from "../server/commands/dry-run.ts";
import { isolateModuleOutput } from "./terminal/module-output.ts";
import { showPythonSetup } from "./terminal/python-setup-progress.ts";

/** Whom `media-bridge call` asks, and how it prints the answer. */
export interface CallOptions {
  readonly asked: Asked;
  readonly json: boolean;
}

/**
 * `media-bridge call`: the real chain, once: that of the service that runs with a configuration, with its modules' state, or of
 * the configuration's modules, loaded for this alone. Resolves to what is to be printed; rejects with a StartError where it
 * cannot be run.
 */
export async function call(
  config: Config,
  callback: string,
  args: readonly string[],
  { asked, json }: CallOptions,
): Promise<string> {
  // The service has a working directory of its own.
  const absolute = callback === "check_media_file_for_spam" ? args.map((path) => resolve(path)) : args;
  const report =
    asked === "service"
      ? ((await askService(config, "call", { callback, args: absolute })) as CallReport)
      : await callOwn(config, callback, absolute);
  return json ? JSON.stringify({ asked, ...report }, null, 2) : `${describeAsked(asked)}\n${formatReport(report)}`;
}

async function callOwn(config: Config, callback: string, args: readonly string[]): Promise<CallReport> {
  readArguments(callback, args);
  isolateModuleOutput();
  const modules = await loadModulesForDryRun(config, { onProgress: showPythonSetup(), mayRead: "anywhere" });
  try {
    return await runCall(callback, args, modules, config);
  } finally {
    await modules.stop(0);
  }
}
