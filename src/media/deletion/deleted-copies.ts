import { ModuleUnavailable } from "../../callbacks/failure.ts";
import { mediaPath } from "../../media-file.ts";
import type { Deletion } from "./deletion-rows.ts";
import type { DeletionMeans, DeletionParts, JournalPace } from "./deletion-parts.ts";
import { Pauses } from "./pauses.ts";

/** What is left of the copies of deleted media. */
export interface CopiesLeft {
  /** The storage providers that are still to delete theirs. */
  readonly left: readonly string[];
  /** How long to wait for them, in milliseconds; undefined where that depends on how often they have failed. */
  readonly waitMs?: number;
}

/** Has storage providers delete their copies. One that fails is left alone for a while, whatever the media. */
export class DeletedCopies {
  readonly #parts: Pick<DeletionParts, "clock" | "log">;
  readonly #pauses: Pauses;
  /** Providers of which the log has said that copies stay with them. */
  readonly #named = new Set<string>();

  constructor(parts: Pick<DeletionParts, "clock" | "log">, pace: JournalPace) {
    this.#parts = parts;
    this.#pauses = new Pauses(parts.clock, pace.firstRetryMs / 2);
  }

  /** Never rejects: a provider that fails is logged, and is left. */
  async remove(deletion: Deletion, copies: DeletionMeans["copies"]): Promise<CopiesLeft> {
    const [media] = deletion.files;
    const names = deletion.providers ?? (media && copies?.namesOfAll(media)) ?? [];
    const left: string[] = [];
    let waitMs = 0;
    let hasFailed = false;
    for (const name of names) {
      const leftMs = this.#pauses.leftMs(name);
      if (leftMs > 0) {
        waitMs = Math.max(waitMs, leftMs);
        left.push(name);
      } else if (!(await this.#removeFrom(name, deletion, copies))) {
        hasFailed = true;
        left.push(name);
      }
    }
    if (hasFailed || left.length === 0) return { left };
    return { left, waitMs };
  }

  /** Whether nothing is left to be done at a provider. */
  async #removeFrom(name: string, { mediaId, files, attempts }: Deletion, copies: DeletionMeans["copies"]) {
    const { log } = this.#parts;
    let path: string | undefined;
    try {
      for (const file of files) {
        path = mediaPath(file);
        const outcome = (await copies?.delete(name, file)) ?? "unconfigured";
        if (outcome === "unable") {
          this.#nameOnce(name, "a storage provider has no way to delete: copies of deleted media stay with it");
          return true;
        }
        if (outcome === "unconfigured") {
          this.#nameOnce(name, "a storage provider that is no longer configured has copies of deleted media");
          return false;
        }
      }
      this.#pauses.end(name);
      return true;
    } catch (error) {
      this.#pauses.begin(name);
      // A child that is down logs its own end.
      if (error instanceof ModuleUnavailable && error.reason === "unavailable") return false;
      const traceback = error instanceof Error && "traceback" in error ? { traceback: error.traceback } : {};
      log.error(
        { provider: name, mediaId, path, err: error, ...traceback, attempts: attempts + 1 },
        `the storage provider ${name} could not delete its copy of deleted media; it is tried again`,
      );
      return false;
    }
  }

  #nameOnce(provider: string, words: string): void {
    if (this.#named.has(provider)) return;
    this.#named.add(provider);
    this.#parts.log.warn({ provider }, words);
  }
}
