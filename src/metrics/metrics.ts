import type { KindName } from "../callbacks/kinds.ts";
import type { SlotModule, SlotOutcome } from "../callbacks/slots/slot.ts";
import { declareUncounted, type DeclaredMetrics } from "./declared-metrics.ts";
import type { ChildMetrics } from "./module-metrics.ts";

/** What a storage provider is asked to do with a file. */
export type ProviderCall = "store" | "fetch" | "delete";

/** How a storage provider did when it was asked. */
export type ProviderOutcome = "stored" | "found" | "deleted" | "absent" | "failed" | "timeout" | "unavailable";

/** How making the thumbnails of a picture ended. */
export const THUMBNAIL_OUTCOMES = [
  "made",
  "UNSUPPORTED",
  "TOO_LARGE",
  "BROKEN",
  "TIMEOUT",
  "MEMORY",
  "CRASHED",
  "DISTURBED",
  "BUSY",
  "UNAVAILABLE",
] as const;
export type ThumbnailOutcome = (typeof THUMBNAIL_OUTCOMES)[number];

/** What went over the connections of clients so far, heads included. */
export interface Traffic {
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/**
 * What the service counts. Without a metrics listener nothing is counted. Where labels are known beforehand, samples
 * are there from the start: at 0.
 */
export interface Metrics {
  /** A callback is registered, whether or not it ever runs. */
  callbackRegistered(kind: KindName, module: SlotModule): void;
  callbackRan(kind: KindName, module: string, outcome: SlotOutcome, micros: number): void;
  /** A TypeScript callback rejected after its deadline. */
  callbackLate(kind: KindName, module: string): void;
  /** A Python module held the child's event loop; `callback` is a kind of callback, or `background work`. */
  callbackBlocked(callback: string, module: string): void;
  /** A request is over; `aborted` where its client left before it had an answer. */
  requestEnded(route: string, status: number | "aborted", seconds: number): void;
  /** A request got its turn, or was refused one. */
  waited(queue: "python" | "upstream", seconds: number): void;
  /** The Synapse behind this service was sent a request. */
  upstreamAsked(outcome: "answered" | "failed", seconds: number): void;
  /** The homeserver was asked who makes a request. */
  whoamiAsked(outcome: "answered" | "failed", seconds: number): void;
  /** Reads what clients sent and got whenever the metrics are asked for. */
  watchTraffic(read: () => Traffic): void;
  /** What a callback, or a limit of the configuration, would have done and is not enforced. */
  unenforced(would: "refuse" | "answer", callback: string, module: string): void;
  /** Questions to modules were recorded (`media_bridge.record`), or not. */
  questionsRecorded(outcome: "recorded" | "lost" | "full", questions: number): void;
  uploadStored(bytes: number): void;
  /** An upload was stored that would have been refused by what is not enforced. */
  uploadWouldBeRefused(): void;
  /** `reason` is the error's code in the catalogue, or `module` where a module worded the refusal. */
  uploadRefused(reason: string): void;
  /** A child made thumbnails of a picture, or could not; `outcome` is `made`, or why not. */
  thumbnailsMade(outcome: ThumbnailOutcome, seconds: number): void;
  /** Reads, whenever the metrics are asked for, how many pictures are being made thumbnails of, or wait for it. */
  watchThumbnails(read: () => number): void;
  /** A storage provider is configured, whether or not it is ever asked. */
  providerConfigured(provider: string): void;
  providerAsked(provider: string, call: ProviderCall, outcome: ProviderOutcome, micros: number): void;
  /** Reads, whenever the metrics are asked for, how many files wait for each storage provider. */
  watchPendingStores(read: () => Promise<ReadonlyMap<string, number>>): void;
  /** There is such a job, whether or not it ever runs. */
  jobConfigured(job: string): void;
  jobStarted(job: string): void;
  /** A piece of a job's work is done: things were removed, or could not be. */
  jobPiece(job: string, piece: { readonly done: number; readonly failed?: number }): void;
  jobEnded(job: string, outcome: "succeeded" | "failed" | "interrupted"): void;
  /** Reads, whenever the metrics are asked for, of how many deleted media something is still to be removed. */
  watchDeletions(read: () => Promise<number>): void;
  /** For the TypeScript modules of a new generation: what they declare and count. */
  openDeclared(): DeclaredMetrics;
  /** Reads the state of each Python child whenever the metrics are asked for. */
  watchBridge(read: () => readonly BridgeState[]): void;
  /** A module has a shadow, which is asked about these callbacks. */
  shadowConfigured(module: string, callbacks: readonly KindName[]): void;
  /** The shadow of a module was asked, or could not be. */
  shadowAsked(kind: KindName, module: string, outcome: SlotOutcome | "dropped"): void;
  /** Reads how each shadow is doing whenever the metrics are asked for. */
  watchShadows(read: () => readonly ShadowSigns[]): void;
  /** Asks Python modules for their metrics whenever the metrics are asked for. */
  watchModules(read: () => Promise<readonly ChildMetrics[]>): void;
}

/** How a Python child is doing. */
export interface BridgeState {
  readonly name: string;
  readonly up: boolean;
  readonly inFlight: number;
  /** Calls that wait for their turn. */
  readonly queued: number;
  /** Calls that were refused so far, as too many waited. */
  readonly refused: number;
  readonly restarts: number;
  /** Answers of the child so far that no call waited for: late, twice, or to no call. */
  readonly ignored: number;
}

/** How the shadow of a module is doing. */
export interface ShadowSigns {
  readonly module: string;
  readonly state: string;
  /** From 0 to 1. */
  readonly share: number;
  readonly waiting: number;
  readonly restarts: number;
  readonly cpuSeconds: number;
  readonly heldBack: Readonly<Record<string, number>>;
}

const ignore = () => undefined;

/** Counts nothing. */
export const NO_METRICS: Metrics = {
  openDeclared: declareUncounted,
  callbackRegistered: ignore,
  callbackRan: ignore,
  callbackLate: ignore,
  callbackBlocked: ignore,
  requestEnded: ignore,
  waited: ignore,
  upstreamAsked: ignore,
  whoamiAsked: ignore,
  watchTraffic: ignore,
  unenforced: ignore,
  questionsRecorded: ignore,
  uploadStored: ignore,
  uploadWouldBeRefused: ignore,
  uploadRefused: ignore,
  thumbnailsMade: ignore,
  watchThumbnails: ignore,
  providerConfigured: ignore,
  providerAsked: ignore,
  watchPendingStores: ignore,
  jobConfigured: ignore,
  jobStarted: ignore,
  jobPiece: ignore,
  jobEnded: ignore,
  watchDeletions: ignore,
  shadowConfigured: ignore,
  shadowAsked: ignore,
  watchShadows: ignore,
  watchBridge: ignore,
  watchModules: ignore,
};
