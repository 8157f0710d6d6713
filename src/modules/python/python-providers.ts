import { z } from "zod";
import { BridgeError, RemoteError } from "../../bridge/errors.ts";
import { ModuleFailure, ModuleUnavailable } from "../../callbacks/failure.ts";
import { readCallbackError } from "../../callbacks/python-run.ts";
import type { MediaBridgeConfig, StorageProviderConfig } from "../../config/config.ts";
import { MatrixError } from "../../errors.ts";
import { mediaPath, type PythonFileInfo, type StoredMedia, toPythonFileInfo } from "../../media-file.ts";
import type { Metrics, ProviderOutcome } from "../../metrics/metrics.ts";
import type { Logger } from "../../util/log.ts";
import type { PythonHost } from "./python-host.ts";

/** A file that is to come back, and where to. */
interface Wanted {
  readonly file: StoredMedia;
  readonly spoolPath: string;
  readonly lengthBytes: number;
  readonly sha256: string | null;
}

export interface PythonProvidersOptions {
  readonly hosts: { childOf(index: number): Pick<PythonHost, "request"> | undefined };
  readonly entries: readonly StorageProviderConfig[];
  readonly deadlines: MediaBridgeConfig["storageProviders"];
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Beyond the deadlines that the child itself holds: how long a silent child is waited for. */
const SILENCE_MS = 5_000;

const AttemptSchema = z.tuple([z.enum(["stored", "found", "absent", "failed"]), z.number(), z.unknown()]);
const FetchedSchema = z.tuple([z.int().nullable(), z.array(AttemptSchema)]);
type Attempt = z.infer<typeof AttemptSchema>;

/** The storage providers in the Python child. Paths go over the channel, bytes never do. */
export class PythonProviders {
  readonly all: readonly PythonProvider[];
  readonly #options: PythonProvidersOptions;

  constructor(options: PythonProvidersOptions) {
    this.#options = options;
    this.all = options.entries.map((entry) => new PythonProvider(entry, options));
  }

  /**
   * One round trip for all providers of one child: it asks them in order, writes the file to `spoolPath` and compares length and
   * hash. True where a right file lies there, false where every provider says that it does not have the file. Rejects where none
   * gives it and one of them did not say so: with a {@link ModuleFailure} of a provider that failed, with a
   * {@link ModuleUnavailable} where a child could not be asked.
   */
  async fetch(wanted: Wanted): Promise<boolean> {
    let doubt: Error | undefined;
    for (const entries of this.#neighbours()) {
      try {
        const answer = await this.#fetchFrom(entries, wanted);
        if (answer === true) return true;
        doubt ??= answer;
      } catch (error) {
        if (!(error instanceof ModuleUnavailable)) throw error;
        doubt ??= error;
      }
    }
    if (doubt !== undefined) throw doubt;
    return false;
  }

  /** The providers in order, those together that one child can be asked for in one go. */
  #neighbours(): StorageProviderConfig[][] {
    const groups: StorageProviderConfig[][] = [];
    for (const entry of this.#options.entries) {
      const last = groups.at(-1)?.[0];
      const { hosts } = this.#options;
      if (last !== undefined && hosts.childOf(last.index) === hosts.childOf(entry.index)) groups.at(-1)?.push(entry);
      else groups.push([entry]);
    }
    return groups;
  }

  /** True where one of them has the file; otherwise why one of them may have it all the same, undefined where none has. */
  async #fetchFrom(
    entries: readonly StorageProviderConfig[],
    wanted: Wanted,
  ): Promise<true | ModuleFailure | undefined> {
    const { hosts, deadlines } = this.#options;
    const host = hosts.childOf(entries[0]?.index ?? -1);
    const params = {
      providers: entries.map(({ index }) => index),
      ...describeFile(wanted.file),
      spool: wanted.spoolPath,
      length: wanted.lengthBytes,
      sha256: wanted.sha256,
      deadline_ms: deadlines.fetchDeadlineMs,
    };
    const deadlineMs = entries.length * deadlines.fetchDeadlineMs + SILENCE_MS;
    const [found, attempts] = FetchedSchema.parse(await ask(host, "fetch_file", params, deadlineMs));
    if (found === null && attempts.length !== entries.length) {
      throw new TypeError("the Python child answered for other storage providers than it was asked for");
    }
    let doubt: ModuleFailure | undefined;
    for (const [position, attempt] of attempts.entries()) {
      const entry = entries[position];
      if (entry === undefined) continue;
      const failure = count("fetch", entry, attempt, this.#options);
      if (failure === undefined) continue;
      logFetch(entry, mediaPath(wanted.file), failure, this.#options);
      doubt ??= new ModuleFailure(`the storage provider ${entry.name} could not fetch a file`, { cause: failure });
    }
    return found === null ? doubt : true;
  }
}

/** One provider in the Python child. */
export class PythonProvider {
  readonly name: string;
  readonly storeLocal: boolean;
  readonly storeRemote: boolean;
  readonly storeSynchronous: boolean;
  readonly #entry: StorageProviderConfig;
  readonly #options: PythonProvidersOptions;

  constructor(entry: StorageProviderConfig, options: PythonProvidersOptions) {
    this.name = entry.name;
    this.storeLocal = entry.storeLocal;
    this.storeRemote = entry.storeRemote;
    this.storeSynchronous = entry.storeSynchronous;
    this.#entry = entry;
    this.#options = options;
  }

  /** Rejects with what the provider raised, or with a {@link ModuleUnavailable}; both are counted. The caller logs them. */
  async store(file: StoredMedia): Promise<void> {
    const { hosts, deadlines, metrics } = this.#options;
    const host = hosts.childOf(this.#entry.index);
    const deadlineMs = deadlines.storeDeadlineMs;
    const params = { provider: this.#entry.index, ...describeFile(file), deadline_ms: deadlineMs };
    let answer: unknown;
    try {
      answer = await ask(host, "store_file", params, deadlineMs + SILENCE_MS);
    } catch (error) {
      metrics.providerAsked(this.name, "store", "unavailable", 0);
      throw error;
    }
    const failure = count("store", this.#entry, AttemptSchema.parse(answer), this.#options);
    if (failure !== undefined) throw failure;
  }
}

async function ask(
  host: Pick<PythonHost, "request"> | undefined,
  method: string,
  params: unknown,
  deadlineMs: number,
): Promise<unknown> {
  if (host === undefined) throw new TypeError("a storage provider lives in no child");
  try {
    return await host.request(method, params, { deadlineMs });
  } catch (error) {
    // The shim itself failed: its disk, say. Everything else means that nobody was asked.
    if (!(error instanceof BridgeError) || (error instanceof RemoteError && error.kind !== "unavailable")) throw error;
    const reason = error.code === "TIMEOUT" ? "timeout" : "unavailable";
    throw new ModuleUnavailable(reason, "the storage providers in the Python child cannot be asked", { cause: error });
  }
}

/** Counts how a provider did; answers what it failed with. A 404 that a fetch raises says that it has no such file. */
function count(
  call: "store" | "fetch",
  { name }: StorageProviderConfig,
  [outcome, micros, wireError]: Attempt,
  { metrics }: PythonProvidersOptions,
): Error | undefined {
  const raised = outcome === "failed" ? readCallbackError(wireError) : undefined;
  const isAbsent = call === "fetch" && MatrixError.is(raised) && raised.status === 404;
  const failure = isAbsent ? undefined : raised;
  const counted: ProviderOutcome = isAbsent ? "absent" : failure instanceof ModuleUnavailable ? "timeout" : outcome;
  metrics.providerAsked(name, call, counted, micros);
  return failure;
}

function logFetch(
  { module, name }: StorageProviderConfig,
  path: string,
  failure: Error,
  { log }: PythonProvidersOptions,
): void {
  const traceback = "traceback" in failure ? { traceback: failure.traceback } : {};
  const facts = { module, provider: name, path, err: failure, ...traceback };
  if (MatrixError.is(failure)) log.warn(facts, `the storage provider ${name} refused to fetch a file`);
  else log.error(facts, `the storage provider ${name} could not fetch a file`);
}

function describeFile(file: StoredMedia): { path: string; file_info: PythonFileInfo } {
  return { path: mediaPath(file), file_info: toPythonFileInfo(file) };
}
