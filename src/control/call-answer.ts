import type { MediaUploadLimit } from "../callbacks/limit.ts";
import type { KindName, RefusingKind } from "../callbacks/kinds.ts";
import { badContent, type RefusalWords } from "../callbacks/spam-verdict.ts";
import type { Unenforced } from "../callbacks/report-only/unenforced.ts";
import type { Config } from "../config/config.ts";
import { type ErrorCode, matrixError, type MatrixError } from "../errors.ts";
import { errorText } from "../http/response/json.ts";
import type { WouldReport } from "./call-report.ts";
import { limitPageUrl } from "../http/routes/limit-page.ts";

/** What follows from a chain's answer: an HTTP response, or words where no response follows at once. */
export interface HttpAnswer {
  readonly status: number | null;
  readonly body: string | null;
  readonly meaning: string;
}

/** The answer that follows from what a chain decided; `value` is undefined where no callback stopped it. */
export function answerOfDecision(kind: KindName, value: unknown, config: Config): HttpAnswer {
  switch (kind) {
    case "get_media_config_for_user":
      return value === undefined
        ? {
            status: 200,
            body: JSON.stringify({ "m.upload.size": config.maxUploadSizeBytes }),
            meaning: "no module decided: the default",
          }
        : { status: 200, body: value as string, meaning: "the module's answer is the body" };
    case "get_media_upload_limits_for_user": {
      const limits = (value ?? config.mediaUploadLimits) as readonly MediaUploadLimit[];
      const isReported = config.mediaBridge.enforce === "report";
      const configured = `the configured limits${isReported ? ", which are not enforced" : ""}`;
      const whose = value === undefined ? `no module decided: ${configured}` : "the module's limits";
      return { status: null, body: null, meaning: `${whose}: ${describeLimits(limits, config)}` };
    }
    case "check_media_file_for_spam":
      return value === undefined ? goesOn() : answerOfError(badContent(value as RefusalWords));
    default:
      // A stop of any other kind is the error that refuses the request.
      kind satisfies RefusingKind;
      return value === undefined ? goesOn() : answerOfError(matrixError(value as ErrorCode));
  }
}

/** The answer after every callback was told; `raised` is the first error that a module worded. */
export function answerOfNotification(
  kind: KindName,
  args: readonly unknown[],
  raised: MatrixError | undefined,
  config: Config,
): HttpAnswer {
  if (kind !== "on_media_upload_limit_exceeded") {
    return { status: null, body: null, meaning: "all modules were told; this has no further effect" };
  }
  if (raised !== undefined) return answerOfError(raised, "a module worded the refusal");
  const { infoUri, canUpgrade } = args[1] as MediaUploadLimit;
  const fields = { info_uri: infoUri || limitPageUrl(config.publicBaseurl), ...(canUpgrade && { can_upgrade: true }) };
  return answerOfError(matrixError("LIMIT_EXCEEDED", { fields }), "no module worded the refusal");
}

/** The answer to a request that ends in an error. */
export function answerOfError(error: MatrixError, meaning = "the request is refused"): HttpAnswer {
  return { status: error.status, body: errorText(error), meaning };
}

/** What a callback that is not enforced would have done. */
export function describeUnenforced(unenforced: Unenforced, config: Config): WouldReport {
  const { would: what } = unenforced;
  if (what === "refuse") {
    const { status, body } = answerOfError(unenforced.error);
    return { what, words: `refuse the request: ${status} ${body}` };
  }
  const { limits } = unenforced;
  return { what, words: limits ? `give these limits: ${describeLimits(limits, config)}` : "answer the request" };
}

/**
 * Limits in words. An empty list means that the user may upload without limit, which is easily taken for the opposite.
 */
export function describeLimits(limits: readonly MediaUploadLimit[], { maxUploadSizeBytes }: Config): string {
  if (limits.length === 0) {
    return `none, so the user may upload without limit, in files of up to ${maxUploadSizeBytes} bytes each`;
  }
  return limits.map(({ maxBytes, timePeriodMs }) => `${maxBytes} bytes in ${timePeriodMs} ms`).join(", ");
}

function goesOn(): HttpAnswer {
  return { status: null, body: null, meaning: "no module objected: the upload is accepted" };
}
