import type { Chain, Decision } from "../../callbacks/chain.ts";
import type { MediaUploadLimit } from "../../callbacks/limit.ts";
import { denial, nameSlot, spamRefusal } from "../../callbacks/failure.ts";
import { MatrixError, matrixError, type RefusalFacts, withFacts } from "../../errors.ts";
import { type StoredMedia, toFileInfo } from "../../media-file.ts";
import type { LocalContent } from "../blobs.ts";
import type { Breach, GivenLimits, QuotaLedger, Reservation, UploadLimits } from "./quota.ts";

/** Who wants to upload how much. */
export interface AdmissionRequest {
  readonly userId: string;
  /** The declared bytes; undefined for a body without a declared length. */
  readonly contentLength: number | undefined;
  /** false where the client gave the file a name that is not UTF-8. */
  readonly hasReadableName: boolean;
  /**
   * A module makes the upload on behalf of the user. The modules are not asked whether the user may upload this much,
   * but the limits apply.
   */
  readonly isOfModule?: boolean;
}

/** What deciding about an upload needs, wherever its bytes are stored. */
export interface AdmissionParts {
  readonly chain: Chain;
  readonly ledger: QuotaLedger;
  readonly maxUploadSizeBytes: number;
  /** Limits of the configuration, for users for whom no module gives limits. */
  readonly defaultLimits: readonly MediaUploadLimit[];
  /** Whether what these would refuse is only reported; absent: they are enforced. */
  readonly areDefaultLimitsReportOnly?: boolean | undefined;
  /** The `info_uri` of a limit that has none of its own. */
  readonly limitPage: string;
}

/**
 * Steps 1 to 3 of every upload, before the first byte of its body is read. Resolves to the reservation that holds the
 * declared bytes, which the caller releases or settles. Rejects with the refusal, and nothing is reserved then. A size
 * over the maximum is thrown at once. When this function returns the modules have been asked, so the caller can do
 * something else while they decide.
 */
export function admit(request: AdmissionRequest, parts: AdmissionParts): Promise<Reservation> {
  // 1. The declared size is compared with the service's own maximum, before any module is asked.
  checkMaximum(request.contentLength ?? 0, parts);
  // 2. Modules: may this user upload this much, and under which limits?
  const asking = askModules(request, parts);
  // 3. The quota is reserved.
  return reserveOnceAsked(asking, request, parts);
}

/**
 * Checks a body without a declared length against the maximum and the limits while it arrives. `sizeBytes` includes the
 * next piece. Throws the refusal.
 */
export async function admitMore(
  reservation: Reservation,
  sizeBytes: number,
  request: AdmissionRequest,
  parts: AdmissionParts,
): Promise<void> {
  checkMaximum(sizeBytes, parts);
  await reserve(reservation, sizeBytes, request, parts);
}

/** Throws where this many bytes exceed the service's own maximum. */
function checkMaximum(sizeBytes: number, { maxUploadSizeBytes }: AdmissionParts): void {
  if (sizeBytes <= maxUploadSizeBytes) return;
  const facts = { setting: "max_upload_size", limit: { maxBytes: maxUploadSizeBytes } };
  throw matrixError("UPLOAD_TOO_LARGE", { facts });
}

/**
 * Asks the modules whether the user may upload this much, and for the limits of this upload. Without a declared length,
 * {@link judgeTrueSize} asks the first question once the size is known.
 */
async function askModules(
  { userId, contentLength, isOfModule = false }: AdmissionRequest,
  parts: AdmissionParts,
): Promise<UploadLimits> {
  const reportOnly: GivenLimits[] = [];
  const chain = parts.chain.knowing({
    onUnenforcedLimits: (slot, limits) => reportOnly.push({ limits, givenBy: nameSlot(slot) }),
  });
  if (contentLength === undefined || isOfModule) {
    return limitsOf(
      await chain.decide("get_media_upload_limits_for_user", userId, contentLength ?? 0),
      reportOnly,
      parts,
    );
  }
  const [denied, limits] = await chain.decideBoth(
    { kind: "is_user_allowed_to_upload_media_of_size", args: [userId, contentLength] },
    { kind: "get_media_upload_limits_for_user", args: [userId, contentLength] },
  );
  if (denied) throw denial(denied);
  return limitsOf(limits, reportOnly, parts);
}

/** The limits that are enforced, and those that are not, each of which is judged by itself. */
function limitsOf(
  decision: Decision<"get_media_upload_limits_for_user"> | undefined,
  reportOnly: readonly GivenLimits[],
  { defaultLimits, areDefaultLimitsReportOnly = false }: AdmissionParts,
): UploadLimits {
  if (decision) return { limits: decision.value, givenBy: nameSlot(decision.slot), reportOnly };
  if (!areDefaultLimitsReportOnly) return { limits: defaultLimits, reportOnly };
  // Those of the configuration are for users for whom no module gives limits, whether or not it is enforced.
  return { limits: [], reportOnly: reportOnly.length > 0 ? reportOnly : [{ limits: defaultLimits }] };
}

/**
 * Asks the modules about a body without a declared length, whose size turned out to be `sizeBytes`: whether the user
 * may upload this much, and for the limits again where a module decides them by the size, which was 0 before. Both
 * answers must let the upload pass, or a client could choose the lenient one. Throws the refusal; resolves to the
 * reservation that holds the bytes.
 */
export async function judgeTrueSize(
  reservation: Reservation,
  sizeBytes: number,
  request: AdmissionRequest,
  parts: AdmissionParts,
): Promise<Reservation> {
  const { chain } = parts;
  if (!chain.takesSize("get_media_upload_limits_for_user")) {
    const denied = await chain.decide("is_user_allowed_to_upload_media_of_size", request.userId, sizeBytes);
    if (denied) throw denial(denied);
    return reservation;
  }
  const limits = await askModules({ ...request, contentLength: sizeBytes }, parts);
  return reserveUnder(limits, sizeBytes, request, parts, reservation);
}

/** A name that cannot be decoded is refused only here: the modules' verdict comes first. */
async function reserveOnceAsked(
  asking: Promise<UploadLimits>,
  request: AdmissionRequest,
  parts: AdmissionParts,
): Promise<Reservation> {
  const limits = await asking;
  if (!request.hasReadableName) throw matrixError("FILE_NAME_NOT_UTF8");
  return reserveUnder(limits, request.contentLength ?? 0, request, parts);
}

/**
 * Opens a reservation of this many bytes under these limits, or throws the refusal of the limit that they would exceed.
 */
async function reserveUnder(
  limits: UploadLimits,
  sizeBytes: number,
  request: AdmissionRequest,
  parts: AdmissionParts,
  replaced?: Reservation,
): Promise<Reservation> {
  const onReportOnly = (breach: Breach | MatrixError) =>
    parts.chain.wouldRefuse(MatrixError.is(breach) ? breach : breachError(breach, parts));
  const reservation = await parts.ledger.open(request.userId, limits, onReportOnly);
  try {
    // Reserves at once, before another upload can take the bytes.
    replaced?.release();
    await reserve(reservation, sizeBytes, request, parts);
    return reservation;
  } catch (error) {
    reservation.release();
    throw error;
  }
}

/** Grows the reservation to `totalBytes`, or throws the refusal of the limit that this would exceed. */
async function reserve(
  reservation: Reservation,
  totalBytes: number,
  request: AdmissionRequest,
  parts: AdmissionParts,
): Promise<void> {
  const breach = await reservation.growTo(totalBytes);
  if (breach) throw await refuse(breach, totalBytes, request, parts);
}

/** Tells the modules that a limit was reached, and words the refusal (MSC4335) unless one of them does. */
async function refuse(
  breach: Breach,
  attemptedBytes: number,
  { userId }: AdmissionRequest,
  parts: AdmissionParts,
): Promise<MatrixError> {
  const { limit, sentBytes } = breach;
  const worded = await parts.chain.notify("on_media_upload_limit_exceeded", userId, limit, sentBytes, attemptedBytes);
  return worded ? withFacts(worded, factsOf(breach)) : breachError(breach, parts);
}

/** The refusal of a limit, in the service's words (MSC4335). */
function breachError(breach: Breach, { limitPage }: AdmissionParts): MatrixError {
  const { infoUri, canUpgrade } = breach.limit;
  // An empty `info_uri` leads nowhere.
  const fields = { info_uri: infoUri || limitPage, ...(canUpgrade && { can_upgrade: true }) };
  return matrixError("LIMIT_EXCEEDED", { fields, facts: factsOf(breach) });
}

function factsOf({ limit, givenBy, sentBytes }: Breach): RefusalFacts {
  return {
    slot: givenBy,
    setting: givenBy === undefined ? "media_upload_limits" : undefined,
    limit: { maxBytes: limit.maxBytes, periodMs: limit.timePeriodMs, sentBytes },
  };
}

/** Shows the content to the spam checkers, if any. Throws where one refuses it. */
export async function checkForSpam(content: LocalContent, file: StoredMedia, { chain }: AdmissionParts): Promise<void> {
  if (!chain.has("check_media_file_for_spam")) return;
  const path = await content.localPath();
  const refused = await chain.decide("check_media_file_for_spam", path, toFileInfo(file));
  if (refused) throw spamRefusal(refused);
}
