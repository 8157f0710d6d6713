import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../../util/log.ts";
import type { Child } from "./child.ts";
import { BridgeError } from "../errors.ts";

/** How a blocked child is noticed. All in milliseconds. */
export interface PingOptions {
  /** Between pings. 5,000 where not given. */
  readonly intervalMs?: number;
  /** A child that does not answer a ping for this long is blocked. 1,000 where not given. */
  readonly timeoutMs?: number;
  /**
   * A child that is blocked for this long is killed where no call with a deadline is in flight. 60,000 where not given.
   */
  readonly blockedAfterMs?: number;
}

/** Node fires a timer at once if its delay is too long: a plan of many slots has a long deadline. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const DEFAULTS = { intervalMs: 5_000, timeoutMs: 1_000, blockedAfterMs: 60_000 };

/**
 * Pings a child. One that does not answer is asked for the stacks of its threads (SIGUSR1), and killed only after the
 * longest deadline that was in flight then: modules do block, and some calls are worth waiting for.
 */
export class Watchdog {
  readonly #child: Child;
  readonly #log: Logger;
  readonly #options: Required<PingOptions>;
  readonly #timer: NodeJS.Timeout;
  #isWaiting = false;
  #patience: NodeJS.Timeout | undefined;

  constructor(child: Child, log: Logger, options: PingOptions = {}) {
    this.#child = child;
    this.#log = log.child({ pid: child.pid });
    this.#options = { ...DEFAULTS, ...options };
    this.#timer = setInterval(() => void this.#ping(), this.#options.intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#patience);
    this.#isWaiting = false;
  }

  async #ping(): Promise<void> {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    const sentMs = performance.now();
    let isBlocked = false;
    this.#waitLonger(this.#options.timeoutMs, () => {
      isBlocked = true;
      this.#report();
    });
    await this.#ask();
    this.#isWaiting = false;
    clearTimeout(this.#patience);
    if (isBlocked && !this.#child.hasExited) {
      this.#log.warn({ blockedMs: Math.round(performance.now() - sentMs) }, "the child answers again");
    }
  }

  async #ask(): Promise<void> {
    try {
      await this.#child.connection.request("ping", null);
    } catch (error) {
      // Otherwise the child is gone, which its supervisor sees, or it breaks the protocol in a way that other code
      // handles.
      if (!(error instanceof BridgeError) || error.code !== "OVERLOADED") return;
      // It leaves so much unread that not even the ping fits: it counts as silent.
      await delay(this.#options.timeoutMs);
      if (this.#isWaiting) await this.#ask();
    }
  }

  #report(): void {
    const { timeoutMs, blockedAfterMs } = this.#options;
    const patienceMs = this.#child.connection.longestDeadlineMs || blockedAfterMs;
    this.#log.warn(
      { killedInMs: patienceMs },
      "the child is blocked: a module holds its event loop; its stacks follow",
    );
    this.#child.signal("SIGUSR1");
    this.#waitLonger(Math.max(0, patienceMs - timeoutMs), () => {
      const isInsideFrame = this.#child.connection.isInsideFrame;
      this.#log.error({ isInsideFrame }, "the child was blocked for too long and is killed");
      this.#child.kill();
    });
  }

  #waitLonger(delayMs: number, act: () => void): void {
    this.#patience = setTimeout(
      () => {
        // The answer may be unread because this process was busy: reads come before the next check.
        setImmediate(() => {
          if (this.#isWaiting) act();
        });
      },
      Math.min(delayMs, MAX_TIMER_MS),
    );
  }
}
