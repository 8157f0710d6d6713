import { z } from "zod";
import { ModuleUnavailable } from "../../callbacks/failure.ts";
import { KINDS } from "../../callbacks/kinds.ts";
import type { Caller, PythonRunner, PythonStep } from "../../callbacks/slots/slot.ts";
import { BridgeError, RemoteError } from "../../bridge/errors.ts";
import type { Connection } from "../../bridge/transport/connection.ts";
import type { CallOptions } from "../../bridge/transport/pending-calls.ts";
import { spawnChild } from "../../bridge/child/spawn-child.ts";
import { Supervisor } from "../../bridge/child/supervisor.ts";
import { CallAdmission } from "./call-admission.ts";
import { initializeParams, type PythonHostOptions } from "./python-host-options.ts";
import { PythonLog } from "./python-log.ts";
import { readBlocked, readConstructed, readInitialized } from "./python-messages.ts";
import { type PythonEntry, PythonSlots } from "./python-slots.ts";
import { SHIM_FOLDER } from "../../util/shim-folder.ts";
import { describePythonStart } from "./python-start-error.ts";

/** How long a silent child is waited for beyond the deadlines that it enforces. */
const SILENCE_MS = 5_000;
/** Modules may block while they are loaded. */
const LOADING_MS = 300_000;
/** A scrape is better served by the service's own metrics than by waiting for a busy child. */
const METRICS_MS = 1_000;

/**
 * A Python child and the modules in it. It imports all modules and parses all configurations at once, then constructs
 * one module at a time, when its turn comes. After a crash it does all of that by itself, and the slots keep their
 * places.
 */
export class PythonHost implements PythonRunner {
  readonly #options: PythonHostOptions;
  readonly #entries: readonly PythonEntry[];
  readonly #supervisor: Supervisor;
  readonly #files = new Map<number, string>();
  /** What its modules registered. */
  readonly slots: PythonSlots;
  readonly #admission: CallAdmission;
  /** Modules constructed so far, in order: what a restarted child has to construct again. */
  readonly #constructed: number[] = [];
  #serving = false;
  #hasGreeted = false;
  #restartCount = 0;

  constructor(options: PythonHostOptions) {
    this.#options = options;
    this.#entries = [...options.entries, ...options.storageProviders];
    this.slots = new PythonSlots(this.#entries, options.registry, this, options.log);
    this.#admission = new CallAdmission(options.admission, options.log, options.onWaited);
    const said = new PythonLog(options.log);
    this.#supervisor = new Supervisor({
      spawn: () =>
        spawnChild({
          command: options.executable,
          args: [SHIM_FOLDER],
          env: { ...process.env, ...options.environment },
          log: options.log,
          onRecord: (record) => said.record(record),
          onText: (text) => said.text(text),
          requests: options.requests,
          notifications: {
            registered: (params) => this.#bindLate(params),
            blocked: (params) => options.onBlocked?.(readBlocked(params)),
          },
        }),
      handshake: (connection, epoch) => this.#load(connection, epoch),
      log: options.log,
      ping: { blockedAfterMs: options.blockedAfterMs },
      maxMemoryBytes: options.maxMemoryBytes,
    });
  }

  /** Spawns the child, imports every module and parses every configuration. Rejects with a {@link StartError}. */
  async start(): Promise<void> {
    try {
      await this.#supervisor.start();
    } catch (error) {
      throw describePythonStart(error, this.#hasGreeted ? this.#entries : [], this.#options.namedExecutable);
    }
  }

  /** Constructs one module; what it registers goes to the end of the chains. Rejects with a {@link StartError}. */
  async construct(index: number): Promise<void> {
    try {
      await this.#constructIn(this.#connected(), index);
      this.#constructed.push(index);
    } catch (error) {
      const loading = this.#entries.filter((entry) => entry.index === index);
      throw describePythonStart(error, loading, this.#options.namedExecutable);
    }
  }

  /** Tells the child that every module is constructed and the port is bound. */
  async markStarted(): Promise<void> {
    this.#serving = true;
    await this.#begin(this.#connected());
  }

  async run(steps: readonly PythonStep[], trace: boolean, { request, user }: Caller): Promise<unknown> {
    const [first] = steps;
    if (first === undefined) return [];
    const turn = this.#admission.enter(user, KINDS[first.kind].isFirstOfRequest, first.deadlineMs);
    if (turn !== undefined) await turn;
    try {
      return await this.#send(steps, trace, { request, user });
    } finally {
      this.#admission.leave();
    }
  }

  /** Asks the child something other than a run (docs/bridge-protocol.md). Rejects with a {@link BridgeError}. */
  async request(method: string, params: unknown, options: CallOptions): Promise<unknown> {
    return this.#connected().request(method, params, options);
  }

  /**
   * What modules count with `prometheus_client`, in Prometheus' text format. Rejects where the child does not answer
   * within a second.
   */
  async metrics(): Promise<string> {
    // Without a deadline, past which a blocked child would be killed: no request depends on this call.
    return z.string().parse(await this.request("metrics", null, { signal: AbortSignal.timeout(METRICS_MS) }));
  }

  /** The name of the child: the class that it is for, or `shared`. */
  get name(): string {
    return this.#options.name;
  }

  /** Indexes of the modules and storage providers in it. */
  get indexes(): number[] {
    return this.#entries.map(({ index }) => index);
  }

  /** The file of a module, absolute, where it has one. */
  fileOf(index: number): string | null {
    return this.#files.get(index) ?? null;
  }

  get up(): boolean {
    return this.#supervisor.state === "up";
  }

  get pid(): number | undefined {
    return this.#supervisor.pid;
  }

  get state(): string {
    return this.#supervisor.state;
  }

  get inFlight(): number {
    return this.#supervisor.connection?.inFlight ?? 0;
  }

  /** Calls that wait for their turn. */
  get queued(): number {
    return this.#admission.queued;
  }

  /** The calls that were refused so far because too many waited. */
  get refused(): number {
    return this.#admission.refused;
  }

  /** Answers so far that no call waited for: late, twice, or to no call. */
  get ignored(): number {
    return this.#supervisor.ignored;
  }

  get restarts(): number {
    return this.#restartCount;
  }

  /** Lets runs in flight end within the grace, then ends the child and everything it started. */
  async stop(graceMs: number): Promise<void> {
    await this.#supervisor.stop({ graceMs });
    this.#options.web.close();
  }

  async #send(steps: readonly PythonStep[], trace: boolean, { request, user }: Caller): Promise<unknown> {
    let deadlineMs = SILENCE_MS;
    for (const step of steps) deadlineMs += step.slots.length * step.deadlineMs;
    const wire = steps.map((step) => [step.kind, step.slots, step.args, step.deadlineMs]);
    const params = [trace, wire, request ?? null, user ?? null];
    const connection = this.#connected();
    const { sent } = connection;
    const answer = connection.request("run", params, { deadlineMs });
    // What cannot be sent is refused at once.
    const wasSent = connection.sent > sent;
    try {
      return await answer;
    } catch (error) {
      if (!wasSent || error instanceof RemoteError) throw error;
      throw new ModuleUnavailable("unavailable", "the Python child did not answer", {
        cause: error,
        hasChildEnded: true,
      });
    }
  }

  async #load(connection: Connection, epoch: number): Promise<void> {
    this.#hasGreeted = true;
    if (epoch > 1) this.#restartCount += 1;
    const params = initializeParams(this.#options, epoch);
    const answer = await connection.request("initialize", params, { deadlineMs: LOADING_MS });
    for (const { index, file } of readInitialized(answer)) if (file !== null) this.#files.set(index, file);
    this.slots.unbindAll();
    this.#options.web.unbindAll();
    for (const index of this.#constructed) await this.#constructIn(connection, index);
    if (this.#serving) await this.#begin(connection);
    this.slots.warnOfMissing(this.#constructed);
    this.#options.web.warnOfMissing();
  }

  async #constructIn(connection: Connection, index: number): Promise<void> {
    this.#bind(index, await connection.request("construct", { index }, { deadlineMs: LOADING_MS }));
  }

  async #begin(connection: Connection): Promise<void> {
    await this.#options.web.listen(connection);
    await connection.request("started", null, { deadlineMs: LOADING_MS });
  }

  #bind(index: number, answer: unknown, isLate = false): void {
    const registered = readConstructed(answer);
    this.slots.bind(index, registered, isLate);
    this.#options.web.bind(this.slots.moduleOf(index), registered.resources);
  }

  async #bindLate(params: unknown): Promise<void> {
    const { module } = params as { module: number };
    // What a constructor registered, and the answer to it that came just before this, is bound a moment after it is
    // read.
    await Promise.resolve();
    this.#bind(module, params, true);
    this.#options.log.info({ module: this.slots.moduleOf(module).name }, "a module registered late");
    // Before that, the start handles it.
    if (this.#serving && this.up) await this.#options.web.listen(this.#connected());
  }

  #connected(): Connection {
    const { connection } = this.#supervisor;
    if (connection === undefined) throw new BridgeError("CHILD_DOWN", `the Python child is ${this.#supervisor.state}`);
    return connection;
  }
}
