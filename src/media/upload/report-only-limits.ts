import { MatrixError, matrixError, withFacts } from "../../errors.ts";
import { type Breach, type GivenLimits, MeasuredLimits, sortLimits } from "./measured-limits.ts";
import type { AccountState, SteadyValue } from "./usage-accounts.ts";

/** Hears of a limit that is not enforced and would refuse the upload, or the error that would, as usage is not known. */
export type ReportOnlyListener = (refusal: Breach | MatrixError) => void;

/** Reads what a user has stored in each of these periods (milliseconds). */
export type ReadSums = (periodsMs: readonly number[]) => Promise<SteadyValue<readonly number[]>>;

/** Limits that are not enforced, beside an upload while it grows: each list that would refuse it is reported once. */
export class ReportOnlyLimits {
  readonly #pending: Set<MeasuredLimits>;
  readonly #listen: ReportOnlyListener;

  private constructor(lists: readonly MeasuredLimits[], listen: ReportOnlyListener) {
    this.#pending = new Set(lists);
    this.#listen = listen;
  }

  /** Never rejects: an upload does not depend on sums that only such limits need. */
  static async measure(
    lists: readonly GivenLimits[],
    read: ReadSums,
    listen: ReportOnlyListener,
  ): Promise<ReportOnlyLimits> {
    const sorted = lists.filter(({ limits }) => limits.length > 0).map(sortLimits);
    const periodsMs = sorted.flatMap(({ limits }) => limits.map(({ timePeriodMs }) => Number(timePeriodMs)));
    if (periodsMs.length === 0) return new ReportOnlyLimits([], listen);
    try {
      const { value, settledBytes } = await read(periodsMs);
      let first = 0;
      const measured = sorted.map((given) => {
        const sums = value.slice(first, (first += given.limits.length));
        return new MeasuredLimits(given, { value: sums, settledBytes });
      });
      return new ReportOnlyLimits(measured, listen);
    } catch (error) {
      const refusal = MatrixError.is(error) ? error : matrixError("STORE_FAILED", { cause: error });
      for (const { givenBy: slot } of sorted) {
        listen(withFacts(refusal, { slot, setting: slot === undefined ? "media_upload_limits" : undefined }));
      }
      return new ReportOnlyLimits([], listen);
    }
  }

  /** Compares an upload of `totalBytes` with them. */
  compare(totalBytes: number, account: AccountState): void {
    for (const limits of this.#pending) {
      const breach = limits.findBreach(totalBytes, account);
      if (breach === undefined) continue;
      this.#pending.delete(limits);
      this.#listen(breach);
    }
  }
}
