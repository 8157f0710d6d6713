import { join } from "node:path";
import { failureOf, ModuleFailure, ModuleUnavailable } from "../../callbacks/failure.ts";
import type { TypeScriptProviderConfig } from "../../config/config.ts";
import { MatrixError } from "../../errors.ts";
import { mediaPath, type StoredMedia, toFileInfo } from "../../media-file.ts";
import type { ProviderCall, ProviderOutcome } from "../../metrics/metrics.ts";
import type { StorageProvider } from "../../module-api/storage-provider-api.ts";
import { readRegularFile } from "../../util/regular-file.ts";
import { logFetch, type Doubt, type ProviderParts, type WantedFile } from "../provider-parts.ts";
import { SpoolFailed, untilAborted, writeSpool } from "./spool-writer.ts";

/** A provider that a TypeScript module registered, and the entry that configures it. */
export interface RegisteredProvider extends TypeScriptProviderConfig {
  /** The definition's name, its own among all providers. */
  readonly name: string;
  readonly provider: StorageProvider;
}

/**
 * One provider in TypeScript. It shares the service's process: a deadline ends the wait for it, and its signal tells
 * it.
 */
export class TypeScriptProvider {
  readonly name: string;
  readonly storeLocal: boolean;
  readonly storeRemote: boolean;
  readonly storeSynchronous: boolean;
  readonly #entry: RegisteredProvider;
  readonly #parts: ProviderParts;

  constructor(entry: RegisteredProvider, parts: ProviderParts) {
    this.name = entry.name;
    this.storeLocal = entry.storeLocal;
    this.storeRemote = entry.storeRemote;
    this.storeSynchronous = entry.storeSynchronous;
    this.#entry = entry;
    this.#parts = parts;
  }

  /**
   * Rejects with what the provider threw, or with a {@link ModuleUnavailable}; both are counted. The caller logs them.
   */
  async store(file: StoredMedia, givenUp: (ended: Promise<unknown>) => void): Promise<void> {
    const { deadlines, mediaStorePath } = this.#parts;
    const path = mediaPath(file);
    const onDisk = join(mediaStorePath, path);
    await this.#ask("store", deadlines.storeDeadlineMs, async (signal) => {
      const stored = { path: onDisk, stream: () => readRegularFile(onDisk) };
      signal.throwIfAborted();
      const storing = Promise.resolve(this.#entry.provider.storeFile(path, toFileInfo(file), { file: stored, signal }));
      const tell = () => givenUp(storing.catch(() => undefined));
      signal.addEventListener("abort", tell, { once: true });
      await storing.finally(() => signal.removeEventListener("abort", tell));
      return "stored";
    });
  }

  /**
   * True where it has the file, which is then in the spool; why it may have it nevertheless; undefined where it says
   * that it does not. Rejects where the spool cannot be written.
   */
  async fetch(wanted: WantedFile): Promise<true | Doubt> {
    const path = mediaPath(wanted.file);
    try {
      const outcome = await this.#ask("fetch", this.#parts.deadlines.fetchDeadlineMs, async (signal) => {
        const { lengthBytes } = wanted;
        const body = await this.#entry.provider.fetch(path, toFileInfo(wanted.file), { lengthBytes, signal });
        if (body === undefined || body === null) return "absent";
        if (typeof (body as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] !== "function") {
          throw new TypeError("answered with something that is neither a stream nor nothing");
        }
        await writeSpool(body, wanted, signal);
        return "found";
      });
      return outcome === "found" ? true : undefined;
    } catch (error) {
      if (error instanceof SpoolFailed) throw error.cause;
      const failure = error as Error;
      logFetch({ module: this.name, name: this.name }, path, failure, this.#parts.log);
      return new ModuleFailure(`the storage provider ${this.name} could not fetch a file`, { cause: failure });
    }
  }

  /** False where the module has no way to delete. Rejects as {@link store}. */
  async delete(file: StoredMedia): Promise<boolean> {
    if (this.#entry.provider.deleteFile === undefined) return false;
    await this.#ask("delete", this.#parts.deadlines.storeDeadlineMs, async (signal) => {
      await this.#entry.provider.deleteFile?.(mediaPath(file), toFileInfo(file), { signal });
      return "deleted";
    });
    return true;
  }

  /** Rejects with the provider's failure, which is counted. */
  async #ask(
    call: ProviderCall,
    deadlineMs: number,
    run: (signal: AbortSignal) => Promise<ProviderOutcome>,
  ): Promise<ProviderOutcome> {
    const { metrics, ending } = this.#parts;
    const started = performance.now();
    const count = (outcome: ProviderOutcome) =>
      metrics.providerAsked(this.name, call, outcome, Math.round((performance.now() - started) * 1000));
    const deadline = new AbortController();
    const late = new ModuleUnavailable("timeout", `no answer within ${deadlineMs} ms`);
    const timer = setTimeout(() => deadline.abort(late), deadlineMs);
    const signal = AbortSignal.any([deadline.signal, ending]);
    try {
      const running = run(signal);
      // After its end no code awaits it any more: a rejection must not end the process.
      running.catch(() => undefined);
      const outcome = await untilAborted(running, signal);
      count(outcome);
      return outcome;
    } catch (thrown) {
      if (thrown instanceof SpoolFailed) throw thrown;
      // It may reject with another error for the same reason.
      const error = signal.aborted ? (signal.reason as Error) : failureOf(thrown);
      if (call !== "store" && MatrixError.is(error) && error.status === 404) {
        count("absent");
        return "absent";
      }
      const outcome = error instanceof ModuleUnavailable ? outcomeOf(error) : "failed";
      count(outcome);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function outcomeOf({ reason }: ModuleUnavailable): ProviderOutcome {
  return reason === "timeout" ? "timeout" : "unavailable";
}
