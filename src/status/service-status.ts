import type { Latencies } from "./latency-ring.ts";
import type { RefusalStatus } from "./refusal-status.ts";
import type { SlotCounts } from "./slot-tallies.ts";
import type { UploadCounts } from "./upload-counts.ts";
import type { ShadowStatus } from "../shadow/run/shadow-status.ts";

/**
 * How the service is doing: what `media-bridge status --json` and `/status.json` answer. Times are milliseconds since
 * the epoch, and counts are since the start. `null` means that a value could not be had.
 */
export interface ServiceStatus {
  readonly takenTs: number;
  readonly startedTs: number;
  readonly version: string;
  /** Node's version. */
  readonly node: string;
  readonly pid: number;
  readonly serverName: string;
  /**
   * Who keeps media: the service (`repository`), a Synapse behind it (`guard`), or the service, with a Synapse for what is
   * missing (`fallback`).
   */
  readonly mode: "repository" | "guard" | "fallback";
  /** Why not every module can be asked now, in words; null where all can be. */
  readonly problem: string | null;
  /** What is not enforced, one sentence each; empty where all decisions are. */
  readonly notEnforced: readonly string[];
  readonly uploads: UploadCounts;
  /** In the order of the configuration. */
  readonly modules: readonly ModuleStatus[];
  /** Of callbacks that a module registered. */
  readonly chains: readonly ChainStatus[];
  readonly queues: readonly QueueStatus[];
  readonly children: readonly ChildStatus[];
  readonly shadows: readonly ShadowStatus[];
  /** Those that have run, or run now; empty for a guard, whose Synapse keeps the media. */
  readonly jobs: readonly JobStatus[] | null;
  readonly storage: readonly DiskStatus[];
  /** The last ones of all users, newest first, with those that are only reported. */
  readonly refusals: readonly RefusalStatus[] | null;
}

export interface ModuleStatus {
  readonly name: string;
  readonly language: "python" | "typescript";
  /** The Python child that it lives in; null for a TypeScript module. */
  readonly child: string | null;
  /** Whether what it decides holds; false: it is only reported. */
  readonly isEnforced: boolean;
}

/** The callbacks of one kind, in the order in which they are asked. */
export interface ChainStatus {
  readonly callback: string;
  readonly slots: readonly SlotStatus[];
}

export interface SlotStatus extends SlotCounts {
  readonly module: string;
  /** Whether what it decides holds; false: it is only reported. */
  readonly isEnforced: boolean;
  /** Percentiles of the last 512 calls, in microseconds; null where it was not called yet. */
  readonly micros: Latencies | null;
  /** How long the last calls took, oldest first, in microseconds. */
  readonly lastMicros: readonly number[];
}

export interface QueueStatus {
  readonly name: string;
  /** How many are at work; null where that does not apply. */
  readonly underWay: number | null;
  /** How many wait for their turn; null where nothing waits there, or it could not be had. */
  readonly waiting: number | null;
}

/** A job that removes what is of no use any more. */
export interface JobStatus {
  readonly name: string;
  readonly isRunning: boolean;
  /** When the last run ended; null where none has. */
  readonly endedTs: number | null;
  /** How many things the run removed, and could not remove: of the run under way, or else of the last one. */
  readonly done: number;
  readonly failed: number;
  /** Why the last run failed; null where it did not. */
  readonly lastError: string | null;
  /** When it runs again; null where that is not known. */
  readonly nextTs: number | null;
}

/** A Python child. */
export interface ChildStatus {
  readonly name: string;
  readonly state: string;
  readonly restarts: number;
  readonly inFlight: number;
  readonly queued: number;
  /** Calls that were refused, as too many waited. */
  readonly refused: number;
}

/** A file system on which the service keeps something. */
export interface DiskStatus {
  /** What is kept there. */
  readonly name: string;
  readonly freeBytes: number | null;
  readonly totalBytes: number | null;
  /** What the database takes; null for a folder. */
  readonly usedBytes: number | null;
}
