import { mediaPath, type StoredMedia } from "../../../src/media-file.ts";
import { ModuleUnavailable } from "../../../src/callbacks/failure.ts";
import type { GivenUp, StorageProvider } from "../../../src/media/copies/provider.ts";

/** A provider that keeps the paths that it was given, and fails as often as it is told to. */
export class Bucket implements StorageProvider {
  readonly storeLocal = true;
  readonly storeRemote = false;
  readonly storeSynchronous = false;
  readonly kept = new Set<string>();
  readonly deleted: string[] = [];
  readonly calls: string[] = [];
  readonly name: string;
  failures = 0;
  asked = 0;
  isAble = true;
  /** Each file is past its deadline at once, and may still be stored until this is settled. */
  late: Promise<void> | undefined;
  readonly #storing = Promise.withResolvers<void>();
  readonly #finished = Promise.withResolvers<void>();
  #onDeleted = () => undefined as void;

  constructor(name = "bucket") {
    this.name = name;
  }

  /** Resolves when the first file is being stored; it is kept after {@link finish}. */
  get storing(): Promise<void> {
    return this.#storing.promise;
  }

  finish(): void {
    this.#finished.resolve();
  }

  deletedAll(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onDeleted = () => this.deleted.length >= count && resolve();
      this.#onDeleted();
    });
  }

  async store(file: StoredMedia, givenUp: GivenUp): Promise<void> {
    this.#storing.resolve();
    if (this.late !== undefined) {
      givenUp(this.late);
      throw new ModuleUnavailable("timeout", "no answer in time");
    }
    await this.#finished.promise;
    this.kept.add(mediaPath(file));
    this.calls.push("stored");
  }

  async delete(file: StoredMedia): Promise<boolean> {
    this.asked += 1;
    if (!this.isAble) return false;
    if (this.asked <= this.failures) throw new Error("the bucket is on fire");
    this.kept.delete(mediaPath(file));
    this.deleted.push(mediaPath(file));
    this.calls.push("deleted");
    this.#onDeleted();
    return true;
  }
}
