import type { Config, LoadedConfig, ModuleConfig } from "../../config/config.ts";
import { StartError } from "../../errors.ts";
import { readKey } from "../../shadow/differences/shadow-key.ts";
import { shadowKeyPath } from "../../shadow/differences/shadow-schema.ts";
import { Anonymizer } from "../../shadow/parity/anonymous.ts";
import { type ConfiguredShadow, type ParityReport, reportParity } from "../../shadow/parity/parity-report.ts";
import { readRuns } from "../../shadow/parity/read-runs.ts";
import { writeFixtures } from "./fixture-files.ts";
import { formatParity } from "./parity-text.ts";

export interface ParityOptions {
  readonly json: boolean;
  /** How many independent questions of each callback are required. */
  readonly required: number | undefined;
  /** Where the differences are written, and a test beside them. */
  readonly fixture: string | undefined;
  /** Whether user ids and names of servers are replaced. */
  readonly anonymous: boolean;
  /** Whether the answer is for a terminal. */
  readonly isTerminal: boolean;
  readonly print: (text: string) => void;
}

/** The most differences of a shadow that a report in JSON has, and a fixture. */
const MAX_DIFFERENCES = 1000;

/** `media-bridge parity`. Resolves to whether what is required is there. Throws a StartError. */
export function parity({ config }: LoadedConfig, options: ParityOptions): boolean {
  const { json, required, fixture, isTerminal, print } = options;
  const { dataPath } = config.mediaBridge;
  const runs = readRuns(dataPath, { maxDifferences: MAX_DIFFERENCES });
  const found = reportParity(runs, { configured: listShadows(config), required, nowTs: Date.now() });
  const hide = options.anonymous ? anonymize(found, config) : undefined;
  const report = hide === undefined ? found : hide.replace(found);
  print(json ? JSON.stringify(report, null, 2) : formatParity(report, { hasBars: isTerminal }));
  if (fixture !== undefined) {
    const { shadows } = report;
    const serverName = hide === undefined ? config.serverName : hide.replace(config.serverName);
    const written = writeFixtures({ file: fixture, shadows, config, serverName, isAnonymous: hide !== undefined });
    // What is printed as JSON stays one value.
    for (const sentence of written) (json ? console.error : print)(sentence);
  }
  return report.holds !== false;
}

function listShadows({ modules }: Config): ConfiguredShadow[] {
  return modules.flatMap((entry) =>
    entry.shadow === undefined
      ? []
      : [{ index: entry.index, original: nameEntry(entry), candidate: nameEntry(entry.shadow.candidate) }],
  );
}

function nameEntry(entry: ModuleConfig): string {
  return entry.language === "python" ? entry.module : entry.specifier;
}

/** What replaces names under the installation's key, once it knows those of the report. */
function anonymize({ shadows }: ParityReport, { serverName, publicBaseurl, mediaBridge }: Config): Anonymizer {
  const key = readKey(shadowKeyPath(mediaBridge.dataPath));
  if (key === undefined) {
    throw new StartError(
      "STORE",
      "--anonymous: the key that replaces names is made when a shadow is first asked, and none was asked yet",
    );
  }
  const differences = shadows.flatMap((shadow) => shadow.differences);
  const users = new Set(differences.flatMap(({ user }) => (user === null ? [] : [user])));
  const servers = [...users].map((user) => user.slice(user.indexOf(":") + 1));
  const remote = differences.flatMap(({ args }) => serverNamesOf(args));
  return new Anonymizer(key, [serverName, new URL(publicBaseurl).host, ...users, ...servers, ...remote]);
}

/** Names of servers that an argument gives as such. */
function serverNamesOf(args: readonly unknown[]): string[] {
  return args.flatMap((value) => {
    const name = (value as { readonly server_name?: unknown } | null)?.server_name;
    return typeof name === "string" ? [name] : [];
  });
}
