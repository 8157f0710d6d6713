import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { BridgeError, RemoteError } from "../../bridge/errors.ts";
import { ModuleFailure, ModuleUnavailable } from "../../callbacks/failure.ts";
import { readCallbackError } from "../../callbacks/slots/python-run.ts";
import type { PythonProviderConfig } from "../../config/config.ts";
import { MatrixError } from "../../errors.ts";
import { mediaPath, type PythonFileInfo, type StoredMedia, toPythonFileInfo } from "../../media-file.ts";
import type { ProviderCall, ProviderOutcome } from "../../metrics/metrics.ts";
import { logFetch, type Doubt, type ProviderParts, type WantedFile } from "../provider-parts.ts";
import type { PythonHost } from "./python-host.ts";

/** How long a provider may still write after it was given up: a thread of Python's cannot be ended, nor seen to end. */
const LATE_MS = 3_600_000;
/** How long a silent child is waited for beyond the deadlines that the child itself enforces. */
const SILENCE_MS = 5_000;

const AttemptSchema = z.tuple([z.enum(["stored", "found", "deleted", "absent", "failed"]), z.number(), z.unknown()]);
const FetchedSchema = z.tuple([z.int().nullable(), z.array(AttemptSchema)]);
/** Nil where the provider has no way to delete. */
const DeletedSchema = AttemptSchema.nullable();
type Attempt = z.infer<typeof AttemptSchema>;

/** What answers for a child. */
type Host = Pick<PythonHost, "request">;

/**
 * Neighbouring storage providers of one Python child, which are asked for a file in one round trip. Paths travel over
 * the channel, bytes never do.
 */
export class PythonProviderGroup {
  readonly host: Host;
  readonly #entries: PythonProviderConfig[] = [];
  readonly #parts: ProviderParts;

  constructor(host: Host, parts: ProviderParts) {
    this.host = host;
    this.#parts = parts;
  }

  add(entry: PythonProviderConfig): void {
    this.#entries.push(entry);
  }

  /**
   * The child asks them in order, writes the file to `spoolPath` and compares length and hash. True where one of them
   * has the file; otherwise why one of them may have it nevertheless, undefined where none has. Rejects with a {@link
   * ModuleUnavailable} where the child cannot be asked.
   */
  async fetch(wanted: WantedFile): Promise<true | Doubt> {
    const entries = this.#entries;
    const { deadlines, log } = this.#parts;
    const params = {
      providers: entries.map(({ index }) => index),
      ...describeFile(wanted.file),
      spool: wanted.spoolPath,
      length: wanted.lengthBytes,
      sha256: wanted.sha256,
      deadline_ms: deadlines.fetchDeadlineMs,
    };
    const deadlineMs = entries.length * deadlines.fetchDeadlineMs + SILENCE_MS;
    const [found, attempts] = FetchedSchema.parse(await ask(this.host, "fetch_file", params, deadlineMs));
    if (found === null && attempts.length !== entries.length) {
      throw new TypeError("the Python child answered for other storage providers than it was asked for");
    }
    let doubt: ModuleFailure | undefined;
    for (const [position, attempt] of attempts.entries()) {
      const entry = entries[position];
      if (entry === undefined) continue;
      const failure = count("fetch", entry, attempt, this.#parts);
      if (failure === undefined) continue;
      logFetch(entry, mediaPath(wanted.file), failure, log);
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
  readonly #entry: PythonProviderConfig;
  readonly #host: Host;
  readonly #parts: ProviderParts;

  constructor(entry: PythonProviderConfig, host: Host, parts: ProviderParts) {
    this.name = entry.name;
    this.storeLocal = entry.storeLocal;
    this.storeRemote = entry.storeRemote;
    this.storeSynchronous = entry.storeSynchronous;
    this.#entry = entry;
    this.#host = host;
    this.#parts = parts;
  }

  /**
   * Rejects with what the provider raised, or with a {@link ModuleUnavailable}; both are counted. The caller logs them.
   */
  async store(file: StoredMedia, givenUp: (ended: Promise<unknown>) => void): Promise<void> {
    try {
      const failure = count("store", this.#entry, AttemptSchema.parse(await this.#ask("store", file)), this.#parts);
      if (failure !== undefined) throw failure;
    } catch (error) {
      const isLate = error instanceof ModuleUnavailable && error.reason === "timeout";
      if (isLate) givenUp(setTimeout(LATE_MS, undefined, { ref: false }));
      throw error;
    }
  }

  /** False where the provider has no `delete_file`, as those written for Synapse. Rejects as {@link store}. */
  async delete(file: StoredMedia): Promise<boolean> {
    const attempt = DeletedSchema.parse(await this.#ask("delete", file));
    if (attempt === null) return false;
    const failure = count("delete", this.#entry, attempt, this.#parts);
    if (failure !== undefined) throw failure;
    return true;
  }

  async #ask(call: "store" | "delete", file: StoredMedia): Promise<unknown> {
    const { deadlines, metrics } = this.#parts;
    const deadlineMs = deadlines.storeDeadlineMs;
    const params = { provider: this.#entry.index, ...describeFile(file), deadline_ms: deadlineMs };
    try {
      return await ask(this.#host, `${call}_file`, params, deadlineMs + SILENCE_MS);
    } catch (error) {
      metrics.providerAsked(this.name, call, "unavailable", 0);
      throw error;
    }
  }
}

async function ask(host: Host, method: string, params: unknown, deadlineMs: number): Promise<unknown> {
  try {
    return await host.request(method, params, { deadlineMs });
  } catch (error) {
    // The shim itself failed: its disk, say. Every other error means that no provider was asked.
    if (!(error instanceof BridgeError) || (error instanceof RemoteError && error.kind !== "unavailable")) throw error;
    const reason = error.code === "TIMEOUT" ? "timeout" : "unavailable";
    throw new ModuleUnavailable(reason, "the storage providers in the Python child cannot be asked", { cause: error });
  }
}

/**
 * Counts the outcome of a provider; returns what it failed with. A 404 that a fetch or a deletion raises means that the
 * provider does not have the file.
 */
function count(
  call: ProviderCall,
  { name }: PythonProviderConfig,
  [outcome, micros, wireError]: Attempt,
  { metrics }: ProviderParts,
): Error | undefined {
  const raised = outcome === "failed" ? readCallbackError(wireError) : undefined;
  const isAbsent = call !== "store" && MatrixError.is(raised) && raised.status === 404;
  const failure = isAbsent ? undefined : raised;
  const counted: ProviderOutcome = isAbsent ? "absent" : failure instanceof ModuleUnavailable ? "timeout" : outcome;
  metrics.providerAsked(name, call, counted, micros);
  return failure;
}

function describeFile(file: StoredMedia): { path: string; file_info: PythonFileInfo } {
  return { path: mediaPath(file), file_info: toPythonFileInfo(file) };
}
