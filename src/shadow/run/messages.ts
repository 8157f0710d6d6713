import type { MessagePort } from "node:worker_threads";
import type { SlotOutcome } from "../../callbacks/slots/slot.ts";
import type { KindName } from "../../callbacks/kinds.ts";
import type { Config, ModuleConfig } from "../../config/config.ts";
import type { HeldBackCounts } from "../../modules/heard/held-back.ts";
import type { Answered } from "../asked.ts";
import type { EffectFacts } from "../compare/effect.ts";

/** What the thread of a shadow is started with. */
export interface ShadowThreadData {
  /** The service's configuration, of which the thread loads the candidate alone. */
  readonly config: Config;
  readonly original: LoadedOriginal;
  readonly candidate: ModuleConfig;
  /** A file that says which differences do not count, absolute. */
  readonly ignore: string | undefined;
  /** By which it is judged what follows from an answer. */
  readonly facts: EffectFacts;
  /** Whether calls to the homeserver are told to who keeps the thread, which makes them; absent: the thread does. */
  readonly relaysHomeserver?: boolean;
}

/**
 * What the thread gets as its `workerData`. Messages travel over a port of their own: a candidate, or a library that it
 * uses, may post anything to `parentPort`.
 */
export interface ShadowThreadStart extends ShadowThreadData {
  readonly port: MessagePort;
}

/** The module that is shadowed, as it was loaded. */
export interface LoadedOriginal {
  readonly entry: ModuleConfig;
  readonly name: string;
  readonly file: string | null;
}

/** A question for the thread. */
export interface ShadowQuestion {
  readonly id: number;
  readonly answered: Answered;
  /** Who decided: the other module is asked. */
  readonly decider: "original" | "candidate";
  /** Whether a fenced copy of the original is asked too, to tell noise from a difference. */
  readonly isAskedAgain: boolean;
}

/** A question that was asked and compared, and what came of it. */
export interface SettledQuestion {
  readonly id: number;
  readonly outcome: SlotOutcome;
}

/** What the service tells the thread. */
export type ToShadow =
  /** As `question-text.ts` writes them. */
  | { readonly type: "ask"; readonly questions: string }
  | { readonly type: "dropped"; readonly kind: KindName; readonly count: number }
  | { readonly type: "homeserver"; readonly id: number; readonly outcome: unknown }
  | { readonly type: "close" };

/** What the thread tells the service. */
export type FromShadow =
  | ({ readonly type: "loaded" } & LoadedCandidate)
  | { readonly type: "failed"; readonly reason: string }
  | { readonly type: "answered"; readonly settled: readonly SettledQuestion[] }
  | ({ readonly type: "alive" } & ShadowSigns)
  | { readonly type: "log"; readonly level: "warn" | "error"; readonly facts: object; readonly message: string }
  | { readonly type: "homeserver"; readonly id: number; readonly call: string; readonly args: object }
  /** Its candidate has ended the thread, which waits to be ended. */
  | { readonly type: "ended"; readonly reason: string }
  | { readonly type: "closed" };

export interface LoadedCandidate {
  readonly name: string;
  readonly language: "python" | "typescript";
  /** The callbacks that it registers. */
  readonly callbacks: readonly KindName[];
}

/** What the thread says of itself every second. */
export interface ShadowSigns {
  /** The system's number of the thread; undefined where the system does not tell. */
  readonly threadId: number | undefined;
  /** The Python children of the thread. */
  readonly pids: readonly number[];
  /** Memory of the thread besides its heap, which has a limit of its own. */
  readonly externalBytes: number;
  /** What was held back since the thread began. */
  readonly heldBack: HeldBackCounts;
}
