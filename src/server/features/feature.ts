import type { Backend } from "../../http/backends/backend.ts";
import type { Route } from "../../http/routes/route.ts";
import type { QuotaLedger } from "../../media/upload/quota.ts";

/** A part of the service, as one configuration has it. */
export interface Feature {
  readonly routes: readonly Route[];
  /** Clears what an earlier process had under way, once the service has its address; for the first generation alone. */
  clear?(): Promise<void>;
  /** Begins the work that it does by itself, once its generation serves. */
  begin?(): Promise<void>;
  /** Looks for work that may have arrived. */
  wake?(): void;
}

/** A feature that keeps media, or has it kept. */
export interface MediaFeature extends Feature {
  readonly backend: Backend;
  /** What counts against users' limits. */
  readonly ledger: QuotaLedger;
  /** Whether what users uploaded by another way than through this service cannot be known, and is not counted. */
  readonly isUsagePartial: boolean;
}
