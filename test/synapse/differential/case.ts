import type { KindName } from "../../../src/callbacks/kinds.ts";
import type { Instance, Script } from "../../callbacks/script.ts";

/** What a user's requests are, in order. */
export type Request =
  | { readonly do: "config" }
  | { readonly do: "upload"; readonly size: number; readonly type?: string; readonly query?: string }
  /** Of the upload before it. */
  | { readonly do: "download" };

/** What a request was answered with, as far as it does not hang on chance. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, with the media id left out of `content_uri`; text for everything else. */
  readonly body: unknown;
  /** Who was called with what, one list for each callback. */
  readonly calls: Calls;
}

export type Calls = Partial<Record<KindName, readonly (readonly [instance: Instance, ...args: unknown[]])[]>>;

/** Where the service parts from Synapse on purpose. */
export interface Difference {
  /** How the row of docs/differences-from-synapse.md begins. */
  readonly row: string;
  /** What Synapse answers to the last request. */
  readonly synapse: Partial<Answer>;
  /** What the service answers to it instead; everything that is not named here is as in Synapse. */
  readonly here?: Partial<Answer>;
  /** A callback that is called in Synapse alone. */
  readonly calledInSynapse?: KindName;
  /** A callback that is called here alone, for all of its modules. */
  readonly calledHere?: KindName;
}

/** The same user, modules and requests on both sides. */
export interface Case {
  readonly title: string;
  readonly script?: Script;
  readonly requests: readonly Request[];
  readonly differs?: Difference;
}
