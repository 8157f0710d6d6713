import type { Chain } from "../../callbacks/chain.ts";
import { MatrixError } from "../../errors.ts";
import { within } from "../../util/concurrency/with-timeout.ts";
import type { Logger } from "../../util/log.ts";
import { isPictureType } from "./picture-types.ts";
import { contentOf, makeThumbnails, type MakingParts, type PicturedMedia } from "./make-thumbnails.ts";
import { ThumbnailFailure } from "./thumbnailer.ts";

/** Past this many uploads of a user that wait for theirs, none are made beforehand: what is missing is made on demand. */
const MAX_OF_USER = 100;
/** The same, of all users. */
const MAX_WAITING = 1000;

/** Makes the thumbnails of `thumbnail_sizes` right after an upload was answered. None of its failures is the upload's. */
export class PremadeThumbnails {
  readonly #parts: MakingParts;
  readonly #log: Logger;
  /** What is under way, and whose it is. */
  readonly #tasks = new Map<Promise<void>, string>();
  readonly #leave = new Set<() => void>();
  #isStopped = false;

  constructor(parts: MakingParts, log: Logger) {
    this.#parts = parts;
    this.#log = log;
  }

  /** An upload is stored, and about to be answered. `chain` knows its user and its request. */
  take(media: PicturedMedia, chain: Chain): void {
    if (this.#parts.settings.sizes.length === 0 || !isPictureType(media.mediaType)) return;
    const user = media.userId ?? "";
    if (this.#isStopped || this.#tasks.size >= MAX_WAITING || this.#countOf(user) >= MAX_OF_USER) return;
    // The client of the upload may leave: the thumbnails are made all the same.
    const told = chain.knowing({ sizeBytes: media.mediaLength, onLeave: undefined });
    // The answer is written in this turn of the event loop.
    const task = new Promise(setImmediate)
      .then(() => this.#make(media, told))
      .catch((error: unknown) => this.#tell(error, media))
      .finally(() => this.#tasks.delete(task));
    this.#tasks.set(task, user);
  }

  /** Begins nothing more, gives up what waits, and waits at most `graceMs` for what is under way. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopped = true;
    for (const leave of this.#leave) leave();
    await within(Promise.all(this.#tasks.keys()), graceMs);
  }

  async #make(media: PicturedMedia, chain: Chain): Promise<void> {
    const content = contentOf(media);
    const { jobs } = this.#parts;
    // Equal bytes are being decoded for other media: what comes of it is taken over.
    for (let other = jobs.find(content); other !== undefined; other = jobs.find(content)) {
      await other.ended.catch(() => undefined);
    }
    if (this.#isStopped) return;
    const task = { media, wish: { kind: "premade" }, chain } as const;
    const job = jobs.begin(content, (own) => makeThumbnails(task, own, this.#parts));
    const leave = job.join({ urgent: false });
    this.#leave.add(leave);
    try {
      await job.ended;
    } finally {
      this.#leave.delete(leave);
      if (!this.#isStopped) leave();
    }
  }

  #countOf(user: string): number {
    return [...this.#tasks.values()].filter((other) => other === user).length;
  }

  #tell(error: unknown, { mediaId }: PicturedMedia): void {
    if (this.#isStopped || error instanceof ThumbnailFailure) return;
    // A module's words, and its failures, are in the log already.
    if (MatrixError.is(error) && error.code !== "STORE_FAILED") return;
    this.#log.error({ err: error, mediaId }, "the thumbnails of an upload could not be stored");
  }
}
