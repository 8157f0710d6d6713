import { statSync } from "node:fs";
import { resolve } from "node:path";
import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { Config, ModuleConfig } from "../../config/config.ts";
import { StartError } from "../../errors.ts";
import { limitPageUrl } from "../../http/routes/limit-page.ts";
import type { LoadedModules } from "../../modules/load.ts";
import { loadModulesForDryRun } from "../../server/commands/dry-run.ts";
import type { AskedModule } from "../../shadow/asking/ask-module.ts";
import { type EffectFacts, UNKNOWN_FACTS } from "../../shadow/compare/effect.ts";
import { IgnoreRule, loadIgnore } from "../../shadow/compare/ignore.ts";
import { readRecordingHeader } from "../../shadow/recording/read-recording.ts";
import type { QuestionFilter } from "../../shadow/replay/replay-recording.ts";
import { toVisibleText } from "../../util/log/visible-text.ts";
import { Progress } from "../terminal/progress.ts";
import { isolateModuleOutput } from "../terminal/module-output.ts";
import { showPythonSetup } from "../terminal/python-setup-progress.ts";
import { generateFrom } from "./generate.ts";
import { nameOf } from "./module-choice.ts";
import { openBaseConfig, withOneModule } from "./one-module.ts";
import { chooseModules } from "./replayed-modules.ts";
import type { ReplayCommand, ReplayParts } from "./replay-command.ts";
import { replayAll } from "./replay-all.ts";

/** What is printed, and whether a client would get something else from the candidate. */
export interface ReplayAnswer {
  readonly text: string;
  readonly isDifferent: boolean;
}

/** `media-bridge replay`: asks a module the recorded questions, offline. Rejects with a StartError. */
export async function replay(file: string, command: ReplayCommand): Promise<ReplayAnswer> {
  const filter: QuestionFilter = { module: command.of, callbacks: readCallbacks(command.callback ?? []) };
  checkGenerate(command);
  const path = resolve(file);
  const progress = new Progress();
  const warnings: string[] = [];
  const warn = (message: string) => void (warnings.includes(message) || warnings.push(message));
  const header = await readRecordingHeader(path);
  isolateModuleOutput();
  const base = await openBaseConfig({ serverName: header.server_name, ...command });
  const loaded: LoadedModules[] = [];
  try {
    if (base.config.serverName !== header.server_name) {
      warn(`the recording is of ${header.server_name}, and the configuration of ${base.config.serverName}`);
    }
    const { candidate, original, ignore } = chooseModules(base.config, command);
    const load = async (module: ModuleConfig): Promise<AskedModule> => {
      const modules = await loadModulesForDryRun(withOneModule(base.config, module), { onProgress: showPythonSetup() });
      loaded.push(modules);
      return { ...modules, policies: base.config.mediaBridge.callbacks };
    };
    const parts: ReplayParts = {
      path,
      candidate: await load(candidate),
      original: original && (await load(original)),
      filter,
      how: { facts: factsOf(base.config, command), ignore: await openIgnore(ignore, warn) },
      progress,
      warn,
      totalBytes: statSync(path).size,
    };
    const run = command.generate === true ? generateFrom : replayAll;
    const { isDifferent, report, lines } = await run(parts, command).finally(() => progress.end());
    const names = { recording: path, candidate: nameOf(candidate) };
    if (command.json === true) return { text: JSON.stringify({ ...names, ...report, warnings }, null, 2), isDifferent };
    const text = [
      `recording: ${path}`,
      `candidate: ${names.candidate}`,
      ...lines,
      ...warnings.map((line) => `warning: ${line}`),
    ];
    return { text: toVisibleText(text.join("\n")), isDifferent };
  } finally {
    for (const modules of loaded) await modules.stop(0);
    base.remove();
  }
}

function readCallbacks(names: readonly string[]): ReadonlySet<KindName> {
  for (const name of names) {
    if (Object.hasOwn(KINDS, name)) continue;
    throw new StartError("CONFIG", `${name} is not a callback; these are: ${Object.keys(KINDS).join(", ")}`);
  }
  return new Set(names as readonly KindName[]);
}

function checkGenerate({ generate, write, original, entry, module, shadow, seed }: ReplayCommand): void {
  const given = Object.entries({ "--write": write, "--original": original, "--seed": seed });
  const [wrong] = given.find(([, value]) => value !== undefined && generate !== true) ?? [];
  if (wrong !== undefined) throw new StartError("CONFIG", `${wrong} goes with --generate: add that`);
  const canAsk = original !== undefined || (entry !== undefined && (module !== undefined || shadow === true));
  if (write !== undefined && !canAsk) {
    throw new StartError(
      "CONFIG",
      "--write needs the original, whose answers are written: name it with --original, or with --entry beside --module or --shadow",
    );
  }
}

/** What follows from an answer depends on the configuration, where one is named. */
function factsOf(config: Config, { config: files = [] }: ReplayCommand): EffectFacts {
  if (files.length === 0) return UNKNOWN_FACTS;
  const { maxUploadSizeBytes, mediaUploadLimits, publicBaseurl, modules } = config;
  // Which callbacks the others have is not looked at: any of them may be asked next.
  const askedNext = modules.length > 1 ? UNKNOWN_FACTS.askedNext : [];
  return { maxUploadSizeBytes, mediaUploadLimits, limitPage: limitPageUrl(publicBaseurl), askedNext };
}

async function openIgnore(file: string | undefined, warn: (message: string) => void): Promise<IgnoreRule> {
  if (file === undefined) return new IgnoreRule(undefined, warn);
  const place = { index: 0, key: "--ignore", specifier: resolve(file), from: process.cwd() };
  return new IgnoreRule(await loadIgnore(place, { cacheFolder: undefined, generation: 0 }), warn);
}
