import { ModuleUnavailable } from "../../callbacks/failure.ts";
import { mediaPath } from "../../media-file.ts";
import type { Deletion } from "./deletion-rows.ts";
import type { DeletionMeans, DeletionParts } from "./deletion-parts.ts";

/** Has storage providers delete their copies. */
export class DeletedCopies {
  readonly #log: DeletionParts["log"];
  /** Providers of which the log has said that copies stay with them. */
  readonly #named = new Set<string>();

  constructor(log: DeletionParts["log"]) {
    this.#log = log;
  }

  /**
   * Has one provider delete its copies of one media. Never rejects: a provider that fails is logged. Resolves to `left`
   * where a copy may still arrive, to `impossible` where the provider is no longer configured, and to `done` also where
   * the provider cannot delete.
   */
  async remove(
    name: string,
    { mediaId, files, attempts }: Deletion,
    copies: DeletionMeans["copies"],
  ): Promise<"done" | "left" | "failed" | "impossible"> {
    let path: string | undefined;
    let isLeft = false;
    try {
      for (const file of files) {
        path = mediaPath(file);
        const outcome = (await copies?.delete(name, file)) ?? "unconfigured";
        if (outcome === "unable") {
          this.#nameOnce(name, "a storage provider has no way to delete: copies of deleted media stay with it");
          return "done";
        }
        if (outcome === "unconfigured") {
          this.#nameOnce(name, "a storage provider that is no longer configured has copies of deleted media");
          return "impossible";
        }
        if (outcome === "again") isLeft = true;
      }
      return isLeft ? "left" : "done";
    } catch (error) {
      // A child that is down logs its own end.
      if (error instanceof ModuleUnavailable && error.reason === "unavailable") return "failed";
      const traceback = error instanceof Error && "traceback" in error ? { traceback: error.traceback } : {};
      this.#log.error(
        { provider: name, mediaId, path, err: error, ...traceback, attempts: attempts + 1 },
        `the storage provider ${name} could not delete its copy of deleted media; it is tried again`,
      );
      return "failed";
    }
  }

  #nameOnce(provider: string, words: string): void {
    if (this.#named.has(provider)) return;
    this.#named.add(provider);
    this.#log.warn({ provider }, words);
  }
}
