import type { CallbackKinds, KindName } from "./kinds.ts";

/** What holds for one kind of callback, from the configuration. */
export interface CallbackPolicy {
  readonly deadlineMs: number;
  /** When a verdict cannot be had: refuse the request, or go on as if the callback were not there. */
  readonly onUnavailable: "refuse" | "skip";
}

/** A question to one chain: a kind and its arguments. */
export interface Question<K extends KindName> {
  readonly kind: K;
  readonly args: CallbackKinds[K]["args"];
}
