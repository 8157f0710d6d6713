import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { isMarked, marked } from "../support/processes.ts";
import { type FaultyService, startFaultyService } from "../support/service.ts";
import { Client } from "./client.ts";
import type { Tally } from "./tally.ts";

/** A moment as a client sees it: what may go wrong with a request that begins then. */
export interface Moment {
  readonly isWhole: boolean;
  readonly childKills: number;
  readonly serviceKills: number;
}

/** Faults that the log may tell of, as they are what a kill leads to. */
const EXPECTED_ERRORS = /^the child is down$|^the child could not be started again$|^the reload failed/;
const ERROR_LEVEL = 50;
const KEPT_LENGTH = 3000;

/** A service that is killed, or whose Python children are, and what its log says about that. */
export class Victim {
  readonly mark = randomUUID();
  /** Errors in the log that no kill explains. */
  readonly surprises: string[] = [];
  /** What the log said last, beside requests. */
  lastLines = "";
  client: Client | undefined;
  childKills = 0;
  serviceKills = 0;

  readonly #config: string;
  readonly #environment: Record<string, string>;
  readonly #tally: Tally;
  readonly #events = new EventEmitter().setMaxListeners(0);
  #service: FaultyService | undefined;
  /** The parent of the latest child: the service also while it starts. */
  #servicePid = 0;
  /** Children that are known, by number. */
  readonly #children = new Map<number, "starting" | "up" | "killed">();
  /** How many that were up have been killed and not been replaced yet. */
  #down = 0;
  #isReloading = false;
  /** A child was killed during the last reload: whether the new one's or the old one's is not known. */
  #isShaken = false;

  constructor(folder: string, config: string, tally: Tally) {
    this.#config = config;
    this.#tally = tally;
    const temporary = join(folder, "tmp");
    mkdirSync(temporary);
    this.#environment = { ...marked(this.mark), TMPDIR: temporary };
  }

  /** Starts the service, and repeats that where it is killed in the meantime. */
  async start(): Promise<void> {
    for (;;) {
      const killsBefore = this.serviceKills;
      try {
        this.#service = await startFaultyService(this.#config, this.#environment, (line) => this.#read(line));
        break;
      } catch (error) {
        if (this.serviceKills === killsBefore) throw error;
      }
    }
    this.#down = 0;
    this.client = new Client(this.#service.url, (count) => this.#tally.add("bytes", count));
    this.#events.emit("whole");
  }

  /** The service runs, and every module can be asked. */
  get isWhole(): boolean {
    return this.client !== undefined && this.#down === 0;
  }

  get moment(): Moment {
    const { isWhole, childKills, serviceKills } = this;
    return { isWhole, childKills, serviceKills };
  }

  async whole(): Promise<void> {
    while (!this.isWhole) await once(this.#events, "whole");
  }

  /** Resolves when a child says that it is there, long before it is up. */
  async childStarting(): Promise<void> {
    await once(this.#events, "child");
  }

  /** Kills one of the running children; false where none is running. */
  killChild(random: () => number): boolean {
    const alive = [...this.#children].filter(([pid, state]) => state !== "killed" && isMarked(pid, this.mark));
    const [pid, state] = alive[Math.floor(random() * alive.length)] ?? [];
    if (pid === undefined) return false;
    if (state === "up" || this.#isReloading) this.#down += 1;
    this.#isShaken = this.#isReloading;
    this.#children.set(pid, "killed");
    this.childKills += 1;
    process.kill(pid, "SIGKILL");
    return true;
  }

  /** Kills the service, be it starting or ready. */
  async killService(): Promise<void> {
    const { client } = this;
    const pid = this.#service?.pid ?? this.#servicePid;
    if (!isMarked(pid, this.mark)) return;
    this.client = undefined;
    this.#service = undefined;
    this.serviceKills += 1;
    process.kill(pid, "SIGKILL");
    await client?.destroy();
  }

  /**
   * Makes the service reload, and waits until what was replaced has ended. False where not everything is there
   * afterwards, because a child was killed in the meantime.
   */
  async reload(): Promise<boolean> {
    this.#isReloading = true;
    this.#isShaken = false;
    process.kill(this.#service?.pid ?? 0, "SIGHUP");
    const [isDone] = (await once(this.#events, "reloaded")) as [boolean];
    this.#isReloading = false;
    return isDone && !this.#isShaken;
  }

  /** Ends it in order. */
  async end(): Promise<void> {
    await this.client?.destroy();
    await this.#service?.end("SIGTERM");
  }

  #read(line: string): void {
    if (!line.startsWith("{")) return;
    if (!line.includes('"route"')) this.lastLines = `${this.lastLines}\n${line}`.slice(-KEPT_LENGTH);
    const { msg, pid, level } = JSON.parse(line) as { msg: string; pid?: number; level: number };
    const [, child, parent] = /^storm: child (\d+) of (\d+)$/.exec(msg) ?? [];
    if (child !== undefined) this.#seeChild(Number(child), Number(parent));
    else if (msg === "the child is up") this.#seeUp(pid ?? 0);
    else if (msg.startsWith("reloaded:")) this.#seeReloaded();
    else if (msg.startsWith("the modules that the reload replaced")) this.#events.emit("reloaded", true);
    else if (msg.startsWith("the reload failed")) this.#events.emit("reloaded", false);
    else if (level >= ERROR_LEVEL && !EXPECTED_ERRORS.test(msg)) this.surprises.push(line);
  }

  /** Each of a child's modules says it, perhaps after the child is known to be up. */
  #seeChild(pid: number, parent: number): void {
    this.#servicePid = parent;
    if (this.#children.has(pid)) return;
    this.#children.set(pid, "starting");
    this.#events.emit("child");
  }

  #seeUp(pid: number): void {
    // It may have been killed before its line came.
    if (this.#children.get(pid) === "killed") return;
    this.#children.set(pid, "up");
    // Whether it is one of those that serve is known once the reload is over.
    if (this.#isReloading) return;
    this.#down = Math.max(0, this.#down - 1);
    if (this.isWhole) this.#events.emit("whole");
  }

  #seeReloaded(): void {
    if (!this.#isShaken) this.#down = 0;
    if (this.isWhole) this.#events.emit("whole");
  }
}
