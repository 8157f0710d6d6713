import { nameSlot } from "../../callbacks/failure.ts";
import type { Chain } from "../../callbacks/chain.ts";
import { matrixError } from "../../errors.ts";
import { localFile, toFileInfo } from "../../media-file.ts";
import type { Clock } from "../../util/clock.ts";
import type { Logger } from "../../util/log.ts";
import type { BlobStore, BlobWorkshop } from "../blobs.ts";
import type { ProviderCopies } from "../copies/provider-copies.ts";
import type { MediaRestorer } from "../copies/restorer.ts";
import type { LocalMedia } from "../media-rows.ts";
import type { MediaStores } from "../stores.ts";
import { type FailureConditions, findFailure, isRemembered, isTemporary, lastingFailure } from "./lasting-failures.ts";
import type { ThumbnailSettings } from "./sizes.ts";
import { thumbnailFile } from "./thumbnail-file.ts";
import type { ThumbnailJob, ThumbnailJobs } from "./thumbnail-jobs.ts";
import type { StoredThumbnail } from "./thumbnail-rows.ts";
import { ThumbnailFailure, type Thumbnailer, type ThumbnailResult, type ThumbnailWish } from "./thumbnailer.ts";
import { adoptTwins } from "./twins.ts";

/** Media of which thumbnails are made. */
export type PicturedMedia = Pick<LocalMedia, "mediaId" | "mediaType" | "mediaLength" | "userId" | "sha256">;

/** What is to be made. */
export interface ThumbnailTask {
  readonly media: PicturedMedia;
  readonly wish: ThumbnailWish;
  /** Who is asked about each thumbnail, and what they are told of its request. */
  readonly chain: Chain;
}

/** What making thumbnails needs. */
export interface MakingParts {
  readonly clock: Pick<Clock, "now">;
  readonly stores: Pick<MediaStores, "thumbnails" | "pictures">;
  readonly blobs: BlobStore;
  readonly jobs: ThumbnailJobs;
  readonly thumbnailer: Thumbnailer;
  readonly settings: ThumbnailSettings & { readonly maxPixels: number };
  /** Absent where no storage provider is configured. */
  readonly providers: ProviderCopies | undefined;
  readonly restorer: MediaRestorer | undefined;
  readonly log: Logger;
  /** Counts a job of the thumbnailer. */
  readonly onJob: (outcome: "made" | ThumbnailFailure["code"], seconds: number) => void;
}

/** A thumbnail in a workshop. */
export interface UnplacedThumbnail extends StoredThumbnail {
  readonly path: string;
}

/** The content of media, by which what is known of a picture is kept. */
export function contentOf({ mediaId, sha256 }: PicturedMedia): string {
  return sha256 ?? `id:${mediaId}`;
}

/**
 * Makes thumbnails of stored media, in numbered steps. Rejects with a {@link ThumbnailFailure}, or with a MatrixError:
 * `NOT_FOUND` where the media is gone, or a spam check refused the thumbnail that was asked for.
 */
export async function makeThumbnails(task: ThumbnailTask, job: ThumbnailJob, parts: MakingParts): Promise<void> {
  const { mediaId } = task.media;
  const { setbacks } = parts.jobs;
  try {
    await makeOrAdopt(task, job, parts);
    setbacks.forget(mediaId);
  } catch (error) {
    setbacks.note(mediaId, error, parts.clock.now());
    throw error;
  }
}

async function makeOrAdopt(task: ThumbnailTask, job: ThumbnailJob, parts: MakingParts): Promise<void> {
  const { facts } = await parts.stores.thumbnails.look(task.media.mediaId, contentOf(task.media));
  const failure = findFailure(facts, conditionsOf(parts), parts.clock.now());
  // Of a known picture it is one thumbnail that failed, too large or too long: the usual ones can be made.
  if (failure !== undefined && facts?.picture === undefined && task.wish.kind === "premade") return;
  const workshop = await parts.blobs.workshop(task.media.mediaId);
  try {
    // 1. Other media with the same bytes may have them already; otherwise a child decodes the picture.
    const picture = facts?.picture;
    const found = picture && (await adoptTwins(task, picture, workshop, parts));
    const thumbnails = found ?? (await decode(task, job, workshop, parts, failure));
    // The smallest first: lists of rooms ask for those.
    const sorted = thumbnails.toSorted((a, b) => a.width * a.height - b.width * b.height);
    for (const thumbnail of sorted) await keep(thumbnail, task, workshop, parts);
    parts.providers?.wake();
  } finally {
    await workshop.discard();
  }
}

async function decode(
  task: ThumbnailTask,
  job: ThumbnailJob,
  workshop: BlobWorkshop,
  parts: MakingParts,
  knownFailure: ThumbnailFailure["code"] | undefined,
): Promise<readonly UnplacedThumbnail[]> {
  const { stores, thumbnailer, clock, log } = parts;
  const content = contentOf(task.media);
  if (parts.jobs.setbacks.holds(task.media.mediaId, clock.now())) {
    throw new ThumbnailFailure("BUSY", "the thumbnails could not be made a moment ago: they are tried again later");
  }
  // 2. The original is a local file, restored from a storage provider where it is gone from disk.
  const path = await originalPath(task.media, workshop, parts);
  const { wish } = task;
  const attempt = (wished: ThumbnailWish, signal?: AbortSignal) =>
    run({ wish: wished, path, signal }, task, job, workshop, parts);
  try {
    const { picture, thumbnails } = await attempt(wish, job.signal);
    // 3. What the picture is, is known before the rows of its thumbnails: who looks meanwhile waits for this job.
    // The thumbnail that failed is still not tried again where the usual ones were made.
    if (knownFailure !== undefined && wish.kind === "premade") return thumbnails;
    await stores.pictures.learn(content, {
      picture,
      failure: undefined,
      decoder: thumbnailer.decoder,
      lookedTs: clock.now(),
    });
    return thumbnails;
  } catch (error) {
    if (!(error instanceof ThumbnailFailure)) throw error;
    // What a client sent says nothing of the service; what ended a child may.
    const { mediaId } = task.media;
    const { code } = error;
    if (isTemporary(code) || code === "DISTURBED")
      log.warn({ err: error, mediaId, code }, "a thumbnail could not be made");
    const facts = lastingFailure(error, conditionsOf(parts), clock.now());
    if (facts === undefined) throw error;
    // Where not even the usual ones can be made, the picture is not tried again.
    const known = wish.kind === "asked" ? (await stores.thumbnails.look(mediaId, content)).facts : undefined;
    if (isTemporary(code)) {
      // What was asked for was too much. The picture itself may not be. That is found out also where no client waits any
      // more: the next one would have the same decoded in vain.
      for (const smaller of smallerThan(wish, known?.picture !== undefined)) {
        const made = await attempt(smaller).catch(skipTooMuch);
        if (made === undefined) continue;
        await stores.pictures.learn(content, { ...facts, picture: made.picture });
        return made.thumbnails;
      }
    }
    await stores.pictures.learn(content, { ...facts, picture: known?.picture });
    throw error;
  }
}

/** What is tried in place of a thumbnail that was too much: it without its movement; of a new picture, the usual ones. */
function smallerThan(wish: ThumbnailWish, isKnown: boolean): ThumbnailWish[] {
  if (wish.kind === "premade") return [];
  return [...(wish.animated ? [{ ...wish, animated: false }] : []), ...(isKnown ? [] : [{ kind: "premade" as const }])];
}

/** A failure that says nothing of the picture leaves open what can be made of it: nothing is to be remembered then. */
function skipTooMuch(error: unknown): undefined {
  if (!(error instanceof ThumbnailFailure) || !isRemembered(error.code)) throw error;
}

function conditionsOf({ thumbnailer, settings }: MakingParts): FailureConditions {
  return { decoder: thumbnailer.decoder, maxPixels: settings.maxPixels };
}

async function originalPath(media: PicturedMedia, workshop: BlobWorkshop, { restorer }: MakingParts): Promise<string> {
  const file = localFile(media.mediaId);
  const path = await workshop.localPath(file);
  if (path !== undefined) return path;
  const { mediaLength, sha256 } = media;
  const reader = await restorer?.openFile({ file, lengthBytes: mediaLength, sha256 });
  await reader?.close();
  const restored = reader && (await workshop.localPath(file));
  if (restored === undefined) throw matrixError("NOT_FOUND");
  return restored;
}

/** One job of the thumbnailer; the signal takes it from the queue. */
interface Attempt {
  readonly wish: ThumbnailWish;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
}

async function run(
  { wish, path, signal }: Attempt,
  { media }: ThumbnailTask,
  job: ThumbnailJob,
  workshop: BlobWorkshop,
  { thumbnailer, settings, onJob }: MakingParts,
): Promise<Omit<ThumbnailResult, "thumbnails"> & { readonly thumbnails: readonly UnplacedThumbnail[] }> {
  const { maxPixels, sizes, dynamic } = settings;
  const work = { path, mediaType: media.mediaType, maxPixels, sizes, dynamic, wishes: [wish], folder: workshop.path };
  const startedMs = performance.now();
  const count = (outcome: "made" | ThumbnailFailure["code"]) => onJob(outcome, (performance.now() - startedMs) / 1000);
  job.waitsForTurn(() => thumbnailer.hurry(path));
  try {
    const { picture, thumbnails } = await thumbnailer.run(work, {
      urgent: job.isUrgent,
      user: media.userId ?? "",
      ...(signal && { signal }),
    });
    count("made");
    return { picture, thumbnails };
  } catch (error) {
    if (error instanceof ThumbnailFailure) count(error.code);
    throw error;
  }
}

/** Gives a thumbnail its place, its check and its row, or removes it. */
async function keep(
  { path, width, height, method, type, lengthBytes }: UnplacedThumbnail,
  { media: { mediaId }, wish, chain }: ThumbnailTask,
  workshop: BlobWorkshop,
  { stores, providers, clock }: MakingParts,
): Promise<void> {
  const thumbnail = { width, height, method, type, lengthBytes };
  const file = thumbnailFile(mediaId, thumbnail);
  // 4. The file is where modules expect it. Clients do not see it: it has no row yet.
  const placed = await workshop.place(path, file);
  let isKept = false;
  try {
    // 5. The spam check sees it.
    const refused = chain.has("check_media_file_for_spam")
      ? await chain.decide("check_media_file_for_spam", await placed.localPath(), toFileInfo(file))
      : undefined;
    if (refused === undefined) {
      // 6. The row is committed, if the media is still there, with the storage providers that are to get the file.
      isKept = await stores.thumbnails.add(mediaId, thumbnail, providers?.namesOfAll(file) ?? [], clock.now());
    } else if (wish.kind === "asked") {
      throw matrixError("NOT_FOUND", { facts: { slot: nameSlot(refused.slot) } });
    }
  } finally {
    if (!isKept) await placed.takeBack();
  }
}
