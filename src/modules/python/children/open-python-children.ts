import type { CallbackRegistry } from "../../../callbacks/slots/registry.ts";
import { maxWebBodyBytes } from "../../../web/body-limit.ts";
import type { CompleteOptions } from "../../loading/load-options.ts";
import { PythonChildren } from "./python-children.ts";
import { ensurePythonEnvironment } from "./python-environment.ts";
import { PythonHost } from "../python-host.ts";
import { planPythonChildren, SHARED, type PlannedChild } from "./python-plan.ts";
import { PythonWeb } from "../python-web.ts";
import { serviceFacts } from "../../service-facts.ts";
import { SocketFolder } from "./socket-folder.ts";

/**
 * The Python children of the configuration, not yet running. Makes their environment where it has to be made; rejects
 * with a StartError.
 */
export async function openPythonChildren(
  registry: CallbackRegistry,
  options: CompleteOptions,
): Promise<PythonChildren> {
  const planned = planPythonChildren(options.config);
  const executables = new Map<string | undefined, string>();
  for (const { executable } of planned) {
    if (!executables.has(executable)) executables.set(executable, await ensureExecutable(executable, options));
  }
  return new PythonChildren(
    planned.map((plan) => createHost(plan, executables.get(plan.executable) ?? "", registry, options)),
  );
}

function ensureExecutable(
  executable: string | undefined,
  { config: { mediaBridge }, log, onProgress }: CompleteOptions,
): Promise<string> {
  return ensurePythonEnvironment({
    executable,
    requirements: mediaBridge.python.requirements,
    dataPath: mediaBridge.dataPath,
    needsPostgres: mediaBridge.moduleDatabase.homeserver?.name === "psycopg2",
    onProgress: onProgress ?? ((line) => log.info({ python: { logger: "setup" } }, line)),
  });
}

function createHost(
  { name, entries, storageProviders, environment, maxMemoryBytes, executable: namedExecutable }: PlannedChild,
  executable: string,
  registry: CallbackRegistry,
  {
    config,
    dryRun,
    mayGet = false,
    maxTransactionMs,
    requests = {},
    web,
    onBlocked,
    onWaited,
    ...options
  }: CompleteOptions,
): PythonHost {
  const { python, dataPath } = config.mediaBridge;
  const log = name === SHARED ? options.log : options.log.child({ child: name });
  return new PythonHost({
    name,
    executable,
    namedExecutable,
    environment,
    searchPath: python.path,
    maxMemoryBytes,
    blockedAfterMs: python.blockedAfterMs,
    admission: python.admission,
    entries,
    storageProviders,
    service: serviceFacts(config),
    requests,
    registry,
    web: new PythonWeb({
      resources: web.resources,
      sockets: new SocketFolder(dataPath),
      maxBodyBytes: maxWebBodyBytes(config.maxUploadSizeBytes),
      log,
    }),
    log,
    dryRun,
    mayGet,
    maxTransactionMs,
    onBlocked,
    onWaited,
  });
}
