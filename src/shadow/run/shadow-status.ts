import type { HeldBackCounts } from "../../modules/heard/held-back.ts";

/** How a shadow is doing. Counts are since its generation began; shares are from 0 to 1. */
export interface ShadowStatus {
  /** The module that is shadowed. */
  readonly module: string;
  /** What shadows it: a module's name, once it is loaded; until then what names it in the configuration. */
  readonly candidate: string;
  readonly state: ShadowState;
  /** What an operator should know, in words: why it could not be loaded, or which callbacks differ. */
  readonly problem: string | null;
  /** The share of calls about which it is asked now: the configured one, and less where too many wait. */
  readonly share: number;
  /** The share of users for whom it decides. */
  readonly decide: number;
  readonly asked: number;
  /** Questions that were sampled and not asked. */
  readonly dropped: number;
  readonly waiting: number;
  readonly restarts: number;
  readonly cpuSeconds: number;
  readonly heldBack: HeldBackCounts;
}

/** `waiting`: it has ended, and is started again after a pause. `failed`: it could not be loaded. */
export type ShadowState = "loading" | "running" | "waiting" | "failed" | "closed";
