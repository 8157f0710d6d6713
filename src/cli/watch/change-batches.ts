/** How long nothing may change any more: editors and version control write many files, and some of them twice. */
const SETTLED_MS = 100;

/** Reports changed paths, once for all that change together. */
export class ChangeBatches {
  readonly #onChange: (paths: readonly string[]) => Promise<void>;
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isTelling = false;

  /** `onChange` must not reject; it is not called again before it has settled. */
  constructor(onChange: (paths: readonly string[]) => Promise<void>) {
    this.#onChange = onChange;
  }

  /** A path has changed. */
  add(path: string): void {
    this.#changed.add(path);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tell(), SETTLED_MS);
  }

  /** Reports nothing more. */
  close(): void {
    clearTimeout(this.#timer);
  }

  async #tell(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    while (this.#changed.size > 0) {
      const paths = [...this.#changed].toSorted();
      this.#changed.clear();
      await this.#onChange(paths);
    }
    this.#isTelling = false;
  }
}
