import type { Metrics } from "../metrics/metrics.ts";

/** Uploads since the start. */
export interface UploadCounts {
  readonly stored: number;
  readonly storedBytes: number;
  /** Refused or failed. */
  readonly refused: number;
  /** Stored, and they would have been refused by what is not enforced. */
  readonly wouldBeRefused: number;
}

/** The same metrics, whose uploads are counted for the status as well: also where nothing else counts. */
export function countUploads(metrics: Metrics): { readonly metrics: Metrics; readonly counts: UploadCounts } {
  const counts = { stored: 0, storedBytes: 0, refused: 0, wouldBeRefused: 0 };
  return {
    counts,
    metrics: {
      ...metrics,
      uploadStored(bytes) {
        counts.stored += 1;
        counts.storedBytes += bytes;
        metrics.uploadStored(bytes);
      },
      uploadRefused(reason) {
        counts.refused += 1;
        metrics.uploadRefused(reason);
      },
      uploadWouldBeRefused() {
        counts.wouldBeRefused += 1;
        metrics.uploadWouldBeRefused();
      },
    },
  };
}
