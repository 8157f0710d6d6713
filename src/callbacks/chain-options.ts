import type { Clock } from "../util/clock.ts";
import type { WalkListeners } from "./asked/walk-hearing.ts";
import type { AdminQuestion } from "./context/caller.ts";
import type { CallbackPolicy, KindName } from "./kinds.ts";
import type { CallbackRegistry } from "./slots/registry.ts";
import type { Unenforced, UnenforcedFacts } from "./report-only/unenforced.ts";
import type { Slot, SlotObserver } from "./slots/slot.ts";

/** What a chain of callbacks is made from, and who hears of it. */
export interface ChainOptions extends WalkListeners {
  readonly registry: CallbackRegistry;
  readonly policies: Readonly<Record<KindName, CallbackPolicy>>;
  /** Called for every slot that ran. */
  readonly observe: SlotObserver;
  /** Called for a TypeScript callback that rejected after its deadline. */
  readonly onLate: (slot: Slot, error: unknown) => void;
  /** Called for what a slot or a limit that is not enforced would have done: once for each request. */
  readonly onUnenforced: (unenforced: Unenforced, facts: UnenforcedFacts) => void;
  /** By which the deadlines of TypeScript callbacks pass; absent: the machine's. */
  readonly clock?: Clock;
  readonly trace?: boolean;
  /** Tells callbacks that ask whether a user administers the homeserver. */
  readonly isUserAdmin: AdminQuestion;
}
