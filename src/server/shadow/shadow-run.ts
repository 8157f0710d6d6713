import type { Config, ShadowConfig } from "../../config/config.ts";
import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { HomeserverRelay } from "../../homeserver/client/relayed-client.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import type { Answered } from "../../shadow/asked.ts";
import type { LoadedCandidate, LoadedOriginal, SettledQuestion } from "../../shadow/run/messages.ts";
import type { EffectFacts } from "../../shadow/compare/effect.ts";
import { QuestionQueue } from "../../shadow/run/question-queue.ts";
import { answeredText, joinQuestions, type QuestionFacts, questionText } from "../../shadow/run/question-text.ts";
import type { ShadowStatus } from "../../shadow/run/shadow-status.ts";
import type { Logger } from "../../util/log.ts";
import type { HeldFile } from "./kept-files.ts";
import { describeDifference } from "./describe-difference.ts";
import { BEAT_MS, ShadowKeeper } from "./shadow-keeper.ts";
import { UnderWay } from "./under-way.ts";

/** One shadow, and what it needs. */
export interface ShadowRunOptions {
  readonly config: Config;
  readonly shadow: ShadowConfig;
  readonly original: LoadedOriginal;
  /** By which it is judged what follows from an answer. */
  readonly facts: EffectFacts;
  /** The kinds of callbacks that the original registers. */
  readonly kindsOfOriginal: () => readonly KindName[];
  /** Makes the candidate's calls to the homeserver; absent: they go to the configured one. */
  readonly relay?: HomeserverRelay | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Draws a number from 0 to 1, 1 excluded; absent: at random. */
  readonly draw?: () => number;
}

interface Queued extends QuestionFacts {
  readonly kind: KindName;
  readonly file: HeldFile | undefined;
}

const QUEUE = { maxCount: 1_000, maxCharacters: 16 * 2 ** 20 };
/** Each of them has a copy of its own. */
const MAX_FILES_UNDER_WAY = 4;
/** The part of the questions that a fenced copy of the original is asked as well. */
const NOISE_PART = 0.01;

/** A shadow beside the chain: takes what a module was asked and said, and has its candidate asked, later and elsewhere. */
export class ShadowRun {
  readonly #options: ShadowRunOptions;
  readonly #keeper: ShadowKeeper;
  readonly #queue = new QuestionQueue<Queued>(QUEUE);
  readonly #underWay = new UnderWay<Queued>();
  /** Dropped, and not yet told to the thread. */
  readonly #untold = new Map<KindName, number>();
  readonly #draw: () => number;
  #asked = 0;
  #dropped = 0;
  #candidate: string;
  #problem: string | null = null;
  #wake: NodeJS.Timeout | undefined;

  constructor(options: ShadowRunOptions) {
    const { config, shadow, original, facts, log } = options;
    const { candidate, ignore } = shadow;
    this.#options = options;
    this.#draw = options.draw ?? Math.random;
    this.#candidate = candidate.language === "python" ? candidate.module : candidate.specifier;
    // The thread loads one module at a time; it has no use for the others.
    const alone = { ...config, modules: [], storageProviders: [] };
    this.#keeper = new ShadowKeeper(
      { config: alone, original, candidate, ignore, facts, relaysHomeserver: options.relay !== undefined },
      {
        onReady: (loaded) => this.#begin(loaded),
        onAnswered: (settled) => this.#settle(settled),
        countWaiting: () => this.#queue.size,
        onHomeserver: options.relay,
        onLost: () => this.#lose(),
        onTick: () => this.#pump(),
      },
      log,
    );
  }

  /** The place of the module that it shadows. */
  get index(): number {
    return this.#options.original.entry.index;
  }

  /** The share of questions that are sampled now. */
  get share(): number {
    return this.#options.shadow.sample * this.#keeper.pace.share;
  }

  get status(): ShadowStatus {
    return {
      module: this.#options.original.name,
      candidate: this.#candidate,
      state: this.#keeper.state,
      problem: this.#problem,
      share: this.share,
      decide: this.#options.shadow.decide,
      asked: this.#asked,
      dropped: this.#dropped,
      waiting: this.#queue.size,
      restarts: this.#keeper.restarts,
      cpuSeconds: this.#keeper.cpuMs / 1000,
      heldBack: this.#keeper.heldBack,
    };
  }

  /** Resolves once the candidate is loaded; rejects with the reason where it cannot be. */
  async start(): Promise<void> {
    try {
      await this.#keeper.start();
    } catch (error) {
      this.#problem = (error as Error).message;
      throw error;
    }
  }

  /**
   * Takes what a module was asked and said. Never throws, and waits for nothing.
   *
   * @param part of the questions like this one that come here: the rest was not sampled before
   */
  offer(answered: Answered, decider: Queued["decider"], file: HeldFile | undefined, part = 1): void {
    if (this.#draw() * part >= this.share) return file?.release();
    this.#keeper.pace.offer();
    const { kind } = answered.asked;
    const isAskedAgain = decider === "original" && !KINDS[kind].notification && this.#draw() < NOISE_PART;
    if (this.#keeper.state === "failed" || this.#keeper.state === "closed") return this.#drop({ kind, file });
    const text = answeredText(answered);
    if (text === undefined) return this.#drop({ kind, file });
    const queued = { kind, answered: text, decider, isAskedAgain, file };
    for (const dropped of this.#queue.push(queued, text.length)) this.#drop(dropped);
    this.#pump();
  }

  /** Counts a question that was sampled and cannot be asked. */
  countDropped(kind: KindName): void {
    this.#dropped += 1;
    this.#untold.set(kind, (this.#untold.get(kind) ?? 0) + 1);
    this.#options.metrics.shadowAsked(kind, this.#options.original.name, "dropped");
  }

  async close(graceMs: number): Promise<void> {
    clearTimeout(this.#wake);
    for (const queued of this.#queue.clear()) this.#drop(queued);
    this.#tellDropped();
    await this.#keeper.close(graceMs);
  }

  #begin({ name, callbacks }: LoadedCandidate): void {
    this.#candidate = name;
    const { sample, decide } = this.#options.shadow;
    this.#options.log.info({ candidate: name, sample, decide }, "the shadow of a module is asked from now on");
    const difference = describeDifference(this.#options.kindsOfOriginal(), callbacks);
    if (difference !== undefined && difference !== this.#problem)
      this.#options.log.warn({}, `the candidate ${difference}`);
    this.#problem = difference ?? null;
    this.#pump();
  }

  /**
   * Sends what may be asked now, as one message, and what comes later with the next beat. A message costs the service's
   * own thread as much as many questions in it.
   */
  #pump(): void {
    if (this.#wake !== undefined || this.#keeper.state !== "running") return;
    this.#tellDropped();
    if (this.#underWay.size > 0) this.#keeper.charge();
    const { budget, pace } = this.#keeper;
    const nowMs = performance.now();
    const spentMs = budget.waitMs(nowMs);
    const part = budget.partNow(nowMs);
    const most = Math.min(pace.available(nowMs, part), pace.mostUnderWay(part) - this.#underWay.size);
    const waiting = this.#queue.size;
    const questions = spentMs > 0 ? [] : this.#take(most);
    if (questions.length > 0) this.#keeper.send({ type: "ask", questions: joinQuestions(questions) });
    // The first of many is asked at once; those that come after it wait for each other.
    if (waiting > 0) this.#wakeIn(Math.max(BEAT_MS, spentMs, pace.waitMs(nowMs, part)));
  }

  /** Takes questions out of the queue; those about a file are sent by themselves, when it is copied. */
  #take(most: number): string[] {
    const questions: string[] = [];
    for (let left = most; left > 0 && this.#underWay.files < MAX_FILES_UNDER_WAY; left -= 1) {
      const queued = this.#queue.shift();
      if (queued === undefined) break;
      this.#keeper.pace.send();
      const id = this.#underWay.begin(queued);
      if (queued.file === undefined) questions.push(questionText(id, queued));
      else void this.#askAbout(queued.file, id, queued);
    }
    return questions;
  }

  async #askAbout(file: HeldFile, id: number, queued: Queued): Promise<void> {
    const copy = await file.copy();
    // The thread may have been lost meanwhile.
    if (!this.#underWay.has(id)) return;
    if (copy === undefined) {
      this.#underWay.end(id);
      return this.#drop(queued);
    }
    this.#keeper.send({ type: "ask", questions: joinQuestions([questionText(id, queued, copy)]) });
  }

  #settle(settled: readonly SettledQuestion[]): void {
    for (const { id, outcome } of settled) {
      const queued = this.#underWay.end(id);
      if (queued === undefined) continue;
      queued.file?.release();
      this.#asked += 1;
      this.#options.metrics.shadowAsked(queued.kind, this.#options.original.name, outcome);
    }
  }

  #lose(): void {
    for (const queued of this.#underWay.endAll()) this.#drop(queued);
  }

  #drop({ kind, file }: Pick<Queued, "kind" | "file">): void {
    file?.release();
    this.countDropped(kind);
  }

  #tellDropped(): void {
    if (this.#keeper.state !== "running") return;
    for (const [kind, count] of this.#untold) this.#keeper.send({ type: "dropped", kind, count });
    this.#untold.clear();
  }

  #wakeIn(waitMs: number): void {
    this.#wake = setTimeout(() => {
      this.#wake = undefined;
      this.#pump();
    }, waitMs).unref();
  }
}
