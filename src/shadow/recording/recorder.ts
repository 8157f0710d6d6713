import type { SlotModule } from "../../callbacks/slots/slot.ts";
import type { Logger } from "../../util/log.ts";
import type { Answered } from "../asked.ts";
import { MAX_LINE_BYTES, type RecordedFile, type RecordedQuestion, toLine } from "./format.ts";
import { recordedFile } from "./recorded-file.ts";
import type { RecordingFile } from "./recording-file.ts";

/** What became of a question: `lost` where it could not be written, `full` where the recording has its size. */
export type RecordingOutcome = "recorded" | "lost" | "full";

export interface RecorderOptions {
  /** How large the file may become. */
  readonly maxBytes: number;
  /** The share of the questions that is recorded, from 0 to 1. */
  readonly sample: number;
  readonly log: Logger;
  readonly count: (outcome: RecordingOutcome, questions: number) => void;
  /** From 0 to 1, for each question; absent: by chance. */
  readonly random?: () => number;
}

/** What the recorder needs of a file. */
type RecorderFile = Pick<RecordingFile, "append" | "sizeBytes">;

/** How many questions may wait to be written: a slow disk costs questions and no memory. */
const MAX_WAITING = 2_000;
const FLUSH_MS = 250;
/** How many files are read at a time; of others nothing is recorded but their path. */
const MAX_READ_FILES = 4;

interface Waiting {
  readonly module: string;
  readonly answered: Answered;
  readonly file: Promise<RecordedFile | undefined> | undefined;
}

/** Records what modules are asked and say. The request that asks waits for nothing: lines are made and written later. */
export class Recorder {
  readonly #file: RecorderFile;
  readonly #options: RecorderOptions;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #readFiles = 0;
  #isFull = false;
  #isFailing = false;

  constructor(file: RecorderFile, options: RecorderOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** Takes what a module was asked and said. Never throws. */
  readonly take = (module: SlotModule, answered: Answered): void => {
    const { sample, random = Math.random, count } = this.#options;
    if (sample < 1 && random() >= sample) return;
    if (this.#isFull) return count("full", 1);
    if (this.#waiting.length >= MAX_WAITING) return count("lost", 1);
    this.#waiting.push({ module: module.name, answered, file: this.#describeFile(answered) });
    this.#timer ??= setTimeout(() => this.#flushSoon(), FLUSH_MS).unref();
  };

  /** Resolves once everything that was taken is written. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writing;
    while (this.#waiting.length > 0) await this.#flush();
  }

  #flushSoon(): void {
    this.#timer = undefined;
    this.#writing ??= this.#flush().finally(() => {
      this.#writing = undefined;
      if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#flushSoon(), FLUSH_MS).unref();
    });
  }

  async #flush(): Promise<void> {
    const taken = this.#waiting;
    this.#waiting = [];
    const lines = await Promise.all(taken.map(async (one) => toLine(await questionOf(one))));
    const fitting: string[] = [];
    let room = this.#options.maxBytes - this.#file.sizeBytes;
    let longCount = 0;
    for (const line of lines) {
      const bytes = Buffer.byteLength(line);
      if (bytes > MAX_LINE_BYTES) longCount += 1;
      else if (bytes > room) this.#stop();
      if (bytes > MAX_LINE_BYTES || this.#isFull) continue;
      room -= bytes;
      fitting.push(line);
    }
    this.#options.count("lost", longCount);
    this.#options.count("full", lines.length - longCount - fitting.length);
    if (fitting.length > 0) await this.#write(fitting);
  }

  async #write(lines: readonly string[]): Promise<void> {
    const { log, count } = this.#options;
    try {
      await this.#file.append(lines.join(""));
      count("recorded", lines.length);
      if (this.#isFailing) log.info({}, "questions are recorded again");
      this.#isFailing = false;
    } catch (error) {
      count("lost", lines.length);
      if (!this.#isFailing) {
        log.error({ err: error }, "questions cannot be recorded (media_bridge.record), and are lost until they can");
      }
      this.#isFailing = true;
    }
  }

  #stop(): void {
    if (this.#isFull) return;
    this.#isFull = true;
    const { log, maxBytes } = this.#options;
    log.warn(
      { maxBytes },
      "the recording of questions is full (media_bridge.record.max_bytes): nothing more is recorded",
    );
  }

  #describeFile({ asked: { kind, args } }: Answered): Promise<RecordedFile | undefined> | undefined {
    const [path] = args;
    if (kind !== "check_media_file_for_spam" || typeof path !== "string") return undefined;
    if (this.#readFiles >= MAX_READ_FILES) return undefined;
    this.#readFiles += 1;
    return recordedFile(path).finally(() => (this.#readFiles -= 1));
  }
}

async function questionOf({ module, answered, file }: Waiting): Promise<RecordedQuestion> {
  return toQuestion(module, answered, await file);
}

/** A question as it is recorded. */
export function toQuestion(module: string, { asked, said, micros }: Answered, file?: RecordedFile): RecordedQuestion {
  const { kind: callback, args, user, askedTs: ts, context } = asked;
  return { module, callback, args, said, micros, ts, user, context, file };
}
