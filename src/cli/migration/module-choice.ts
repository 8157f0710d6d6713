import { existsSync, mkdtempSync, rmSync, type Stats, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Config, ModuleConfig } from "../../config/config.ts";
import { toConfigJson } from "../../config/build/modules.ts";
import { isPythonClass } from "../../config/forms/python-class.ts";
import { toPlainValue } from "../../config/yaml/yaml-value.ts";
import { readYamlFileIfAny } from "../../config/yaml/yaml-file.ts";
import type { YamlNode } from "../../config/yaml/yaml-node.ts";
import { StartError } from "../../errors.ts";

/** A module's configuration as the command line gives it: a file, or JSON. */
export interface GivenConfig {
  readonly text: string;
  /** The option that gives it, as in `--module-config`. */
  readonly option: string;
}

const MAX_CONFIG_BYTES = 16 * 2 ** 20;

/** The entry of a configuration with this number, from 1. Throws a StartError. */
export function findNumberedEntry({ modules }: Config, number: number): ModuleConfig {
  const entry = modules[number - 1];
  if (entry !== undefined) return entry;
  const names = modules.map((module, index) => `${index + 1} (${nameOf(module)})`).join(", ");
  throw new StartError("CONFIG", `--entry ${number}: this configuration has the modules ${names || "of no number"}`);
}

/**
 * A module as the command line names it: `a.b.Class`, or a file of TypeScript or JavaScript. `config` is a file or JSON;
 * where it is absent, that of `like` is taken. Throws a StartError.
 */
export function chooseModule(
  named: string,
  config: GivenConfig | undefined,
  like: ModuleConfig | undefined,
): ModuleConfig {
  const node = config === undefined ? undefined : readConfig(config);
  const isFile = named.includes("/") || /\.[cm]?[jt]s$/.test(named);
  if (isFile) return chooseFile(named, node, like);
  if (!isPythonClass(named)) {
    throw new StartError(
      "CONFIG",
      `${named}: expected a file, such as ./limits.ts, or a Python class, such as a.b.Class`,
    );
  }
  const configJson = node === undefined ? pythonConfigOf(like) : toConfigJson(node);
  const isLegacySpamChecker = like?.language === "python" && like.isLegacySpamChecker === true && like.module === named;
  return { index: 0, language: "python", module: named, configJson, isLegacySpamChecker };
}

/** The module in words. */
export function nameOf(module: ModuleConfig): string {
  return module.language === "python" ? module.module : module.specifier;
}

function chooseFile(named: string, node: YamlNode | undefined, like: ModuleConfig | undefined): ModuleConfig {
  const specifier = resolve(named);
  if (!existsSync(specifier)) throw new StartError("CONFIG", `${named}: the file does not exist`);
  const config = node === undefined ? plainConfigOf(like) : toPlainValue(node);
  return { index: 0, language: "typescript", specifier, from: process.cwd(), config };
}

function readConfig({ text: config, option }: GivenConfig): YamlNode | undefined {
  if (!/^\s*\{/.test(config)) {
    const path = resolve(config);
    expectReadable(path, option);
    return readYamlFileIfAny(path);
  }
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-config-"));
  try {
    const file = join(folder, "--module-config");
    // JSON is YAML.
    writeFileSync(file, config, { mode: 0o600 });
    return readYamlFileIfAny(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One would wait for a pipe, and a device has no end. */
function expectReadable(path: string, option: string): void {
  const found = look(path, option);
  if (!found.isFile()) throw new StartError("CONFIG", `${option}: ${path} is not a file: name a file, or give JSON`);
  if (found.size <= MAX_CONFIG_BYTES) return;
  throw new StartError("CONFIG", `${option}: ${path} has more than ${MAX_CONFIG_BYTES} bytes: name another file`);
}

function look(path: string, option: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    throw new StartError("CONFIG", `${option}: ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function pythonConfigOf(like: ModuleConfig | undefined): string {
  if (like === undefined) return "{}";
  if (like.language === "python") return like.configJson;
  return JSON.stringify(like.config ?? {}, (_key, value: unknown) => {
    if (typeof value !== "bigint") return value;
    throw new StartError(
      "CONFIG",
      "the entry's configuration has an integer beyond 2^53: name one with --module-config",
    );
  });
}

function plainConfigOf(like: ModuleConfig | undefined): unknown {
  if (like === undefined) return {};
  if (like.language === "typescript") return like.config;
  try {
    return JSON.parse(like.configJson, revive);
  } catch (cause) {
    const what = "the entry's configuration has values that TypeScript does not have";
    throw new StartError("CONFIG", `${what}: name one with --module-config`, { cause });
  }
}

/** As a TypeScript module gets what YAML holds: exact integers, and times as text. */
function revive(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")) {
    return BigInt(context?.source ?? "0");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const [[key, member] = []] = Object.entries(value);
  if (key === "!map") throw new TypeError("a mapping whose keys are not text");
  return key === "!date" || key === "!datetime" ? member : value;
}
