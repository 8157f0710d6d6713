import type { KindName } from "../../callbacks/kinds.ts";
import { type Counter, Sums } from "./counters.ts";
import type { KeptQuestion } from "./kept-question.ts";

/** How much waits to be written. */
export interface PendingLimits {
  readonly maxQuestions: number;
  /** Of all differences together; a longer one is counted, and not kept. */
  readonly maxCharacters: number;
  /** Of one transaction. */
  readonly batchQuestions: number;
}

/** What one transaction writes. */
export interface Batch {
  readonly questions: readonly KeptQuestion[];
  readonly sums: Sums;
}

interface WaitingBatch extends Batch {
  readonly questions: KeptQuestion[];
}

/** What a character takes at most, as UTF-8. */
const CHARACTER_BYTES = 3;
/** Around the texts of a difference: its other columns, its entries in indexes, and the page that it fills in part. */
const DIFFERENCE_BYTES = 8192;
/** The user and the arguments of a question, by which different ones are counted. */
const QUESTION_BYTES = 256;
/** Tables that hardly grow. */
const OTHER_BYTES = 65_536;

/** What is to be written, one batch after the other. It is bounded: what has no room is counted as lost. */
export class Pending {
  readonly #limits: PendingLimits;
  readonly #batches: WaitingBatch[] = [];
  #questions = 0;
  #characters = 0;

  constructor(limits: PendingLimits) {
    this.#limits = limits;
  }

  /** How many questions wait. */
  get questions(): number {
    return this.#questions;
  }

  /** The oldest batch; undefined where nothing waits. */
  get first(): Batch | undefined {
    return this.#batches[0];
  }

  /** Returns false where it has no room for the question. */
  add(question: KeptQuestion): boolean {
    const { callback, agreed } = question;
    if (this.#questions >= this.#limits.maxQuestions) {
      this.count(callback, "lost");
      return false;
    }
    const hasRoom = this.#characters + question.size <= this.#limits.maxCharacters;
    this.#last(this.#limits.batchQuestions).questions.push(hasRoom ? question : withoutDifference(question));
    this.#questions += 1;
    this.#characters += hasRoom ? question.size : 0;
    this.count(callback, question.class);
    if (!hasRoom) this.count(callback, "unrecorded");
    if (question.ignoreFailed) this.count(callback, "ignore_failed");
    if (agreed !== undefined) this.count(callback, "noise_asked");
    if (agreed === false) this.count(callback, "noise_disagreed");
    return true;
  }

  count(callback: KindName, counter: Counter, count = 1): void {
    this.#last(Infinity).sums.add(callback, counter, count);
  }

  /** Forgets the oldest batch, once it is written. */
  shift(): void {
    for (const { size } of this.#batches.shift()?.questions ?? []) {
      this.#questions -= 1;
      this.#characters -= size;
    }
  }

  /** The batch that is added to: a new one where the last one has so many questions. */
  #last(maxQuestions: number): WaitingBatch {
    const last = this.#batches.at(-1);
    if (last !== undefined && last.questions.length < maxQuestions) return last;
    const added = { questions: [], sums: new Sums() };
    this.#batches.push(added);
    return added;
  }
}

/** How much a database takes for a batch at most, in bytes. */
export function mostBytesOf({ questions }: Batch): number {
  const sizes = questions.map(({ size, difference }) =>
    difference === undefined ? 0 : size * CHARACTER_BYTES + DIFFERENCE_BYTES,
  );
  return sizes.reduce((sum, bytes) => sum + bytes + QUESTION_BYTES, OTHER_BYTES);
}

/** The same without the arguments and answers of differences, which are only counted. */
export function withoutDifferences({ questions, sums }: Batch): Batch {
  const more = sums.copy();
  for (const { callback, difference } of questions) if (difference !== undefined) more.add(callback, "unrecorded");
  return { questions: questions.map(withoutDifference), sums: more };
}

function withoutDifference(question: KeptQuestion): KeptQuestion {
  return { ...question, difference: undefined, size: 0 };
}
