import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Config, PythonModuleConfig } from "../../config/config.ts";
import { isPythonClass } from "../../config/forms/python-class.ts";
import { StartError } from "../../errors.ts";
import { describePythonModule } from "../../modules/python/described-module.ts";
import { loadModulesForDryRun } from "../../server/commands/dry-run.ts";
import { askModule } from "../../shadow/asking/ask-module.ts";
import { moduleSource, type PortedModule } from "../../shadow/port/module-source.ts";
import { sampleConfig } from "../../shadow/port/sample-config.ts";
import { SAMPLE_FILE, type SampleCase, sampleQuestions, withoutRepeats } from "../../shadow/port/sample-questions.ts";
import { parityTestSource } from "../../shadow/port/test-source.ts";
import { isolateModuleOutput } from "../terminal/module-output.ts";
import { showPythonSetup } from "../terminal/python-setup-progress.ts";
import { type OneModuleOptions, openBaseConfig, withOneModule } from "./one-module.ts";
import { alreadyThere, writeNew } from "./write-new.ts";

/** How `media-bridge port` is asked. */
export interface PortOptions extends OneModuleOptions {
  /** The TypeScript file that is to be written. */
  readonly to: string;
}

/**
 * `media-bridge port`: writes the beginning of a TypeScript module for a Python one, and a parity test beside it. Resolves
 * to what to do next; rejects with a StartError, and has changed no file then.
 */
export async function port(path: string, options: PortOptions): Promise<string> {
  const [moduleFile, testFile] = readTarget(options.to);
  if (!isPythonClass(path)) {
    throw new StartError("CONFIG", `${path}: expected the dotted path of a Python class (such as my_package.MyModule)`);
  }
  isolateModuleOutput();
  const base = await openBaseConfig(options);
  try {
    const entry = findEntry(base.config, path, options);
    const ported = await describeModule(base.config, entry);
    const { text, numbers } = sampleConfig(ported.described.config);
    const cases = await askSamples(base.config, { ...entry, configJson: text }, ported, numbers);
    const kinds = [...new Set(ported.described.callbacks.map(({ kind }) => kind))];
    const test = parityTestSource({ moduleFile: basename(moduleFile), path, config: text, kinds, cases });
    writeNew(moduleFile, moduleSource(ported));
    writeNewOr(testFile, test, () => rmSync(moduleFile));
    return describePort(path, entry, moduleFile, testFile, options, cases);
  } finally {
    base.remove();
  }
}

/** The module's file and that of its test. */
function readTarget(to: string): [module: string, test: string] {
  if (!/^[^/]*$|\/[^/]+$/.test(to) || !/[^/]\.ts$/.test(to) || /\.(?:test|d)\.ts$/.test(to)) {
    throw new StartError("CONFIG", `--to ${to}: expected the name of a TypeScript file, such as ./my-module.ts`);
  }
  const module = resolve(to);
  const test = module.replace(/\.ts$/, ".test.ts");
  for (const file of [module, test]) {
    if (existsSync(file)) throw alreadyThere(file);
  }
  if (!existsSync(dirname(module))) {
    throw new StartError("CONFIG", `--to ${to}: the folder ${dirname(module)} does not exist: make it first`);
  }
  return [module, test];
}

function findEntry({ modules }: Config, path: string, { config = [] }: PortOptions): PythonModuleConfig {
  const found = modules.find((entry) => entry.language === "python" && entry.module === path);
  if (found?.language === "python") return found;
  if (config.length === 0) return { index: 0, language: "python", module: path, configJson: "{}" };
  const names = modules.flatMap((entry) => (entry.language === "python" ? [entry.module] : []));
  const known = names.length === 0 ? "it has no Python module" : `its Python modules are ${names.join(", ")}`;
  throw new StartError("CONFIG", `${path} is not a module of this configuration: ${known}`);
}

async function describeModule(config: Config, entry: PythonModuleConfig): Promise<PortedModule> {
  const modules = await loadModulesForDryRun(withOneModule(config, entry), { onProgress: showPythonSetup() });
  try {
    const child = modules.python?.childOf(0);
    if (child === undefined) throw new TypeError("a Python module was loaded without a child");
    return {
      path: entry.module,
      described: await describePythonModule(child, 0),
      unfired: modules.modules[0]?.unfired ?? [],
    };
  } finally {
    await modules.stop(0);
  }
}

/** Asks the Python module, with a configuration that a test may contain. Resolves to undefined where it refuses that. */
async function askSamples(
  config: Config,
  entry: PythonModuleConfig,
  { described }: PortedModule,
  numbers: readonly number[],
): Promise<SampleCase[] | undefined> {
  const onProgress = showPythonSetup();
  const modules = await loadModulesForDryRun(withOneModule(config, entry), { onProgress }).catch((error: unknown) => {
    if (error instanceof StartError) return undefined;
    throw error;
  });
  if (modules === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-port-"));
  try {
    const path = join(folder, "file");
    writeFileSync(path, SAMPLE_FILE);
    const asked = { ...modules, policies: config.mediaBridge.callbacks };
    const cases: SampleCase[] = [];
    for (const kind of new Set(described.callbacks.map((callback) => callback.kind))) {
      for (const args of sampleQuestions(kind, numbers, path)) {
        const { said } = await askModule(asked, { kind, args, askedTs: Date.now() });
        cases.push({ kind, args, said });
      }
    }
    return withoutRepeats(cases);
  } finally {
    await modules.stop(0);
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeNewOr(file: string, text: string, undo: () => void): void {
  try {
    writeNew(file, text);
  } catch (error) {
    undo();
    throw error;
  }
}

function describePort(
  path: string,
  { key, isLegacySpamChecker }: PythonModuleConfig,
  moduleFile: string,
  testFile: string,
  { config: [configFile] = [] }: PortOptions,
  cases: readonly SampleCase[] | undefined,
): string {
  const folder = configFile === undefined ? process.cwd() : dirname(resolve(configFile));
  const from = relative(folder, moduleFile);
  const specifier = from.startsWith(".") ? from : `./${from}`;
  const isOld = isLegacySpamChecker === true || key !== undefined;
  return [
    `wrote ${moduleFile}`,
    `wrote ${testFile}`,
    "",
    "No logic was translated: every callback throws until you have written it, and what it decides about is refused until then.",
    cases === undefined
      ? "The parity test asks nothing yet: the Python module does not take the configuration that the test can contain."
      : `The parity test holds the module to ${cases.length} answers of the Python one.`,
    "",
    "To have it asked beside the Python module, which keeps deciding, add `shadow` to the entry (docs/shadow.md):",
    "",
    "media_bridge:",
    "  modules:",
    `    - ${isOld ? "spam_checker" : "module"}: ${path}`,
    "      # config: as it is",
    "      shadow:",
    `        typescript: ${JSON.stringify(specifier)}`,
  ].join("\n");
}
