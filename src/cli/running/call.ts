import { resolve } from "node:path";
import { type RecordedCall, runRecordedCall } from "../../control/call.ts";
import { readArguments } from "../../control/call-arguments.ts";
import { formatReport, type CallReport } from "../../control/call-report.ts";
import { askService, describeAsked, type Asked } from "../../control/ask-service.ts";
import type { Config } from "../../config/config.ts";
import { StartError } from "../../errors.ts";
import { toLine } from "../../shadow/recording/format.ts";
import { recordedFile } from "../../shadow/recording/recorded-file.ts";
import { toQuestion } from "../../shadow/recording/recorder.ts";
import { RecordingFile } from "../../shadow/recording/recording-file.ts";
import { newHeader } from "../../shadow/recording/recordings.ts";
import { VERSION } from "../../version.ts";
import { loadModulesForDryRun } from "../../server/commands/dry-run.ts";
import { isolateModuleOutput } from "../terminal/module-output.ts";
import { showPythonSetup } from "../terminal/python-setup-progress.ts";

/** Whom `media-bridge call` asks, and how it prints the answer. */
export interface CallOptions {
  readonly asked: Asked;
  readonly json: boolean;
  /** The recording to which the question is added. */
  readonly record?: string | undefined;
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
  { asked, json, record }: CallOptions,
): Promise<string> {
  // The service has a working directory of its own.
  const absolute = callback === "check_media_file_for_spam" ? args.map((path) => resolve(path)) : args;
  const { report, answered } = await askAndRecord(config, callback, absolute, asked, record);
  if (json) return JSON.stringify({ asked, ...report }, null, 2);
  const recorded =
    record === undefined
      ? []
      : [`recorded in ${record}: answers of ${answered.length} module${answered.length === 1 ? "" : "s"}`];
  return [describeAsked(asked), formatReport(report), ...recorded].join("\n");
}

async function askAndRecord(
  config: Config,
  callback: string,
  args: readonly string[],
  asked: Asked,
  record: string | undefined,
): Promise<RecordedCall> {
  readArguments(callback, args);
  const ask = asked === "service" ? askRunningService : callOwn;
  if (record === undefined) return ask(config, callback, args, false);
  const file = await RecordingFile.open(resolve(record), newHeader(config.serverName, VERSION));
  try {
    const recorded = await ask(config, callback, args, true);
    const about = callback === "check_media_file_for_spam" ? await recordedFile(args[0] ?? "", Infinity) : undefined;
    const lines = recorded.answered.map(({ module, answered }) => toLine(toQuestion(module, answered, about)));
    await file.append(lines.join("")).catch((cause: Error) => {
      throw new StartError("CONFIG", `${resolve(record)} cannot be written: ${cause.message}`, { cause });
    });
    return recorded;
  } finally {
    await file.close();
  }
}

async function askRunningService(
  config: Config,
  callback: string,
  args: readonly string[],
  record: boolean,
): Promise<RecordedCall> {
  const answer = await askService(config, "call", { callback, args, ...(record && { record }) });
  return record ? (answer as RecordedCall) : { report: answer as CallReport, answered: [] };
}

async function callOwn(config: Config, callback: string, args: readonly string[]): Promise<RecordedCall> {
  isolateModuleOutput();
  const modules = await loadModulesForDryRun(config, { onProgress: showPythonSetup(), mayRead: "anywhere" });
  try {
    return await runRecordedCall(callback, args, modules, config);
  } finally {
    await modules.stop(0);
  }
}
