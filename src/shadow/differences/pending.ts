import type { KindName } from "../../callbacks/kinds.ts";
import { type Counter, Sums } from "./counters.ts";
import type { KeptQuestion } from "./kept-question.ts";

/** How much waits to be written. */
export interface PendingLimits {
  readonly maxQuestions: number;
  /** Of all differences together; a longer one is counted, and not kept. */
  readonly maxCharacters: number;
}

/** What is to be written with the next transaction. It is bounded: what has no room is counted as lost. */
export class Pending {
  readonly #limits: PendingLimits;
  #questions: KeptQuestion[] = [];
  #sums = new Sums();
  #characters = 0;

  constructor(limits: PendingLimits) {
    this.#limits = limits;
  }

  get questions(): readonly KeptQuestion[] {
    return this.#questions;
  }

  get sums(): Sums {
    return this.#sums;
  }

  get isEmpty(): boolean {
    return this.#questions.length === 0 && this.#sums.isEmpty;
  }

  /** Returns false where it has no room for the question. */
  add(question: KeptQuestion): boolean {
    const { callback, agreed } = question;
    if (this.#questions.length >= this.#limits.maxQuestions) {
      this.count(callback, "lost");
      return false;
    }
    const hasRoom = this.#characters + question.size <= this.#limits.maxCharacters;
    this.#questions.push(hasRoom ? question : withoutDifference(question));
    this.#characters += hasRoom ? question.size : 0;
    this.count(callback, question.class);
    if (!hasRoom) this.count(callback, "unrecorded");
    if (question.ignoreFailed) this.count(callback, "ignore_failed");
    if (agreed !== undefined) this.count(callback, "noise_asked");
    if (agreed === false) this.count(callback, "noise_disagreed");
    return true;
  }

  count(callback: KindName, counter: Counter, count = 1): void {
    this.#sums.add(callback, counter, count);
  }

  /** Forgets the arguments and answers of all differences: they are only counted then. */
  dropDifferences(): void {
    for (const { callback, difference } of this.#questions) {
      if (difference !== undefined) this.count(callback, "unrecorded");
    }
    this.#questions = this.#questions.map(withoutDifference);
    this.#characters = 0;
  }

  /** Empties it, once all is written. */
  clear(): void {
    this.#questions = [];
    this.#sums = new Sums();
    this.#characters = 0;
  }
}

function withoutDifference(question: KeptQuestion): KeptQuestion {
  return { ...question, difference: undefined, size: 0 };
}
