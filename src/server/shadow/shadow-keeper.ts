import type { HomeserverRelay } from "../../homeserver/client/relayed-client.ts";
import type { Logger } from "../../util/log.ts";
import { backoff } from "../../util/concurrency/backoff.ts";
import { AskingPace } from "../../shadow/run/asking-pace.ts";
import { CpuBudget } from "../../shadow/run/cpu-budget.ts";
import { CpuMeter } from "../../shadow/run/cpu-meter.ts";
import type {
  FromShadow,
  LoadedCandidate,
  SettledQuestion,
  ShadowThreadData,
  ToShadow,
} from "../../shadow/run/messages.ts";
import { addHeldBack, type HeldBackCounts, NOTHING_HELD_BACK } from "../../modules/heard/held-back.ts";
import type { ShadowState } from "../../shadow/run/shadow-status.ts";
import { ShadowWorker } from "./shadow-worker.ts";

/** What the keeper of a shadow's thread reports. */
export interface KeeperEvents {
  /** Questions may be asked. */
  readonly onReady: (loaded: LoadedCandidate) => void;
  readonly onAnswered: (settled: readonly SettledQuestion[]) => void;
  /** How many questions wait to be asked. */
  readonly countWaiting: () => number;
  /** The thread asks the homeserver; only where its data says that calls are relayed. */
  readonly onHomeserver?: HomeserverRelay | undefined;
  /** What was under way is lost. */
  readonly onLost: (reason: string) => void;
  /** Every second. */
  readonly onTick: () => void;
}

const LOOK_EVERY_MS = 1_000;
/**
 * A thread gives a sign every second. One that gives none for so long, and was busy meanwhile, is stuck in its
 * candidate's code; a thread that got no CPU may just have had to wait for its turn.
 */
const HANGING_MS = 5_000;
const BUSY_MS = 2_000;
/** One that gives none for so long hangs, busy or not. */
const STILL_MS = 30_000;
/** A candidate may take its time while it is loaded: it opens databases, or loads models. */
const LOADING_MS = 300_000;
const MAX_EXTERNAL_BYTES = 256 * 2 ** 20;
const RESTART = { firstMs: 1_000, lastMs: 600_000, jitter: 0.2 };
/** A thread that has lived so long has not failed at once. */
const LONG_LIFE_MS = 600_000;
const BUDGET = { part: 0.1, windowMs: 5_000, burstMs: 50 };
const CLOSING_MS = 2_000;
/** How often a shadow is asked at most, in milliseconds. */
export const BEAT_MS = 200;

/**
 * Keeps the thread of a shadow: starts it again, ever later, after it was lost, ends it where it hangs or takes too
 * much memory, and measures its CPU.
 */
export class ShadowKeeper {
  readonly budget = new CpuBudget(BUDGET, performance.now());
  readonly pace = new AskingPace(BEAT_MS, performance.now());
  readonly #data: ShadowThreadData;
  readonly #events: KeeperEvents;
  readonly #log: Logger;
  readonly #meter = new CpuMeter();
  readonly #firstLoad = Promise.withResolvers<void>();
  #worker: ShadowWorker | undefined;
  #current: ShadowState = "loading";
  #startedMs = 0;
  #failures = 0;
  #restartCount = 0;
  #silentLooks = 0;
  #silentCpuMs = 0;
  #cpuMs = 0;
  /** Of the thread and its children, and of the thread alone, since the last look. */
  #usedMs = 0;
  #threadMs = 0;
  #heldBackBefore: HeldBackCounts = NOTHING_HELD_BACK;
  #look: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(data: ShadowThreadData, events: KeeperEvents, log: Logger) {
    this.#data = data;
    this.#events = events;
    this.#log = log;
    this.#firstLoad.promise.catch(() => undefined);
  }

  get state(): ShadowState {
    return this.#current;
  }

  get restarts(): number {
    return this.#restartCount;
  }

  get cpuMs(): number {
    return this.#cpuMs;
  }

  get heldBack(): HeldBackCounts {
    return addHeldBack(this.#heldBackBefore, this.#worker?.signs?.heldBack ?? {});
  }

  /** Resolves once the candidate is loaded for the first time; rejects with the reason where it cannot be. */
  start(): Promise<void> {
    this.#look = setInterval(() => this.#lookAt(), LOOK_EVERY_MS).unref();
    this.#spawn();
    return this.#firstLoad.promise;
  }

  /** Only while it is `running`. */
  send(message: ToShadow): void {
    this.#worker?.send(message);
  }

  /**
   * Lets it keep what it has compared, for a moment, and ends it. A reload closes it as well as the stop after it, which
   * has to wait too: what it keeps would be lost. Never rejects.
   */
  async close(graceMs: number): Promise<void> {
    this.#closing ??= this.#end();
    const timer = setTimeout(() => this.#worker?.kill("the service stops"), Math.min(graceMs, CLOSING_MS));
    await this.#closing;
    clearTimeout(timer);
  }

  async #end(): Promise<void> {
    this.#current = "closed";
    clearInterval(this.#look);
    clearTimeout(this.#retry);
    this.#firstLoad.reject(new Error("the service stops"));
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => (this.#closed = resolve));
    worker.send({ type: "close" });
    await ended;
  }

  #spawn(): void {
    this.#current = "loading";
    this.#startedMs = performance.now();
    this.#silentLooks = 0;
    this.#silentCpuMs = 0;
    this.#worker = new ShadowWorker(this.#data, {
      onMessage: (message) => this.#take(message),
      onEnd: (reason) => this.#lose(reason),
    });
  }

  #take(message: FromShadow): void {
    if (message.type === "answered") {
      this.pace.settle(message.settled.length);
      return this.#events.onAnswered(message.settled);
    }
    if (message.type === "homeserver") return void this.#askHomeserver(message);
    if (message.type === "log") return this.#log[message.level](message.facts, `in the shadow: ${message.message}`);
    if (message.type === "closed") return this.#worker?.kill("it is closed");
    if (this.#current !== "loading") return;
    if (message.type === "failed") return this.#fail(message.reason);
    if (message.type !== "loaded") return;
    this.#current = "running";
    this.#firstLoad.resolve();
    this.#events.onReady(message);
  }

  async #askHomeserver({ id, call, args }: Extract<FromShadow, { type: "homeserver" }>): Promise<void> {
    const worker = this.#worker;
    let outcome: unknown;
    try {
      outcome = await this.#events.onHomeserver?.(call, args);
    } catch (error) {
      outcome = { unreachable: (error as Error).message };
    }
    worker?.send({ type: "homeserver", id, outcome });
  }

  /** A candidate that could not be loaded at first is tried again by a reload; one that could is tried again soon. */
  #fail(reason: string): void {
    if (this.#restartCount === 0) this.#current = "failed";
    this.#firstLoad.reject(new Error(reason));
    this.#worker?.kill(reason);
  }

  #lose(reason: string): void {
    const lifeMs = performance.now() - this.#startedMs;
    this.#heldBackBefore = this.heldBack;
    this.#worker = undefined;
    this.#events.onLost(reason);
    if (this.#current === "closed") return this.#closed?.();
    if (this.#current === "failed") return;
    if (this.#restartCount === 0 && this.#current === "loading") {
      this.#current = "failed";
      this.#firstLoad.reject(new Error(reason));
      return;
    }
    this.#failures = lifeMs >= LONG_LIFE_MS ? 1 : this.#failures + 1;
    const delayMs = Math.max(backoff(this.#failures, RESTART), this.budget.waitMs(performance.now()));
    this.#current = "waiting";
    this.#log.warn({ reason, delayMs: Math.round(delayMs) }, "the shadow is lost: it is started again");
    this.#retry = setTimeout(() => {
      this.#restartCount += 1;
      this.#spawn();
    }, delayMs).unref();
  }

  /** Counts what was used until now: what is noticed late is used meanwhile. */
  charge(): void {
    const signs = this.#worker?.signs;
    const { threadMs, processesMs } = this.#meter.look(signs?.threadId, signs?.pids ?? []);
    const usedMs = threadMs + processesMs;
    this.#cpuMs += usedMs;
    this.#usedMs += usedMs;
    this.#threadMs += threadMs;
    if (this.#isCharged) this.budget.charge(usedMs, performance.now());
  }

  /** The first load is part of the start. */
  get #isCharged(): boolean {
    return this.#current !== "loading" || this.#restartCount > 0;
  }

  #lookAt(): void {
    const worker = this.#worker;
    this.charge();
    const [usedMs, threadMs] = [this.#usedMs, this.#threadMs];
    [this.#usedMs, this.#threadMs] = [0, 0];
    if (this.#isCharged) this.pace.look({ usedMs, waiting: this.#events.countWaiting() });
    if (worker !== undefined) this.#endIfLost(worker, threadMs);
    this.#events.onTick();
  }

  #endIfLost(worker: ShadowWorker, threadMs: number): void {
    if (this.#current === "loading") {
      if (performance.now() - this.#startedMs > LOADING_MS) worker.kill("it could not be loaded in time");
      return;
    }
    const { silentMs } = worker;
    this.#silentCpuMs = silentMs > LOOK_EVERY_MS ? this.#silentCpuMs + threadMs : 0;
    const isSilent = silentMs > STILL_MS || (silentMs > HANGING_MS && this.#silentCpuMs > BUSY_MS);
    // Two looks in a row: where the service itself stood still, signs wait to be read.
    this.#silentLooks = isSilent ? this.#silentLooks + 1 : 0;
    if (this.#silentLooks >= 2) worker.kill("it hangs: its thread gives no sign of life");
    else if ((worker.signs?.externalBytes ?? 0) > MAX_EXTERNAL_BYTES) worker.kill("it holds too much memory");
  }
}
