import type { Chain, Decision } from "../../callbacks/chain.ts";
import type { MediaUploadLimit } from "../../callbacks/limit.ts";
import { nameSlot } from "../../callbacks/failure.ts";
import type { Slot } from "../../callbacks/slot.ts";
import { badContent } from "../../callbacks/spam-verdict.ts";
import { type ErrorCode, type MatrixError, matrixError, withFacts } from "../../errors.ts";
import { type StoredMedia, toFileInfo } from "../../media-file.ts";
import type { LocalContent } from "../blobs.ts";
import type { Breach, GivenLimits, QuotaLedger, Reservation } from "./quota.ts";

/** Who wants to upload how much. */
export interface AdmissionRequest {
  readonly userId: string;
  /** Bytes declared; undefined for a body without a declared length. */
  readonly contentLength: number | undefined;
  /** false where the client gave the file a name that is not UTF-8. */
  readonly hasReadableName: boolean;
  /** A module makes it on behalf of the user: whether the user may upload so much is not asked, the limits hold. */
  readonly isOfModule?: boolean;
}

/** What deciding over an upload needs, wherever its bytes go then. */
export interface AdmissionParts {
  readonly chain: Chain;
  readonly ledger: QuotaLedger;
  readonly maxUploadSizeBytes: number;
  /** Limits of the configuration, for users for whom no module gives limits. */
  readonly defaultLimits: readonly MediaUploadLimit[];
  /** Where a limit without an `info_uri` of its own points to. */
  readonly limitPage: string;
}

/**
 * Steps 1 to 3 of every upload, before the first byte of its body is read. Resolves to the reservation that holds the
 * declared bytes, which the caller releases or has settled; rejects with the refusal, and nothing is reserved then. A
 * size over the maximum is thrown at once. When this returns the modules have been asked, so that a caller can do
 * something else while they decide.
 */
export function admit(request: AdmissionRequest, parts: AdmissionParts): Promise<Reservation> {
  // 1. The declared size against the service's own maximum, before any module is asked.
  checkMaximum(request.contentLength ?? 0, parts);
  // 2. Modules: may this user upload so much, and under which limits?
  const asking = askModules(request, parts);
  // 3. The quota is reserved.
  return reserveOnceAsked(asking, request, parts);
}

/**
 * Holds a body without a declared length to the maximum and to the limits while it arrives, `sizeBytes` with the next
 * piece. Throws the refusal.
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

/** Throws where so many bytes are over the service's own maximum. */
function checkMaximum(sizeBytes: number, { maxUploadSizeBytes }: AdmissionParts): void {
  if (sizeBytes <= maxUploadSizeBytes) return;
  const facts = { setting: "max_upload_size", limit: { maxBytes: maxUploadSizeBytes } };
  throw matrixError("UPLOAD_TOO_LARGE", { facts });
}

/**
 * Asks the modules whether the user may upload so much, and for the limits of this upload. Without a declared length
 * the first question waits until the size is known: {@link judgeTrueSize}.
 */
async function askModules(
  { userId, contentLength, isOfModule = false }: AdmissionRequest,
  { chain, defaultLimits }: AdmissionParts,
): Promise<GivenLimits> {
  if (contentLength === undefined || isOfModule) {
    return limitsOf(await chain.decide("get_media_upload_limits_for_user", userId, contentLength ?? 0), defaultLimits);
  }
  const [denied, limits] = await chain.decideBoth(
    { kind: "is_user_allowed_to_upload_media_of_size", args: [userId, contentLength] },
    { kind: "get_media_upload_limits_for_user", args: [userId, contentLength] },
  );
  if (denied) throw denial(denied);
  return limitsOf(limits, defaultLimits);
}

function limitsOf(
  decision: Decision<"get_media_upload_limits_for_user"> | undefined,
  defaultLimits: readonly MediaUploadLimit[],
): GivenLimits {
  if (decision === undefined) return { limits: defaultLimits, givenBy: undefined };
  return { limits: decision.value, givenBy: nameSlot(decision.slot) };
}

/** The refusal of a callback that said no without words of its own. */
function denial({ slot, value }: { readonly slot: Slot; readonly value: ErrorCode }): MatrixError {
  return matrixError(value, { facts: { slot: nameSlot(slot) } });
}

/**
 * Asks the modules about a body without a declared length, whose size came out as `sizeBytes`: whether the user may
 * upload so much, and again for the limits where a module tells them by the size, which was 0 before. Both answers must
 * let the upload pass, or a client would choose the lenient one. Throws the refusal; resolves to the reservation that
 * holds the bytes from here on.
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

/** A name that cannot be read is refused only here: what the modules say of the upload comes first. */
async function reserveOnceAsked(
  asking: Promise<GivenLimits>,
  request: AdmissionRequest,
  parts: AdmissionParts,
): Promise<Reservation> {
  const limits = await asking;
  if (!request.hasReadableName) throw matrixError("FILE_NAME_NOT_UTF8");
  return reserveUnder(limits, request.contentLength ?? 0, request, parts);
}

/** Opens a reservation of so many bytes under these limits, or throws the refusal of the one that they would pass. */
async function reserveUnder(
  limits: GivenLimits,
  sizeBytes: number,
  request: AdmissionRequest,
  parts: AdmissionParts,
  replaced?: Reservation,
): Promise<Reservation> {
  const reservation = await parts.ledger.open(request.userId, limits);
  try {
    // At once, before another upload can take the bytes.
    replaced?.release();
    await reserve(reservation, sizeBytes, request, parts);
    return reservation;
  } catch (error) {
    reservation.release();
    throw error;
  }
}

/** Grows the reservation to `totalBytes`, or throws the refusal of the limit that this would pass. */
async function reserve(
  reservation: Reservation,
  totalBytes: number,
  request: AdmissionRequest,
  parts: AdmissionParts,
): Promise<void> {
  const breach = await reservation.growTo(totalBytes);
  if (breach) throw await refuse(breach, totalBytes, request, parts);
}

/** Tells the modules that a limit was met, and words the refusal (MSC4335), unless one of them words it. */
async function refuse(
  { limit, givenBy, sentBytes }: Breach,
  attemptedBytes: number,
  { userId }: AdmissionRequest,
  { chain, limitPage }: AdmissionParts,
): Promise<MatrixError> {
  const worded = await chain.notify("on_media_upload_limit_exceeded", userId, limit, sentBytes, attemptedBytes);
  // An empty one leads nowhere.
  const infoUri = limit.infoUri || limitPage;
  const fields = { info_uri: infoUri, ...(limit.canUpgrade && { can_upgrade: true }) };
  return withFacts(worded ?? matrixError("LIMIT_EXCEEDED", { fields }), {
    slot: givenBy,
    setting: givenBy === undefined ? "media_upload_limits" : undefined,
    limit: { maxBytes: limit.maxBytes, periodMs: limit.timePeriodMs, sentBytes },
  });
}

/** Shows the content to the spam checkers, where there are any. Throws where one refuses it. */
export async function checkForSpam(content: LocalContent, file: StoredMedia, { chain }: AdmissionParts): Promise<void> {
  if (!chain.has("check_media_file_for_spam")) return;
  const path = await content.localPath();
  const refused = await chain.decide("check_media_file_for_spam", path, toFileInfo(file));
  if (refused) throw withFacts(badContent(refused.value), { slot: nameSlot(refused.slot) });
}
