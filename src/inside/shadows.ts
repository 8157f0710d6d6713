import type { Answered } from "../callbacks/asked/asked.ts";
import type { CallbackKinds, KindName } from "../callbacks/kinds.ts";
import type { SlotRecord } from "../callbacks/slots/slot.ts";
import type { HomeserverRelay } from "../homeserver/client/relayed-client.ts";
import type { InsideStatus } from "../status/inside/inside-status.ts";
import type { Logger } from "../util/log.ts";

/** A module that decides, as it was loaded. */
export interface LoadedDecider {
  /** Its place in the entry's list. */
  readonly index: number;
  readonly name: string;
  readonly file: string | null;
  /** The callbacks that it registers. */
  readonly kinds: readonly KindName[];
}

/** How the shadows of one Synapse process are opened. */
export interface ShadowsRequest {
  /** The configuration that the package wrote, in the form of the service's, absolute. */
  readonly configPath: string;
  /** Whether those that are required are waited for; a start rejects where one of them cannot be loaded. */
  readonly waits: boolean;
  readonly deciders: readonly LoadedDecider[];
  /** Makes calls of the ModuleApi of this Synapse. */
  readonly relay: HomeserverRelay;
  /** The name of the folder into which Synapse's process links files. */
  readonly filesName: string;
  readonly log: Logger;
}

/** A question to a TypeScript module of this process, before it is answered. */
export interface HeardQuestion<K extends KindName = KindName> {
  readonly kind: K;
  readonly args: CallbackKinds[K]["args"];
  readonly user: string | undefined;
}

/** Takes what the module did with the question; undefined where it is not to be compared. */
export type Hearing = (record: SlotRecord | undefined, value: unknown) => void;

/** What a Python module of Synapse was asked and said, as the package tells it. */
export interface ToldQuestion {
  readonly index: number;
  readonly answered: Answered;
  /** The share of the questions that is told. */
  readonly part: number;
  /** A link to the file that the question is about, which is handed over. */
  readonly filePath: string | undefined;
}

/** The shadows of one Synapse process. Nothing here throws, and no decision waits for it but for the link to a file. */
export interface Shadows {
  /** Draws whether a question is compared. Undefined where it is not, or where the module has no shadow. */
  hear(index: number, question: HeardQuestion): Hearing | Promise<Hearing> | undefined;
  /** Takes a question that was answered elsewhere. */
  take(told: ToldQuestion): void;
  /** Counts questions that were sampled and are not asked. */
  countDropped(index: number, kind: KindName, count: number): void;
  /** The shares of questions that are compared now, by the index of the module. */
  shares(): (readonly [index: number, share: number])[];
  /** How they are doing, those of all processes that share them. */
  status(): InsideStatus["shadows"];
  /** This Synapse has left. */
  leave(graceMs: number): Promise<void>;
}

/** Opens the shadows that a configuration names. Rejects with a StartError. */
export type OpenShadows = (request: ShadowsRequest) => Promise<Shadows>;
