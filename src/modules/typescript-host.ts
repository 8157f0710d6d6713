import { createRequire } from "node:module";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { CallbackRegistry } from "../callbacks/registry.ts";
import { KINDS, type Kind, type KindName } from "../callbacks/kinds.ts";
import { isPlainObject } from "../callbacks/json-text.ts";
import type { SlotModule } from "../callbacks/slot.ts";
import type { TypeScriptModuleConfig } from "../config/config.ts";
import { StartError } from "../errors.ts";
import type { Logger } from "../util/log.ts";
import type { ModuleApi, ModuleDefinition } from "./definition.ts";

/** A module whose configuration is parsed and that waits for its turn to be set up. */
export interface ParsedModule {
  readonly module: SlotModule;
  /** Its file, absolute. */
  readonly file: string;
  setup(api: ModuleApi): Promise<void>;
}

/**
 * Imports a TypeScript or JavaScript module, without a build step, and parses its configuration.
 * Rejects with a {@link StartError} that names the module and what is wrong, never a value of its configuration.
 */
export async function parseTypeScriptModule(entry: TypeScriptModuleConfig): Promise<ParsedModule> {
  const file = resolveFile(entry);
  const definition = readDefinition(entry, await importFile(entry, file));
  const config = parseModuleConfig(entry, definition);
  const module: SlotModule = { index: entry.index, name: definition.name, language: "typescript" };
  return {
    module,
    file,
    setup: async (api) => {
      try {
        await definition.setup(api, config);
      } catch (error) {
        throw new StartError("MODULE", `${describeEntry(entry)}: setup failed: ${describeError(error)}`, {
          cause: error,
        });
      }
    },
  };
}

/** The API for one module: what it registers goes to the end of the chains. */
export function createModuleApi(
  module: SlotModule,
  file: string,
  service: { serverName: string; publicBaseurl: string | null; registry: CallbackRegistry; log: Logger },
): ModuleApi {
  const register = (group: Kind<KindName>["group"], callbacks: object) => {
    for (const name of namesIn(callbacks, group)) {
      const callback: unknown = (callbacks as Record<string, unknown>)[name];
      if (callback === undefined || callback === null) continue;
      const kind = kindOf(group, name);
      if (kind === undefined) throw new TypeError(`${module.name} registers ${name}, which is no callback of ${group}`);
      if (typeof callback !== "function")
        throw new TypeError(`${module.name} registers ${name}, which cannot be called`);
      const nth = service.registry.slots(kind).filter((slot) => slot.module.index === module.index).length;
      const call = callback.bind(callbacks) as (...args: unknown[]) => unknown;
      service.registry.add({ language: "typescript", kind, module, nth, name: callback.name || name, file, call });
    }
  };
  return {
    serverName: service.serverName,
    publicBaseurl: service.publicBaseurl,
    log: service.log.child({ module: module.name }),
    registerMediaRepositoryCallbacks: (callbacks) => register("media_repository", callbacks),
    registerSpamCheckerCallbacks: (callbacks) => register("spam_checker", callbacks),
  };
}

/** What an object registers: all that a plain one holds, and of another one, whose methods are no members, the callbacks. */
function namesIn(callbacks: object, group: Kind<KindName>["group"]): string[] {
  if (isPlainObject(callbacks)) return Object.keys(callbacks);
  const natives = Object.values(KINDS)
    .filter((kind) => kind.group === group)
    .map(({ native }) => native);
  const names = natives.filter((native) => native in callbacks);
  if (names.length === 0) throw new TypeError(`an object without a single callback of ${group} was registered`);
  return names;
}

function kindOf(group: Kind<KindName>["group"], native: string): KindName | undefined {
  return (Object.keys(KINDS) as KindName[]).find(
    (kind) => KINDS[kind].native === native && KINDS[kind].group === group,
  );
}

function resolveFile(entry: TypeScriptModuleConfig): string {
  if (isAbsolute(entry.specifier)) return entry.specifier;
  try {
    return createRequire(`${entry.from}/`).resolve(entry.specifier);
  } catch (error) {
    throw new StartError("MODULE", `${describeEntry(entry)}: no such package can be found from ${entry.from}`, {
      cause: error,
    });
  }
}

async function importFile(entry: TypeScriptModuleConfig, file: string): Promise<unknown> {
  try {
    // A JavaScript file needs no help; jiti costs 30 ms at start, so only who uses TypeScript pays for it.
    if (/\.m?js$/.test(file) && import.meta.url.endsWith(".js")) return await import(pathToFileURL(file).href);
    const { createJiti } = await import("jiti");
    const jiti = createJiti(import.meta.url, {
      interopDefault: false,
      moduleCache: true,
      virtualModules: await ownModules(),
    });
    return await jiti.import(file);
  } catch (error) {
    throw new StartError(
      "MODULE",
      `${describeEntry(entry)}: cannot be imported from ${file}: ${describeError(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** This package and zod, as modules see them, also from a folder without `node_modules`. */
async function ownModules(): Promise<Record<string, unknown>> {
  return { "synapse-media-bridge": await import("../index.ts"), zod: await import("zod") };
}

function readDefinition(entry: TypeScriptModuleConfig, imported: unknown): ModuleDefinition {
  const definition = (imported as { default?: Partial<ModuleDefinition> } | undefined)?.default;
  if (typeof definition?.setup !== "function" || typeof definition.name !== "string") {
    throw new StartError("MODULE", `${describeEntry(entry)}: its default export is not what defineModule() returns`);
  }
  return definition as ModuleDefinition;
}

function parseModuleConfig(entry: TypeScriptModuleConfig, { configSchema }: ModuleDefinition): unknown {
  if (configSchema === undefined) return entry.config;
  const parsed = configSchema.safeParse(entry.config);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => {
    const place = ["config", ...issue.path].map(String).join(".");
    return `  ${place}: ${"expected" in issue ? `expected ${String(issue.expected)}` : issue.code.replaceAll("_", " ")}, found ${typeAt(entry.config, issue.path)}`;
  });
  throw new StartError("MODULE", `${describeEntry(entry)}: its configuration is wrong\n${issues.join("\n")}`);
}

function typeAt(config: unknown, path: readonly PropertyKey[]): string {
  let value = config;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  if (value === undefined) return "nothing";
  return value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
}

function describeEntry(entry: TypeScriptModuleConfig): string {
  return `module ${entry.index + 1} (typescript: ${entry.specifier})`;
}

function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : `threw ${typeof error}`;
}
