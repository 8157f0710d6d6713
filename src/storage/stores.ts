import type { GuardRecords } from "../guard/records.ts";
import type { RefusalRows } from "../media/refusals/refusal-rows.ts";
import type { MediaStores } from "../media/stores.ts";

/** Everything that the service remembers, in one database. */
export interface Stores extends MediaStores {
  /** What is remembered of uploads that were passed on to a Synapse. */
  readonly guard: GuardRecords;
  /** Requests that were refused. */
  readonly refusals: RefusalRows;
}
