import type { Handlers } from "../../bridge/transport/peer-requests.ts";
import type { CallbackRegistry } from "../../callbacks/slots/registry.ts";
import type { PythonModuleConfig, PythonProviderConfig } from "../../config/config.ts";
import type { Logger } from "../../util/log.ts";
import type { AdmissionLimits } from "./call-admission.ts";
import type { Blocked } from "./python-messages.ts";
import { toWire } from "./python-slots.ts";
import type { PythonWeb } from "./python-web.ts";

/** What modules may know about the service, in the wire's names (docs/bridge-protocol.md). */
export interface ServiceFacts {
  readonly server_name: string;
  readonly public_baseurl: string | null;
  readonly media_store_path: string;
  readonly max_upload_size: number;
  readonly enable_authenticated_media: boolean;
  readonly worker_name: string;
  readonly worker_app: string;
  readonly run_background_tasks: boolean;
  readonly database: DatabaseFacts;
}

/** Where `run_db_interaction` runs, in the shape of Synapse's `database:`; `own` is the service's own database. */
export interface DatabaseFacts {
  readonly name: "sqlite3" | "psycopg2";
  readonly args: Readonly<Record<string, unknown>>;
  readonly own: boolean;
  /** The key that decides it, for messages; null where none does. */
  readonly key: string | null;
}

export interface PythonHostOptions {
  /** The class that the child is for, or `shared`. */
  readonly name: string;
  readonly executable: string;
  /** The same where the operator named it; undefined: the service has made the environment. */
  readonly namedExecutable: string | undefined;
  /** Added to the service's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folders for `sys.path`. */
  readonly searchPath: readonly string[];
  /** Resident memory past which the child is started anew; undefined: without a limit. */
  readonly maxMemoryBytes: number | undefined;
  readonly blockedAfterMs: number;
  readonly admission: AdmissionLimits;
  readonly entries: readonly PythonModuleConfig[];
  readonly storageProviders: readonly PythonProviderConfig[];
  readonly service: ServiceFacts;
  /** What the child may ask of the service: handlers by method. */
  readonly requests: Handlers;
  readonly registry: CallbackRegistry;
  readonly web: PythonWeb;
  readonly log: Logger;
  /** For `check` and `call`: loops, background calls and outgoing HTTP of modules do not start. */
  readonly dryRun: boolean;
  /** Whether modules may send `GET` in a dry run nevertheless. */
  readonly mayGet: boolean;
  /** The longest transaction in a dry run, in milliseconds; undefined: as long as it takes. */
  readonly maxTransactionMs: number | undefined;
  /** Called with the time that each call waited for its turn. */
  readonly onWaited?: ((seconds: number) => void) | undefined;
  /** Called each time a module blocked the child's event loop. */
  readonly onBlocked?: ((blocked: Blocked) => void) | undefined;
}

/** The child stops a sudden flood at once; the host stops a leak by restarting the child. */
const HARD_MEMORY_FACTOR = 2;

/** What a child is told before it loads anything: the parameters of `initialize` (docs/bridge-protocol.md). */
export function initializeParams(options: PythonHostOptions, epoch: number): object {
  const { service, searchPath, dryRun, mayGet, maxTransactionMs, maxMemoryBytes } = options;
  return {
    protocol: 1,
    epoch,
    parent_pid: process.pid,
    service,
    sys_path: searchPath,
    dry_run: dryRun,
    may_get: mayGet,
    max_transaction_ms: maxTransactionMs ?? null,
    log_level: "INFO",
    max_data_bytes: maxMemoryBytes === undefined ? null : HARD_MEMORY_FACTOR * maxMemoryBytes,
    modules: options.entries.map(toWire),
    storage_providers: options.storageProviders.map(toWire),
  };
}
