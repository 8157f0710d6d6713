import type { HttpAnswer } from "../call-answer.ts";
import type { SlotReport } from "../call-report.ts";

/** What `media-bridge user` prints. Plain JSON. */
export interface UserReport {
  readonly userId: string;
  readonly uploaded: UploadedReport;
  readonly limits: LimitsReport;
  readonly largestUpload: LargestUpload;
  /** The upload that was tried, where one was. */
  readonly upload?: UploadTrial;
}

/** What the user has uploaded. */
export interface UploadedReport {
  /** From the shortest to the longest; empty where it is not known. */
  readonly periods: readonly { readonly periodMs: number; readonly bytes: number }[];
  /** Bytes of uploads under way, which are in each of the sums. */
  readonly underWayBytes: number;
  /** Why the sums are not known, or what they do not have in them. */
  readonly problem: string | null;
}

/** The callback of a module that decided something. */
export interface Giver {
  readonly module: string;
  readonly language: string;
  readonly callback: string;
}

/** The limits that hold for an upload of one size. */
export interface LimitsReport {
  /** null: the configuration, `media_upload_limits`. */
  readonly givenBy: Giver | null;
  /** Those that are enforced. Empty where the user may upload without limit; null where the modules cannot say, and every upload is refused. */
  readonly limits: readonly LimitReport[] | null;
  /** Whether a module may give other limits for an upload of another size than 0. */
  readonly dependOnSize: boolean;
  /** What each callback that was asked did. */
  readonly slots: readonly SlotReport[];
  /** The answer to every upload, where the modules cannot say. */
  readonly refusal: HttpAnswer | null;
  /** Limits that are only reported: an upload that they would refuse passes. */
  readonly notEnforced: readonly NotEnforcedLimits[];
}

/** Limits that are only reported, each list of them compared by itself. */
export interface NotEnforcedLimits {
  /** null: the configuration, `media_upload_limits`. */
  readonly givenBy: Giver | null;
  readonly limits: readonly LimitReport[];
}

/** One limit, and what of it is left. */
export interface LimitReport {
  readonly maxBytes: number;
  readonly periodMs: number;
  /** Uploads under way included; null where it is not known, and uploads are refused. */
  readonly sentBytes: number | null;
  /** Never less than 0. */
  readonly leftBytes: number | null;
  readonly infoUri?: string | undefined;
  readonly canUpgrade: boolean;
}

/** The largest upload that would pass now. */
export interface LargestUpload {
  /** null where not even an empty file would pass. */
  readonly bytes: number | null;
  /** What refuses a larger one, in words. */
  readonly bound: string;
}

/** An upload that was tried and not stored. */
export interface UploadTrial {
  readonly sizeBytes: number;
  readonly type: string | null;
  readonly file: string | null;
  readonly passes: boolean;
  /** In the order of an upload, up to the one that refuses it. */
  readonly steps: readonly TrialStep[];
}

/** One step of an upload. */
export interface TrialStep {
  readonly step: string;
  /** `refused` ends the trial; `unknown` is a step that could not be tried. */
  readonly outcome: "passed" | "refused" | "unknown";
  /** In words. */
  readonly detail: string;
  /** What would refuse the upload and is not enforced, in words. */
  readonly notEnforced?: string | undefined;
  readonly slots: readonly SlotReport[];
}
