import type { Duplex } from "node:stream";
import { z } from "zod";
import { Connection } from "../bridge/transport/connection.ts";
import { BridgeError } from "../bridge/errors.ts";
import type { SlotRecord } from "../callbacks/slots/slot.ts";
import { StartError } from "../errors.ts";
import { VERSION } from "../version.ts";
import type { Logger } from "../util/log.ts";
import { HostedModules } from "./hosted-modules.ts";
import type { OneConfiguration } from "./one-configuration.ts";
import { peerDatabase } from "./peer/peer-database.ts";
import { peerHomeserver } from "./peer/peer-homeserver.ts";
import {
  type Initialize,
  InitializeSchema,
  MAGIC,
  PROTOCOL_VERSION,
  ServerFactsSchema,
  type WireFailure,
} from "./wire/protocol.ts";
import { runSteps } from "./run-steps.ts";
import { SessionShadows } from "./session-shadows.ts";
import type { OpenShadows } from "./shadows.ts";
import type { HostStatus, ReportedSynapse } from "./status/host-status.ts";

/** How long background work of modules may take to end once its Synapse is gone. */
const STOP_MS = 5_000;
const ANOTHER_CONFIGURATION =
  "another Synapse, or another entry of modules:, is connected to this socket with other modules or another " +
  "configuration of them: give each configuration a socket of its own, or stop the processes that use the former one";

const ShutdownSchema = z.strictObject({ grace_ms: z.number().nonnegative() });

/** How one Synapse is served. */
export interface HostOptions {
  readonly log: Logger;
  /** Shared by all Synapses of one socket. */
  readonly configuration: OneConfiguration;
  /** Another number for each Synapse. */
  readonly generation: number;
  /** Opens the shadows of modules. */
  readonly openShadows: OpenShadows;
  /** Shared by all Synapses of one socket. */
  readonly status: HostStatus;
  /** Called with the connection before anything is sent. */
  readonly onConnection?: (connection: Connection) => void;
  /** Called with the number of Synapse's process. */
  readonly onPeer?: (pid: number) => void;
  /** A channel on which `initialize` does not come within so many milliseconds is closed; absent: it may take its time. */
  readonly initializeWithinMs?: number;
}

/** Serves one Synapse over its channel. Resolves, never rejects, once the channel is closed and its modules have ended. */
export async function serveSynapse(channel: Duplex, options: HostOptions): Promise<void> {
  const session = new Session(options);
  const connection = new Connection({
    input: channel,
    output: channel,
    log: options.log,
    peer: "Synapse",
    requests: session.handlers,
    notifications: session.hearers,
  });
  options.onConnection?.(connection);
  session.greet(connection);
  const timer = closeUnlessInitialized(connection, session, options.initializeWithinMs);
  const end = await connection.closed;
  clearTimeout(timer);
  if (!session.isOnlyAsked) options.log.info({ reason: end.message }, "Synapse has left");
  channel.destroy();
  await session.end(STOP_MS);
}

/** A connection has one of few places, which something that is not a Synapse may take and never use. */
function closeUnlessInitialized(
  connection: Connection,
  session: Session,
  withinMs: number | undefined,
): NodeJS.Timeout | undefined {
  if (withinMs === undefined) return undefined;
  return setTimeout(() => {
    if (session.isInitialized) return;
    connection.close(new BridgeError("TIMEOUT", `it did not send initialize within ${withinMs} ms`));
  }, withinMs).unref();
}

/** What one Synapse has asked so far. */
class Session {
  readonly #options: HostOptions;
  #connection: Connection | undefined;
  #modules: HostedModules | undefined;
  #shadows: SessionShadows | undefined;
  #isSetUp = false;
  #pid: number | undefined;
  #entries: Initialize["modules"] = [];
  #connectedTs = 0;
  #isReady = false;
  #underWay = 0;
  #hasAskedStatus = false;
  #release: (() => void) | undefined;
  #unlist: (() => void) | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  readonly handlers = {
    initialize: (params: unknown) => this.#initialize(params),
    set_up: (params: unknown) => this.#setUp(params),
    shadows: (params: unknown) => this.#openShadows(params),
    run: (params: unknown) => this.#run(params),
    ping: () => null,
    status: () => {
      this.#hasAskedStatus = true;
      return this.#options.status.read();
    },
    shutdown: async (params: unknown) => {
      await this.end(ShutdownSchema.parse(params).grace_ms);
      return null;
    },
  };

  readonly hearers = {
    asked: (params: unknown) => this.#shadows?.take(params),
    not_asked: (params: unknown) => this.#shadows?.countDropped(params),
  };

  /** Whether it has sent a valid `initialize`. */
  get isInitialized(): boolean {
    return this.#pid !== undefined;
  }

  /** Whether an operator's command asked for the status here, and nothing else was sent. */
  get isOnlyAsked(): boolean {
    return this.#hasAskedStatus && !this.isInitialized;
  }

  greet(connection: Connection): void {
    this.#connection = connection;
    this.#connectedTs = Date.now();
    const versions = { version: VERSION, node: process.versions.node, pid: process.pid };
    connection.notify("hello", { magic: MAGIC, protocol: [PROTOCOL_VERSION, PROTOCOL_VERSION], ...versions });
  }

  /** Never rejects: the configuration is free again whatever could not be ended. */
  async end(graceMs: number): Promise<void> {
    const [modules, shadows] = [this.#modules, this.#shadows];
    this.#modules = undefined;
    this.#shadows = undefined;
    const ended = await Promise.allSettled([modules?.stop(graceMs), shadows?.leave(graceMs)]);
    this.#release?.();
    this.#unlist?.();
    for (const end of ended) {
      if (end.status === "fulfilled") continue;
      this.#options.log.error(
        { err: end.reason as unknown },
        "not everything of a Synapse that has left could be ended",
      );
    }
  }

  async #initialize(params: unknown): Promise<object> {
    if (this.#release !== undefined) throw new TypeError("initialize was sent twice");
    const { modules, pid } = InitializeSchema.parse(params);
    this.#pid = pid;
    this.#options.onPeer?.(pid);
    this.#release = this.#options.configuration.take(modules);
    if (this.#release === undefined) return failed("configuration", ANOTHER_CONFIGURATION);
    return this.#unlessFailed(async () => {
      this.#modules = await HostedModules.parse(modules, this.#options.generation, this.#options.log);
      this.#entries = modules;
      return { modules: this.#modules.files };
    });
  }

  #setUp(params: unknown): Promise<object> {
    const facts = ServerFactsSchema.parse(params);
    const [modules, connection] = [this.#modules, this.#connection];
    if (modules === undefined || connection === undefined || this.#isSetUp) throw new TypeError("set_up out of turn");
    this.#isSetUp = true;
    // A connection that ends before was a check.
    this.#unlist = this.#options.status.add(() => this.#report(modules));
    const services = { homeserver: peerHomeserver(connection), database: peerDatabase(connection) };
    return this.#unlessFailed(async () => {
      const entries = await modules.setUp(facts, services, (entry) => connection.notify("registered", { entry }));
      this.#isReady = true;
      return { entries };
    });
  }

  #openShadows(params: unknown): Promise<object> {
    const [modules, connection] = [this.#modules, this.#connection];
    if (modules === undefined || connection === undefined || !this.#isSetUp) throw new TypeError("shadows out of turn");
    const { openShadows: open, log } = this.#options;
    const shadows = (this.#shadows ??= new SessionShadows({ open, connection, modules, log }));
    return this.#unlessFailed(async () => {
      await shadows.open(params);
      return {};
    });
  }

  #run(params: unknown): unknown {
    const modules = this.#modules;
    if (modules === undefined) throw new BridgeError("CANCELLED", "the modules have ended");
    const { log, status } = this.#options;
    const isUserAdmin = (userId: string) => peerHomeserver(this.#connected).isUserAdmin(userId);
    const shadows = this.#shadows;
    const hear = shadows && ((...heard: Parameters<typeof shadows.hear>) => shadows.hear(...heard));
    const observe = (record: SlotRecord) => status.count(record);
    const answer = runSteps(params, { slotOf: (slot) => modules.slot(slot), isUserAdmin, hear, observe, log });
    if (!(answer instanceof Promise)) return answer;
    this.#underWay += 1;
    return answer.finally(() => (this.#underWay -= 1));
  }

  #report(hosted: HostedModules): ReportedSynapse {
    const files = [...hosted.files];
    const modules = this.#entries.map((entry) => {
      if ("python" in entry) return { name: entry.python, language: "python", file: null } as const;
      const { name, file } = files.shift() ?? { name: entry.typescript, file: null };
      return { name, language: "typescript", file } as const;
    });
    const [pid, connectedTs, state] = [this.#pid ?? 0, this.#connectedTs, this.#isReady ? "ready" : "loading"] as const;
    const status = { pid, connectedTs, state, underWay: this.#underWay };
    return { status, modules, slots: hosted.slots, shadows: this.#shadows?.status ?? [] };
  }

  get #connected(): Connection {
    if (this.#connection === undefined) throw new TypeError("Synapse is not connected");
    return this.#connection;
  }

  async #unlessFailed(load: () => Promise<object>): Promise<object> {
    try {
      return await load();
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      return failed("module", error.message);
    }
  }
}

function failed(kind: WireFailure["failed"]["kind"], message: string): WireFailure {
  return { failed: { kind, message: message.toWellFormed() } };
}
