import { MatrixError, StartError } from "../../errors.ts";
import type { QuotaLedger } from "../../media/upload/quota.ts";
import type { LimitReport, LimitsReport, NotEnforcedLimits } from "./user-report.ts";

/** What one user has sent, read once for each period. */
export class UserUsage {
  readonly #userId: string;
  readonly #ledger: Pick<QuotaLedger, "measure">;
  readonly #sums = new Map<number, number>();
  #underWayBytes = 0;
  #problem: string | null = null;

  constructor(userId: string, ledger: Pick<QuotaLedger, "measure">) {
    this.#userId = userId;
    this.#ledger = ledger;
  }

  /** Bytes of uploads under way, which are in every sum. */
  get underWayBytes(): number {
    return this.#underWayBytes;
  }

  /** Why the sums cannot be had; null where they can. */
  get problem(): string | null {
    return this.#problem;
  }

  /**
   * The bytes that the user has sent in each period (milliseconds), uploads under way included; null where the homeserver
   * has to be asked for it and cannot be. Rejects with a StartError where the database cannot be read.
   */
  async sentIn(periodsMs: readonly number[]): Promise<readonly (number | null)[]> {
    const missing = periodsMs.filter((periodMs) => !this.#sums.has(periodMs));
    if (missing.length > 0 && this.#problem === null) await this.#read(missing);
    return periodsMs.map((periodMs) => this.#sums.get(periodMs) ?? null);
  }

  async #read(periodsMs: readonly number[]): Promise<void> {
    try {
      const { storedBytes, underWayBytes } = await this.#ledger.measure(this.#userId, periodsMs);
      this.#underWayBytes = underWayBytes;
      for (const [index, periodMs] of periodsMs.entries()) {
        this.#sums.set(periodMs, (storedBytes[index] ?? 0) + underWayBytes);
      }
    } catch (error) {
      this.#problem = describeProblem(error);
    }
  }
}

/** The limits, with what the user has sent in their periods and what is left. */
export async function measureLimits(report: LimitsReport, usage: UserUsage): Promise<LimitsReport> {
  if (report.limits === null) return report;
  const limits = await measure(report.limits, usage);
  const notEnforced: NotEnforcedLimits[] = [];
  for (const list of report.notEnforced) notEnforced.push({ ...list, limits: await measure(list.limits, usage) });
  return { ...report, limits, notEnforced };
}

async function measure(limits: readonly LimitReport[], usage: UserUsage): Promise<LimitReport[]> {
  const sent = await usage.sentIn(limits.map(({ periodMs }) => periodMs));
  return limits.map((limit, index) => {
    const sentBytes = sent[index] ?? null;
    const leftBytes = sentBytes === null ? null : Math.max(0, Math.floor(limit.maxBytes - sentBytes));
    return { ...limit, sentBytes, leftBytes };
  });
}

function describeProblem(error: unknown): string {
  if (!MatrixError.is(error)) throw error;
  const cause = error.cause instanceof Error ? error.cause.message : error.message;
  if (error.code === "USAGE_UNKNOWN") return `Synapse cannot be asked: ${cause}`;
  const remedy = error.code === "STORE_BUSY" ? "another process keeps it locked, try again once that is done" : cause;
  throw new StartError("STORE", `The service's database cannot be read: ${remedy}`, { cause: error });
}
