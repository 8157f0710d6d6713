import type { Logger } from "../../util/log.ts";
import { describeExit, type Child, type StopOptions } from "./child.ts";
import type { Connection } from "../transport/connection.ts";
import { BridgeError, RemoteError } from "../errors.ts";
import type { Hello } from "./hello.ts";
import { RestartPolicy, type RestartOptions } from "./restart-policy.ts";
import { MemoryGuard } from "./memory-guard.ts";
import { Watchdog, type PingOptions } from "./watchdog.ts";
import { within } from "../../util/concurrency/with-timeout.ts";

/**
 * `restarting`: a crashed child will be started again soon; `broken`: it crashed too often, and is tried now and then.
 */
export type SupervisorState = "starting" | "up" | "restarting" | "broken" | "stopped";

export interface SupervisorOptions {
  readonly spawn: () => Promise<Child> | Child;
  /** What makes a child ready to serve, after its hello. A rejection means that it is not ready. */
  readonly handshake: (connection: Connection, epoch: number, hello: Hello) => Promise<void>;
  readonly log: Logger;
  readonly restart?: RestartOptions;
  readonly ping?: PingOptions;
  /** Resident memory past which a child is killed; without a limit where not given. */
  readonly maxMemoryBytes?: number | undefined;
  /** Milliseconds within which a child must say hello. 10 s where not given. */
  readonly helloTimeoutMs?: number;
  readonly onUp?: (epoch: number) => void;
  readonly onDown?: (reason: BridgeError) => void;
  readonly onState?: (state: SupervisorState) => void;
}

const HELLO_TIMEOUT_MS = 10_000;

/**
 * Keeps one child running. Each child is an epoch of its own: the calls of a dead child are rejected, and nothing is
 * replayed.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #policy: RestartPolicy;
  #current: SupervisorState = "starting";
  #lastEpoch = 0;
  #child: Child | undefined;
  #ignoredBefore = 0;
  #launching: Promise<void> | undefined;
  #watchdog: Watchdog | undefined;
  #memoryGuard: MemoryGuard | undefined;
  #retry: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#policy = new RestartPolicy(options.restart);
  }

  get state(): SupervisorState {
    return this.#current;
  }

  /** The number of the latest child, from 1. */
  get epoch(): number {
    return this.#lastEpoch;
  }

  /** The process of the latest child; undefined before the first one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The connection to the child; undefined while none serves. */
  get connection(): Connection | undefined {
    return this.#current === "up" ? this.#child?.connection : undefined;
  }

  /** Answers of all children so far that no call waited for. */
  get ignored(): number {
    return this.#ignoredBefore + (this.#child?.connection.ignored ?? 0);
  }

  /**
   * Starts the first child. Rejects where it does not come up, and the supervisor then stays stopped: with the
   * `RemoteError` that ended the handshake, otherwise with a {@link BridgeError} `SPAWN` or `START` that ends with the
   * child's last words.
   */
  async start(): Promise<void> {
    try {
      await this.#launch();
    } catch (error) {
      if (this.#current !== "stopped") this.#enter("stopped");
      throw error;
    }
  }

  /** Ends the child for good. Resolves when it is gone, even if it never came up. */
  stop(options: StopOptions): Promise<void> {
    this.#stopping ??= this.#end(options);
    return this.#stopping;
  }

  async #end(options: StopOptions): Promise<void> {
    this.#enter("stopped");
    clearTimeout(this.#retry);
    this.#stopWatching();
    await this.#child?.stop(options);
    // A child that is still being spawned is ended there.
    await this.#launching?.catch(() => undefined);
  }

  #launch(): Promise<void> {
    this.#launching = this.#bringUp();
    return this.#launching;
  }

  async #bringUp(): Promise<void> {
    this.#lastEpoch += 1;
    const epoch = this.#lastEpoch;
    const child = await this.#options.spawn();
    this.#ignoredBefore = this.ignored;
    this.#child = child;
    try {
      if (this.#isStopped()) throw new BridgeError("START", "stopped while starting");
      await this.#shakeHands(child, epoch);
    } catch (error) {
      throw await this.#bringDown(child, error);
    }
    this.#beUp(child, epoch);
  }

  async #shakeHands(child: Child, epoch: number): Promise<void> {
    const { handshake, helloTimeoutMs = HELLO_TIMEOUT_MS } = this.#options;
    const hello = await within(child.hello, helloTimeoutMs);
    if (hello === undefined) throw new BridgeError("START", `the child sent no hello within ${helloTimeoutMs} ms`);
    const closed = child.connection.closed.then((error) => Promise.reject(error));
    await Promise.race([handshake(child.connection, epoch, hello), closed]);
    if (this.#isStopped()) throw new BridgeError("START", "stopped while starting");
  }

  async #bringDown(child: Child, error: unknown): Promise<Error> {
    // A child that answers may shut down in order; one that does not has nothing to lose.
    if (error instanceof RemoteError || this.#isStopped()) await child.stop({ graceMs: 0 });
    else child.kill();
    await child.exited;
    if (error instanceof RemoteError) return error;
    const lastWords = await child.lastWords();
    const reason = error instanceof Error ? error.message : String(error);
    const message = lastWords === "" ? reason : `${reason}; its last words:\n${lastWords}`;
    return new BridgeError("START", message, { cause: error });
  }

  #beUp(child: Child, epoch: number): void {
    const upMs = performance.now();
    const { log, ping, maxMemoryBytes } = this.#options;
    this.#watchdog = new Watchdog(child, log, ping);
    if (maxMemoryBytes !== undefined) this.#memoryGuard = new MemoryGuard(child, maxMemoryBytes, log);
    this.#enter("up");
    log.info({ pid: child.pid, epoch }, "the child is up");
    this.#options.onUp?.(epoch);
    void child.connection.closed.then((reason) => this.#beDown(child, reason, performance.now() - upMs));
  }

  #beDown(child: Child, reason: BridgeError, lifeMs: number): void {
    this.#stopWatching();
    this.#options.onDown?.(reason);
    if (this.#isStopped()) return;
    const facts = { pid: child.pid, epoch: this.#lastEpoch };
    this.#options.log.error({ ...facts, err: reason }, "the child is down");
    // Its channel closes first: the reason is known only now.
    void child.exited.then((exit) => this.#options.log.warn(facts, describeExit(exit)));
    this.#scheduleRestart(lifeMs, child.exited);
  }

  #scheduleRestart(lifeMs: number, gone?: Promise<unknown>): void {
    const { delayMs, isBroken } = this.#policy.recordCrash(performance.now(), lifeMs);
    this.#enter(isBroken ? "broken" : "restarting");
    this.#options.log.warn({ delayMs: Math.round(delayMs), isBroken }, "the child is started again");
    this.#retry = setTimeout(() => void this.#restart(gone), delayMs);
  }

  async #restart(gone: Promise<unknown> | undefined): Promise<void> {
    // Never two at a time: both would run the modules' background work.
    await gone;
    if (this.#isStopped()) return;
    try {
      await this.#launch();
    } catch (error) {
      if (this.#isStopped()) return;
      this.#options.log.error({ err: error }, "the child could not be started again");
      this.#scheduleRestart(0);
    }
  }

  #stopWatching(): void {
    this.#watchdog?.stop();
    this.#memoryGuard?.stop();
  }

  #enter(state: SupervisorState): void {
    if (this.#current === state) return;
    this.#current = state;
    this.#options.onState?.(state);
  }

  #isStopped(): boolean {
    return this.#current === "stopped";
  }
}
