import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Config, ModuleConfig } from "../../config/config.ts";
import { loadConfig } from "../../config/load-config.ts";
import { loadAsService } from "../terminal/command-line.ts";

/** With what a module is loaded that no service runs. */
export interface OneModuleOptions {
  /** Files of a configuration, whose settings hold; without them, defaults do. */
  readonly config?: readonly string[] | undefined;
  /** Folders for `sys.path`, in front of those of the configuration. */
  readonly pythonPath?: readonly string[] | undefined;
  /** The Python interpreter, in place of the configuration's. */
  readonly python?: string | undefined;
  /** Without a configuration. */
  readonly serverName?: string | undefined;
}

/** A configuration in which a module can be loaded. */
export interface BaseConfig {
  readonly config: Config;
  /** Removes what was made for it. */
  remove(): void;
}

const SOME_SERVER = "example.test";

/** The configuration that the options name, or one of defaults in a folder for temporary files. Rejects with a StartError. */
export async function openBaseConfig(options: OneModuleOptions): Promise<BaseConfig> {
  const given = options.config ?? [];
  if (given.length > 0) {
    return { config: withPython((await loadAsService(given)).config, options), remove: () => undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-module-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    return { config: withPython(loadConfig([writeDefaults(folder, options)]).config, options), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The same configuration with one module in it, and nothing else of Python's or TypeScript's. */
export function withOneModule(config: Config, { shadow: _itsShadow, ...module }: ModuleConfig): Config {
  // What it decides is what is asked, whether or not a service enforces it.
  return { ...config, modules: [{ ...module, index: 0, isReportOnly: false }], storageProviders: [] };
}

function withPython(config: Config, { python, pythonPath = [] }: OneModuleOptions): Config {
  const own = config.mediaBridge.python;
  const executable = python?.includes("/") === true ? resolve(python) : python;
  const path = [...pythonPath.map((folder) => resolve(folder)), ...own.path];
  const changed = { ...own, path, ...(executable !== undefined && { executable }) };
  return { ...config, mediaBridge: { ...config.mediaBridge, python: changed } };
}

function writeDefaults(folder: string, { serverName = SOME_SERVER }: OneModuleOptions): string {
  const file = join(folder, "media-bridge.yaml");
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "tokens.yaml"), "{}", { mode: 0o600 });
  const settings = {
    server_name: serverName,
    media_store_path: join(folder, "media"),
    media_bridge: { tokens_file: "./tokens.yaml", data_path: "./data" },
  };
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(settings));
  return file;
}
