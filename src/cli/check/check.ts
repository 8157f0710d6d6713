import { join, resolve } from "node:path";
import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import { isReportOnly } from "../../callbacks/report-only/unenforced.ts";
import type { CallbackConfig, Config, LoadedConfig } from "../../config/config.ts";
import { isUserId } from "../../config/forms/matrix-names.ts";
import { StartError } from "../../errors.ts";
import { describeLeftOut } from "../../modules/loading/left-out.ts";
import { describeLimits } from "../../control/call-answer.ts";
import type { LoadedModules } from "../../modules/load.ts";
import { SHARED } from "../../modules/python/children/python-plan.ts";
import { listNotEnforced } from "../../server/modules/not-enforced.ts";
import { loadModulesForDryRun } from "../../server/commands/dry-run.ts";
import { expectToStart } from "../../server/start-conditions.ts";
import { isCandidate, originalIndex } from "../../util/candidate-index.ts";
import { SYNAPSE_VERSION } from "../../version.ts";
import { lookAtShadows } from "../../server/shadow/look-at-shadows.ts";
import { describeShadows } from "./describe-shadows.ts";
import { describeSettings } from "./describe-settings.ts";
import { findRunning } from "./find-running.ts";
import { listWarnings } from "./list-warnings.ts";
import { isOwnerUnknown } from "../service-user.ts";
import { setDataAside } from "./set-data-aside.ts";
import { tryCallbacks } from "./try-callbacks.ts";
import { isolateModuleOutput } from "../terminal/module-output.ts";
import { showPythonSetup } from "../terminal/python-setup-progress.ts";

export interface CheckOptions {
  /** The user for whom each deciding callback is called once. */
  readonly tryAs?: string | undefined;
}

/** What `check` found. */
export interface Checked {
  readonly text: string;
  /** Whether something would be decided differently from Synapse, and the configuration does not acknowledge it. */
  readonly hasProblems: boolean;
}

/**
 * `media-bridge check`: loads everything, starts nothing. Resolves to a text that says what would run; rejects with a
 * StartError.
 */
export async function check(loaded: LoadedConfig, options: CheckOptions = {}): Promise<Checked> {
  const { config, undecided, files } = loaded;
  const warnings = listWarnings(loaded);
  const { tryAs } = options;
  if (tryAs !== undefined && !isUserId(tryAs)) {
    throw new StartError("CONFIG", "--try: expected a user id (such as @alice:example.com)");
  }
  const pid = await findRunning(config);
  await expectToStart(config, pid !== undefined);
  isolateModuleOutput();
  const aside = isOwnerUnknown(config) ? setDataAside(config) : undefined;
  const mayRead = tryAs === undefined ? undefined : "homeserver";
  const dryRun = { onProgress: showPythonSetup(), mayRead } as const;
  const modules = await loadModulesForDryRun(aside?.config ?? config, dryRun).catch((error: unknown) => {
    aside?.remove();
    throw error;
  });
  try {
    const tried = tryAs === undefined ? undefined : await tryCallbacks(tryAs, modules, config);
    const text = [
      `configuration: ${files.map((file) => resolve(file)).join(", ")}`,
      ...warnings.map((warning) => `warning: ${warning}`),
      ...listNotEnforced(config, modules).map((what) => `REPORT ONLY: ${what}`),
      "",
      ...describePaths(loaded),
      ...describeSettings(config),
      "",
      ...describeModules(modules),
      ...describeShadows(await lookAtShadows(aside?.config ?? config, modules)),
      ...describeStorageProviders(modules),
      ...describeChains(modules, config.mediaBridge.callbacks),
      ...(tried?.lines ?? []),
      ...describeUnseen({ pid, isTried: tried !== undefined, isAside: aside !== undefined }),
      `Synapse imitated: ${SYNAPSE_VERSION}`,
    ].join("\n");
    return { text, hasProblems: undecided.length > 0 || hasMisfit(modules) || tried?.hasProblems === true };
  } finally {
    await modules.stop(0);
    aside?.remove();
  }
}

/** What `check` does not look at, so that its silence is not taken for consent. */
function describeUnseen(seen: { pid: number | undefined; isTried: boolean; isAside: boolean }): string[] {
  return [
    "not looked at:",
    "  whether the homeserver, the upstream and the public address answer (check --live asks them)",
    ...(seen.isTried ? [] : ["  what callbacks answer (check --try @user:server asks each of them once)"]),
    "  what modules do by themselves or send elsewhere: it is held back",
    ...(seen.pid === undefined
      ? []
      : [`  whether the addresses are free: the service of this data path runs (process ${seen.pid})`]),
    ...(seen.isAside
      ? ["  whose the data path will be: it does not exist, and this is root; nothing was made there"]
      : []),
    "",
  ];
}

function describePaths({ config }: LoadedConfig): string[] {
  const { listen, dataPath, database, homeserver, tokensFile, python } = config.mediaBridge;
  return [
    `server name:  ${config.serverName}`,
    `listens on:   ${"path" in listen ? listen.path : `${listen.host}:${listen.port}`}`,
    `media store:  ${config.mediaStorePath}`,
    `data:         ${dataPath}`,
    `database:     ${database.path}`,
    `modules get:  ${describeModuleDatabase(config)}`,
    `limits:       ${describeLimits(config.mediaUploadLimits, config)}`,
    homeserver ? `homeserver:   ${homeserver.url}` : `tokens file:  ${tokensFile}`,
    `python:       ${python.executable ?? join(dataPath, "python", "bin", "python")}`,
    ...python.path.map((folder) => `python path:  ${folder}`),
  ];
}

/** Which database modules work on, and which key says so; never a password. */
function describeModuleDatabase({ mediaBridge: { moduleDatabase, database } }: Config): string {
  const { homeserver, decidedBy } = moduleDatabase;
  const by = decidedBy === undefined ? "" : ` (${decidedBy.key} in ${decidedBy.file})`;
  if (homeserver === undefined) return `the service's own database, ${database.path}${by}`;
  if (homeserver.name === "sqlite3") return `SQLite, ${String(homeserver.args["database"])}${by}`;
  const { dbname, database: named, host } = homeserver.args;
  const where = host === undefined ? "" : ` on ${String(host)}`;
  const name = String(dbname ?? named ?? "its user's database");
  // PostgreSQL accepts a whole connection string as a name, and that may contain a password.
  return `PostgreSQL, ${/:\/\/|=/.test(name) ? "the database of a connection string" : name}${where}${by}`;
}

function describeModules({ modules }: LoadedModules): string[] {
  if (modules.length === 0) return ["no modules", ""];
  const lines = modules.flatMap((module) => {
    const { index, name, language, file, child, unfired } = module;
    const leftOut = describeLeftOut(module);
    return [
      `${isCandidate(index) ? "candidate of module" : "module"} ${originalIndex(index) + 1}: ${name} (${language}${file === null ? "" : `, ${file}`}${child === null || child === SHARED ? "" : ", in a child of its own"})`,
      ...(unfired.length === 0
        ? []
        : [
            `  registers callbacks that this service never fires (keep it in the homeserver too; the two share state through the database only): ${unfired.join(", ")}`,
          ]),
      ...(leftOut === undefined ? [] : [`  ${leftOut}`]),
    ];
  });
  return [...lines, ""];
}

function describeStorageProviders({ storageProviders }: LoadedModules): string[] {
  if (storageProviders.length === 0) return [];
  const lines = storageProviders.map((provider, index) => {
    const { language, file, storeLocal, storeRemote, storeSynchronous } = provider;
    const kept = [storeLocal && "local media", storeRemote && "media of other servers"].filter(Boolean).join(" and ");
    const how = kept === "" ? "stores nothing" : `stores ${kept}, ${storeSynchronous ? "" : "not "}awaited`;
    return `storage provider ${index + 1}: ${"module" in provider ? provider.module : provider.name} (${language}${file === null ? "" : `, ${file}`}): ${how}`;
  });
  return [...lines, ""];
}

const LIFTING = "  a module that answers an empty list ([]) lifts all limits: that user may upload without limit";

function describeChains({ registry }: LoadedModules, policies: Config["mediaBridge"]["callbacks"]): string[] {
  return (Object.keys(KINDS) as KindName[]).flatMap((kind) => {
    const slots = registry.slots(kind);
    if (slots.length === 0) return [];
    const lines = slots.map((slot, index) => {
      const file = slot.file === null ? "" : `  ${slot.file}`;
      const misfit = slot.misfit === undefined ? "" : `\n     does not fit: ${slot.misfit}`;
      const language = isReportOnly(slot) ? `${slot.language}, report only` : slot.language;
      return `  ${index + 1}. ${slot.module.name} (${language}) ${slot.name}${file}${misfit}`;
    });
    const lifting = kind === "get_media_upload_limits_for_user" ? [LIFTING] : [];
    return [kind, ...lines, ...lifting, describePolicy(kind, policies[kind]), ""];
  });
}

/** Whether a callback cannot be called. One of TypeScript can, whatever it takes. */
function hasMisfit({ registry }: LoadedModules): boolean {
  const slots = (Object.keys(KINDS) as KindName[]).flatMap((kind) => registry.slots(kind));
  return slots.some(({ language, misfit }) => language === "python" && misfit !== undefined);
}

/** What a request gets whose module cannot be asked, or does not answer in time. */
function describePolicy(kind: KindName, { deadlineMs, onUnavailable }: CallbackConfig): string {
  const consequence = KINDS[kind].notification
    ? "it is not told"
    : onUnavailable === "refuse"
      ? "the request is answered 503"
      : "it is skipped";
  return `  a module that cannot be asked, or takes more than ${deadlineMs / 1000} s: ${consequence}`;
}
