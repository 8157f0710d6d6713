import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { DiskEvent } from "./record.ts";

const FOLDER = "folder";
/** SQLite builds it anew from its log. */
const IGNORED = /-shm$/;

interface Change {
  readonly offset: number;
  /** Undefined: the file is cut to `offset`. */
  readonly data: Buffer | undefined;
}

/** A disk that has seen a series of events, and knows which of them have been flushed. */
export class DiskModel {
  /** The file that has an inode now: inodes are given to others once their file is gone. */
  readonly #fileOf = new Map<string, string>();
  /** Content that has been flushed, by file, and what came after it. */
  readonly #flushed = new Map<string, Buffer>();
  readonly #unflushed = new Map<string, Change[]>();
  /** What each path leads to, a file or {@link FOLDER}: as processes see it, and as it has been flushed. */
  readonly #names = new Map<string, string>();
  readonly #flushedNames = new Map<string, string>();

  apply(event: DiskEvent): void {
    const { operation, inode, path, other, offset } = event;
    if (IGNORED.test(path)) return;
    if (operation === "create") this.#fileOf.set(inode, `${inode}-${this.#flushed.size}`);
    const file = this.#fileOf.get(inode) ?? "";
    if (operation === "create") {
      this.#flushed.set(file, Buffer.alloc(0));
      this.#unflushed.set(file, []);
      this.#names.set(path, file);
    } else if (operation === "mkdir") this.#names.set(path, FOLDER);
    else if (operation === "unlink" || operation === "rmdir") this.#names.delete(path);
    else if (operation === "link") this.#names.set(other, file);
    else if (operation === "rename") {
      this.#names.delete(path);
      this.#names.set(other, file);
    } else if (operation === "write") this.#unflushed.get(file)?.push({ offset, data: event.data });
    else if (operation === "truncate") this.#unflushed.get(file)?.push({ offset, data: undefined });
    else if (operation === "flush") this.#flush(event);
  }

  /**
   * Writes into a folder what a loss of power may leave: everything that was flushed, and of the rest what `survives`
   * says, each change of a file and each change of a name by itself.
   */
  materialize(root: string, folder: string, survives: () => boolean): void {
    const made = new Map<string, string>();
    const there = new Set([root]);
    for (const path of this.#paths().toSorted()) {
      const [now, before] = [this.#names.get(path), this.#flushedNames.get(path)];
      const target = now === before || !survives() ? before : now;
      if (target === undefined || !there.has(dirname(path))) continue;
      const place = join(folder, relative(root, path));
      if (target === FOLDER) {
        mkdirSync(place, { recursive: true });
        there.add(path);
        continue;
      }
      const first = made.get(target);
      if (first === undefined) writeFileSync(place, this.#contentOf(target, survives));
      else linkSync(first, place);
      made.set(target, first ?? place);
    }
  }

  #paths(): string[] {
    return [...new Set([...this.#names.keys(), ...this.#flushedNames.keys()])];
  }

  #flush({ path, inode }: DiskEvent): void {
    const file = this.#fileOf.get(inode);
    if (this.#names.get(path) === FOLDER || file === undefined) return this.#flushNames(path);
    this.#flushed.set(
      file,
      this.#contentOf(file, () => true),
    );
    this.#unflushed.set(file, []);
  }

  #flushNames(folder: string): void {
    for (const path of this.#paths()) {
      if (dirname(path) !== folder) continue;
      const target = this.#names.get(path);
      if (target === undefined) this.#flushedNames.delete(path);
      else this.#flushedNames.set(path, target);
    }
  }

  #contentOf(file: string, survives: () => boolean): Buffer {
    let content = this.#flushed.get(file) ?? Buffer.alloc(0);
    for (const { offset, data } of this.#unflushed.get(file) ?? []) {
      if (!survives()) continue;
      const next = Buffer.alloc(data === undefined ? offset : Math.max(content.length, offset + data.length));
      content.copy(next);
      data?.copy(next, offset);
      content = next;
    }
    return content;
  }
}
