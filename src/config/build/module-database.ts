import { existsSync } from "node:fs";
import { StartError } from "../../errors.ts";
import type { HomeserverDatabaseConfig, ModuleDatabaseConfig } from "../config.ts";
import type { ConfigSources } from "../config-files.ts";
import { buildHomeserverDatabase } from "./homeserver-database.ts";
import { describeIssues } from "../issues.ts";
import type { Settings } from "../schema/schema.ts";
import { SynapseDatabaseSchema } from "../schema/database.ts";
import type { YamlNode } from "../yaml/yaml-node.ts";
import { isFalsyInPython, toPlainValue } from "../yaml/yaml-value.ts";

const KEY = "media_bridge.homeserver.database";

/**
 * The database that modules work on: what `media_bridge.homeserver.database` says; otherwise, where a Synapse keeps the
 * media, the database in Synapse's own file. Paths in Synapse's file are relative to the working directory, as in
 * Synapse.
 *
 * @param own what `media_bridge.homeserver.database` names
 * @throws {StartError} `CONFIG` for a database of Synapse's that cannot be used
 */
export function buildModuleDatabase(
  settings: Settings,
  sources: ConfigSources,
  own: HomeserverDatabaseConfig | undefined,
): ModuleDatabaseConfig {
  const { homeserver, upstream } = settings.media_bridge;
  const file = sources.keys.get("media_bridge")?.file ?? "";
  if (homeserver?.database !== undefined) return { homeserver: own, decidedBy: { key: KEY, file } };
  const named = upstream?.mode === "guard" ? findSynapseDatabase(sources) : undefined;
  if (named === undefined) return { homeserver: undefined, decidedBy: undefined };
  return { homeserver: readSynapseDatabase(named, sources), decidedBy: { key: formatKey(named), file: named.file } };
}

/** What modules get instead of what their author may expect; for the operator. */
export function warnAboutModuleDatabase(
  settings: Settings,
  sources: ConfigSources,
  { homeserver: database, decidedBy }: ModuleDatabaseConfig,
): string[] {
  if (decidedBy !== undefined) return warnAboutMissingFile(database, decidedBy);
  const { homeserver, upstream } = settings.media_bridge;
  const source = findSynapseDatabase(sources);
  if (homeserver === undefined && source !== undefined) {
    const place = `${source.file}:${source.node.line}: ${formatKey(source)}`;
    return [
      `${place}: modules get the service's own database. To give them this one, set ${KEY}, and media_bridge.homeserver.url in place of tokens_file`,
    ];
  }
  if (upstream?.mode !== "guard") return [];
  return [
    `${KEY}: modules get the service's own database, which has none of Synapse's users and rooms: name Synapse's file with --config as well, or set this key to a database or to own`,
  ];
}

/** For example, a path that is relative to another folder than Synapse's, or Synapse's path in a container. */
function warnAboutMissingFile(
  database: HomeserverDatabaseConfig | undefined,
  { key, file }: NonNullable<ModuleDatabaseConfig["decidedBy"]>,
): string[] {
  const path = database?.name === "sqlite3" ? String(database.args["database"]) : undefined;
  if (path === undefined || existsSync(path)) return [];
  return [`${file}: ${key}: there is no file ${path}, and modules that use the database fail`];
}

interface NamedDatabase {
  readonly path: readonly [string, ...string[]];
  readonly file: string;
  readonly node: YamlNode;
}

/** Synapse's `database`, or of several `databases` the one that has the main store. */
function findSynapseDatabase({ keys }: ConfigSources): NamedDatabase | undefined {
  const single = keys.get("database");
  if (single !== undefined && !isFalsyInPython(single.node)) return { path: ["database"], ...single };
  const several = keys.get("databases");
  if (several?.node.kind !== "map") return undefined;
  const main = [...several.node.entries].find(([, node]) => holdsMain(node));
  return main && { path: ["databases", main[0]], file: several.file, node: main[1] };
}

function holdsMain(node: YamlNode): boolean {
  const stores = node.kind === "map" ? node.entries.get("data_stores") : undefined;
  if (stores?.kind !== "list") return true;
  return stores.items.some((item) => item.kind === "str" && item.value === "main");
}

function readSynapseDatabase(
  { path, node }: NamedDatabase,
  sources: ConfigSources,
): HomeserverDatabaseConfig | undefined {
  const { data, error } = SynapseDatabaseSchema.safeParse(toPlainValue(node));
  if (error === undefined) return buildHomeserverDatabase(data, process.cwd());
  const issues = error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
  const mistakes = describeIssues(issues, sources).join("\n  ");
  throw new StartError(
    "CONFIG",
    `${mistakes}\n  modules would work on this database; ${KEY} can name another one, or own`,
  );
}

function formatKey({ path }: NamedDatabase): string {
  return path.join(".");
}
