import { createFolder, removeFolder } from "../support/folder.ts";
import type { FaultOptions, FaultResult } from "../program.ts";
import { createRandom } from "../support/random.ts";
import { readAsProcess } from "./child-process.ts";
import { ChildReader } from "./child-reader.ts";
import { type Reader, readCorpus } from "./corpus.ts";
import { readAsHost, readAsHostOverPipes } from "./host-reader.ts";
import { findGrowth, measureMemory, type MemoryUse, toMiB } from "./memory.ts";
import { Streams } from "./streams.ts";

/** How much of everything: frames of both directions together, streams over pipes of a process, real children. */
const LONG = { frames: 1_000_000, overPipes: 500, processes: 100 };
const SHORT = { frames: 10_000, overPipes: 10, processes: 3 };
const TENTH = 0.1;
/** Streams that the child reads at a time, so that neither side waits for the other. */
const AT_ONCE = 16;

/**
 * Both sides of the bridge read streams of frames, made of the corpus in `test/fixtures/wire` and broken in ways that
 * the seed decides, while calls are in flight. Whatever comes: every call settles, every request of a surviving child
 * is answered once, a side that cannot continue ends with one line that says why, both sides accept the same frames,
 * and memory does not grow.
 */
export async function runWireFuzz({ short, seed, note }: FaultOptions): Promise<FaultResult> {
  const fuzz = new WireFuzz(seed, note);
  const { frames, overPipes, processes } = short ? SHORT : LONG;
  const fail = (error: unknown) => fuzz.check("the host", `an error that was not caught: ${String(error)}`);
  process.on("unhandledRejection", fail).on("uncaughtException", fail);
  try {
    await fuzz.readRegressions();
    await Promise.all([
      fuzz.readToHost(frames / 2, overPipes),
      fuzz.readToChild(frames / 2),
      fuzz.readByProcesses(processes),
    ]);
    fuzz.checkMemory();
  } finally {
    process.off("unhandledRejection", fail).off("uncaughtException", fail);
    await fuzz.end();
  }
  return fuzz.result;
}

class WireFuzz {
  readonly result = { passed: 0, failed: 0 };
  readonly #note: (text: string) => void;
  readonly #seed: number;
  readonly #folder = createFolder();
  readonly #child = new ChildReader();
  readonly #corpora = { host: readCorpus("host"), child: readCorpus("child") };
  /** What was held when a side had read a tenth. */
  readonly #early: Partial<Record<Reader, MemoryUse>> = {};
  readonly #read = { host: 0, child: 0 };

  constructor(seed: number, note: (text: string) => void) {
    this.#seed = seed;
    this.#note = note;
  }

  /** Counts a check, and tells of one that failed. */
  check(what: string, wrong: string | undefined): void {
    if (wrong === undefined) this.result.passed += 1;
    else {
      this.result.failed += 1;
      this.#note(`${what}, seed ${this.#seed}: ${wrong}`);
    }
  }

  async readRegressions(): Promise<void> {
    for (const stream of this.#corpora.host.regressions) {
      this.check(`${stream.name}, to the host`, (await readAsHost(stream, stream.frames)).wrong);
    }
    for (const stream of this.#corpora.child.regressions) {
      this.check(`${stream.name}, to the child`, (await this.#child.read(stream)).wrong);
    }
  }

  async readToHost(frames: number, overPipes: number): Promise<void> {
    const streams = new Streams(this.#corpora.host, createRandom(this.#seed));
    while (this.#read.host < frames) {
      const stream = streams.next();
      const { read, wrong } = await readAsHost(stream, streams.cut(Buffer.concat(stream.frames)));
      this.check(`${stream.name} to the host`, wrong);
      this.#advance("host", read, frames);
    }
    for (let count = 0; count < overPipes; count += 1) {
      const stream = streams.next();
      this.check(`${stream.name} over pipes`, (await readAsHostOverPipes(stream, this.#folder)).wrong);
    }
  }

  async readToChild(frames: number): Promise<void> {
    const streams = this.#streamsToChild(this.#seed);
    const work = async () => {
      while (this.#read.child < frames) {
        const stream = streams.next();
        const { read, wrong } = await this.#child.read(stream);
        this.check(`${stream.name} to the child`, wrong);
        this.#advance("child", read, frames);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async readByProcesses(processes: number): Promise<void> {
    const streams = this.#streamsToChild(this.#seed + 1);
    for (let count = 0; count < processes; count += 1) {
      const stream = streams.next();
      this.check(`${stream.name} to a process`, await readAsProcess(stream));
    }
  }

  checkMemory(): void {
    const late = measureMemory(this.#child.pid);
    const { host, child } = this.#early;
    if (host === undefined || child === undefined) throw new Error("memory was not measured");
    this.check("memory", findGrowth({ ...host, child: child.child }, late).join("; ") || undefined);
    this.#note(
      `${this.#read.host} frames to the host, ${this.#read.child} to the child; from the first tenth on heap ${toMiB(host.heap)} → ${toMiB(late.heap)} MiB, resident ${toMiB(host.resident)} → ${toMiB(late.resident)} MiB, the child's ${toMiB(child.child)} → ${toMiB(late.child)} MiB`,
    );
  }

  async end(): Promise<void> {
    await this.#child.end();
    removeFolder(this.#folder);
  }

  #streamsToChild(seed: number): Streams {
    const corpus = this.#corpora.child;
    return new Streams(corpus, createRandom(seed), corpus.messages.slice(0, 3));
  }

  #advance(reader: Reader, read: number, frames: number): void {
    const before = this.#read[reader];
    this.#read[reader] += read;
    if (before < TENTH * frames && this.#read[reader] >= TENTH * frames) {
      this.#early[reader] = measureMemory(this.#child.pid);
    }
  }
}
