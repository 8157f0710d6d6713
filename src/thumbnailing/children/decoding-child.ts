import { join } from "node:path";
import { ThumbnailFailure, type ThumbnailJob, type ThumbnailResult } from "../../media/thumbnails/thumbnailer.ts";
import { processCpuMs } from "../../util/threads/cpu-time.ts";
import { type ChildReply, fileNameOf } from "../messages.ts";
import { isTooLittle, starved } from "../starved.ts";
import { readLines } from "./line-reader.ts";
import { readReply } from "./read-reply.ts";
import { type ChildEnd, type SpawnedChild, spawnChild } from "./spawn-child.ts";

/** Limits of a child. */
export interface ChildLimits {
  /** Memory for data, in MB; Linux alone enforces it. */
  readonly maxDataMb: number;
  /** How long a job may take, in milliseconds. Longer than libvips may take for a picture: then it is stuck. */
  readonly jobMs: number;
  /** How long the child may take to start, in milliseconds. */
  readonly startMs: number;
}

const MAX_REPLY_CHARS = 1024 * 1024;
const KEPT_WORDS_CHARS = 4_000;
/** What Node.js and the C++ library say before they abort for lack of memory. */
const LACK_OF_MEMORY = /out of memory|bad_alloc|allocation failed|(?:cannot|failed to) allocate/i;

/** What a decoder ends by that goes wrong. Every other signal comes from outside. */
const OWN_SIGNALS: ReadonlySet<string> = new Set([
  "SIGSEGV",
  "SIGBUS",
  "SIGILL",
  "SIGFPE",
  "SIGABRT",
  "SIGTRAP",
  "SIGSYS",
]);

/**
 * A process that decodes pictures, one job at a time. A decoder that crashes, hangs or grows ends this process, and
 * fails the one job that it had.
 */
export class DecodingChild {
  /** Undefined where the process could not be started. */
  readonly pid: number | undefined;
  /** Resolves when the process is gone; never rejects. */
  readonly ended: Promise<void>;
  readonly #child: SpawnedChild;
  readonly #limits: ChildLimits;
  readonly #started = Promise.withResolvers<void>();
  #isReady = false;
  #hasEnded = false;
  #jobs = 0;
  #job: PromiseWithResolvers<ChildReply> | undefined;
  /** Why this side ends it. */
  #failure: ThumbnailFailure | undefined;
  /** The end of what it wrote to its standard error. */
  #lastWords = "";

  constructor(limits: ChildLimits) {
    this.#limits = limits;
    this.#child = spawnChild(limits.maxDataMb);
    this.pid = this.#child.pid;
    const { stdin, stdout, stderr } = this.#child;
    // The code that runs a job gets the error.
    this.#started.promise.catch(() => undefined);
    // Its end says why it does not read.
    stdin.on("error", () => undefined);
    readLines(stdout, {
      maxChars: MAX_REPLY_CHARS,
      onLine: (line) => this.#hear(readReply(line)),
      onTooLong: () => this.#hear(undefined),
    });
    stderr.on("data", (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString("latin1")).slice(-KEPT_WORDS_CHARS);
    });
    stderr.on("error", () => undefined);
    this.ended = this.#child.ended.then((how) => this.#bury(how));
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** How many jobs it was given. */
  get jobs(): number {
    return this.#jobs;
  }

  /** Runs a job; the caller gives it one at a time. Rejects with a {@link ThumbnailFailure}. */
  async run(job: ThumbnailJob): Promise<ThumbnailResult> {
    this.#jobs += 1;
    const { startMs, jobMs } = this.#limits;
    await this.#within(startMs, this.#started.promise, () =>
      unavailable("a child that decodes pictures did not start in time"),
    );
    this.#job = Promise.withResolvers();
    const isStarved = this.#watchProcessor(jobMs);
    this.#child.stdin.write(`${JSON.stringify(job)}\n`);
    const reply = await this.#within(jobMs, this.#job.promise, () =>
      isStarved() ? starved(undefined) : new ThumbnailFailure("TIMEOUT", "the picture takes too long to decode"),
    );
    return readResult(reply, job);
  }

  /** Ends the process at once; a job that it has rejects with this failure. */
  end(failure?: ThumbnailFailure): void {
    this.#failure ??= failure;
    this.#child.kill();
  }

  /** Ends the process where what it does takes longer: it may hang. */
  async #within<T>(ms: number, wait: Promise<T>, failure: () => ThumbnailFailure): Promise<T> {
    const timer = setTimeout(() => this.end(failure()), ms);
    try {
      return await wait;
    } finally {
      clearTimeout(timer);
    }
  }

  /** From now on: answers whether the machine left the child too little of a time. False where that cannot be told. */
  #watchProcessor(passedMs: number): () => boolean {
    const cpuMs = () => (this.pid === undefined ? undefined : processCpuMs(this.pid));
    const beforeMs = cpuMs();
    return () => {
      const nowMs = cpuMs();
      return beforeMs !== undefined && nowMs !== undefined && isTooLittle(nowMs - beforeMs, passedMs);
    };
  }

  #hear(reply: ChildReply | undefined): void {
    if (reply?.kind === "ready") {
      this.#isReady = true;
      this.#started.resolve();
      return;
    }
    if (reply === undefined) this.end(new ThumbnailFailure("CRASHED", "the decoder said what is not a reply"));
    else this.#job?.resolve(reply);
  }

  #bury(how: ChildEnd): void {
    this.#hasEnded = true;
    const failure = this.#failure ?? this.#causeOfDeath(how);
    this.#started.reject(failure);
    this.#job?.reject(failure);
  }

  #causeOfDeath({ words, signal }: ChildEnd): ThumbnailFailure {
    const cause = new Error([words, this.#lastWords.trim()].filter((text) => text !== "").join(": "));
    if (!this.#isReady) return unavailable("a child that decodes pictures cannot be started", cause);
    if (signal !== undefined && !OWN_SIGNALS.has(signal)) {
      return new ThumbnailFailure("DISTURBED", "the decoder was ended from outside", { cause });
    }
    return LACK_OF_MEMORY.test(this.#lastWords)
      ? new ThumbnailFailure("MEMORY", "the picture takes too much memory to decode", { cause })
      : new ThumbnailFailure("CRASHED", "the decoder ended while it decoded the picture", { cause });
  }
}

function readResult(reply: ChildReply, job: ThumbnailJob): ThumbnailResult {
  if (reply.kind === "failed") {
    throw new ThumbnailFailure(reply.code, reply.message, { cause: new Error(reply.said) });
  }
  if (reply.kind !== "done") throw new ThumbnailFailure("CRASHED", "the decoder started twice");
  const { picture, thumbnails } = reply;
  return { picture, thumbnails: thumbnails.map((one) => ({ ...one, path: join(job.folder, fileNameOf(one)) })) };
}

function unavailable(message: string, cause?: unknown): ThumbnailFailure {
  return new ThumbnailFailure("UNAVAILABLE", message, { cause });
}
