import type { ShadowStatus } from "../../shadow/run/shadow-status.ts";
import type { ChainStatus } from "../service-status.ts";

/**
 * How `media-bridge callbacks` is doing: what `media-bridge status --socket --json` answers. Times are milliseconds since
 * the epoch, and counts are since the start, of all Synapse processes together.
 */
export interface InsideStatus {
  readonly takenTs: number;
  readonly startedTs: number;
  readonly version: string;
  /** Node's version. */
  readonly node: string;
  readonly pid: number;
  /** The Synapse processes that are connected, in the order in which they came. */
  readonly synapses: readonly SynapseStatus[];
  /** In the order of the entry in Synapse's `modules:`; empty while no Synapse is connected. */
  readonly modules: readonly InsideModuleStatus[];
  /** Of callbacks that a TypeScript module registered; empty while no Synapse is connected. */
  readonly chains: readonly ChainStatus[];
  readonly shadows: readonly ShadowStatus[];
}

export interface SynapseStatus {
  readonly pid: number;
  readonly connectedTs: number;
  /** `loading`: its modules are being set up. */
  readonly state: "loading" | "ready";
  /** Questions that wait for their answers. */
  readonly underWay: number;
}

export interface InsideModuleStatus {
  readonly name: string;
  readonly language: "python" | "typescript";
  /** The file of a TypeScript module; null for a Python one, which lives in Synapse. */
  readonly file: string | null;
}
