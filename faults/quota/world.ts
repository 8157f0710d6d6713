import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Scheduler } from "fast-check";
import { CallbackChain } from "../../src/callbacks/callback-chain.ts";
import type { ChainOptions } from "../../src/callbacks/chain-options.ts";
import { localFile } from "../../src/media-file.ts";
import { CallbackRegistry } from "../../src/callbacks/slots/registry.ts";
import { InProcessUploadLocks } from "../../src/coordination/in-process-upload-locks.ts";
import { InProcessUploadWaiters } from "../../src/coordination/in-process-upload-waiters.ts";
import { InProcessUsageAccounts } from "../../src/coordination/in-process-usage-accounts.ts";
import { MatrixError, matrixError } from "../../src/errors.ts";
import type { BlobStore, BlobWriter } from "../../src/media/blobs.ts";
import type { NewLocalMedia, UploadedMedia } from "../../src/media/media-rows.ts";
import type { MediaStores } from "../../src/media/stores.ts";
import { storePendingUpload } from "../../src/media/upload/pending-upload.ts";
import { QuotaLedger, type Reservation } from "../../src/media/upload/quota.ts";
import { storeUpload, type StoredUpload, type UploadParts, type UploadRequest } from "../../src/media/upload/upload.ts";
import { openFilesystemBlobs } from "../../src/storage/files/filesystem-blobs.ts";
import { openSqliteStores, type SqliteStores } from "../../src/storage/sqlite/sqlite-stores.ts";
import { createLogger } from "../../src/util/log.ts";
import { SERVER_NAME } from "../support/folder.ts";
import type { Reading, TrueUpload, Truth } from "./truth.ts";
import { Turns } from "./turns.ts";

const log = createLogger("fatal");
const NO_POLICIES = {} as ChainOptions["policies"];
const NOBODY_LISTENS = {
  observe: () => undefined,
  onLate: () => undefined,
  onUnenforced: () => undefined,
  isUserAdmin: async () => false,
};

/** How an upload may be refused here. */
const REFUSALS = new Set<string | undefined>(["LIMIT_EXCEEDED", "STORE_FAILED", "UPLOAD_INCOMPLETE"]);

/** An upload that a schedule makes. */
export interface UploadPlan {
  readonly userId: string;
  readonly pieces: readonly number[];
  readonly hasLength: boolean;
  /** An id that was created before, to be filled. */
  readonly mediaId: string | undefined;
  /** The step that fails, if any. */
  readonly fails: "body" | "stage" | "publish" | "commit" | "flush" | undefined;
}

/** The stores that an upload writes to and reads. */
type TurnedStores = Pick<MediaStores, "media" | "pending" | "usage" | "flushed">;

/**
 * One life of a service's store: the product's uploads over its real database and files. Each step of each upload waits
 * for the scheduler, so that any order of steps can be played. After a crash no step continues.
 */
export class World {
  readonly #truth: Truth;
  readonly #turns: Turns;
  readonly #stores: SqliteStores;
  readonly #mediaStorePath: string;
  readonly #blobs: BlobStore;
  readonly #accounts = new InProcessUsageAccounts();
  readonly #claims = new InProcessUploadLocks();
  /** The first thing that was not as it must be. */
  #wrong: unknown;

  private constructor(folder: string, truth: Truth, scheduler: Scheduler) {
    this.#truth = truth;
    this.#turns = new Turns(scheduler);
    this.#stores = openSqliteStores({ path: join(folder, "media.db"), log });
    this.#mediaStorePath = join(folder, "media");
    this.#blobs = openFilesystemBlobs({ mediaStorePath: this.#mediaStorePath, log, durability: "relaxed" });
    this.#claims.open();
  }

  /** Starts on what an earlier life has left. */
  static async open(folder: string, truth: Truth, scheduler: Scheduler): Promise<World> {
    const world = new World(folder, truth, scheduler);
    const blobs = world.#blobs;
    const stores = world.#stores;
    await blobs.recover(await blobs.unsettled(), async (id) => (await stores.media.find(id)) !== undefined);
    return world;
  }

  /** Makes an id to be filled. */
  async createId(mediaId: string, userId: string): Promise<void> {
    const pending = { mediaId, createdTs: Date.now(), userId, authenticated: true };
    await this.#stores.pending.create(pending, { maxPending: Infinity, expiredTs: 0 });
  }

  /** Begins an upload; its steps come when the scheduler lets them. */
  async begin(plan: UploadPlan): Promise<void> {
    const upload = this.#truth.begin(plan.userId);
    this.#store(plan, upload).then(
      () => this.#end(upload),
      (error: unknown) => this.#end(upload, error),
    );
    await this.#turns.settled();
  }

  /** Plays this many steps, in the scheduler's order, and checks the limits after each. */
  async play(steps: number): Promise<void> {
    for (let step = 0; step < steps && !this.isIdle(); step++) {
      await this.#turns.next();
      if (this.#wrong !== undefined) throw this.#wrong;
      this.#truth.checkLimits();
    }
  }

  /** Whether anything waits for the scheduler. */
  isIdle(): boolean {
    return this.#turns.areOver();
  }

  /** Once nothing is under way: throws where ledger, database or files do not say what is stored. */
  async checkIdle(): Promise<void> {
    if (this.#accounts.size > 0)
      throw new Error(`${this.#accounts.size} accounts hold reservations that belong to no upload`);
    for (const [userId, limits] of Object.entries(this.#truth.limits)) {
      const since = limits.map(({ timePeriodMs }) => this.#truth.nowTs - Number(timePeriodMs));
      const expected = since.map((ts) => this.#truth.storedBytes(userId, ts)).join();
      const found = (await this.#stores.usage.uploadedBytes(userId, since)).join();
      if (found !== expected) throw new Error(`${userId} has sent ${expected}; the database says ${found}`);
    }
    const rows = this.#truth.rowsOf();
    const entries = readdirSync(this.#mediaStorePath, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).length;
    if (files !== rows.length) throw new Error(`${rows.length} uploads are stored; there are ${files} files`);
    for (const { mediaId, bytes } of rows) {
      const file = await this.#blobs.open(localFile(mediaId));
      if (file?.size !== bytes) throw new Error(`${mediaId} has ${bytes} bytes; its file ${file?.size}`);
      await file.close();
    }
  }

  /** No step of it continues. What it has on disk is as after a kill. */
  crash(): void {
    this.#turns.end();
    this.#truth.crash();
  }

  async close(): Promise<void> {
    await this.#stores.close();
    await this.#blobs.close();
  }

  #store(plan: UploadPlan, upload: TrueUpload): Promise<StoredUpload> {
    const { userId, mediaId, pieces, hasLength, fails } = plan;
    const request: UploadRequest = {
      userId,
      contentLength: hasLength ? pieces.reduce((sum, bytes) => sum + bytes, 0) : undefined,
      mediaType: "text/plain",
      uploadName: null,
      hasReadableName: true,
      body: {
        read: async (sink) => {
          for (const bytes of pieces) {
            await this.#turns.wait("piece");
            await sink(Buffer.alloc(bytes));
          }
          if (fails === "body") throw matrixError("UPLOAD_INCOMPLETE");
        },
      },
    };
    const parts = this.#partsOf(plan, upload);
    if (mediaId === undefined) return storeUpload(request, parts);
    const claims = this.#claims;
    return storePendingUpload(
      { ...request, serverName: SERVER_NAME, mediaId },
      { ...parts, serverName: SERVER_NAME, unusedExpirationMs: Infinity, claims, waits: new InProcessUploadWaiters() },
    );
  }

  /** What the product stores one upload with: each step of it in its turn, noted down as it is made. */
  #partsOf({ userId, fails }: UploadPlan, upload: TrueUpload): UploadParts & { readonly stores: TurnedStores } {
    const truth = this.#truth;
    const accounts = this.#accounts;
    const reading: Reading = { openedTs: 0, readAt: 0 };
    const stores = this.#turnsOfStores(upload, reading, fails);
    const ledger = new QuotaLedger(stores.usage, { accounts, now: () => (reading.openedTs = truth.nowTs) });
    const open = ledger.open.bind(ledger);
    ledger.open = async (...args) => this.#watch(await open(...args), upload, reading);
    return {
      chain: new CallbackChain({ registry: new CallbackRegistry(), policies: NO_POLICIES, ...NOBODY_LISTENS }),
      clock: { now: Date.now },
      stores,
      blobs: this.#turnsOfBlobs(fails),
      ledger,
      maxUploadSizeBytes: Infinity,
      defaultLimits: truth.limits[userId] ?? [],
      enableAuthenticatedMedia: true,
      providers: undefined,
      premade: undefined,
      limitPage: "https://example.com/limit",
    };
  }

  #turnsOfStores(upload: TrueUpload, reading: Reading, fails: UploadPlan["fails"]): TurnedStores {
    const truth = this.#truth;
    const stores = this.#stores;
    const commit = (media: UploadedMedia | NewLocalMedia, write: (ts: number) => Promise<boolean | void>) => {
      const ts = truth.nowTs;
      return this.#turns.step("commit", fails, async () => {
        const isWritten = await write(ts);
        const { mediaId, mediaLength: bytes } = media;
        if (isWritten !== false) upload.row = { mediaId, ts, bytes, committedAt: truth.tick() };
        return isWritten;
      });
    };
    return {
      media: {
        insert: async (media) =>
          void (await commit(media, (createdTs) => stores.media.insert({ ...media, createdTs }))),
        withdraw: (mediaId, options) =>
          this.#turns.step("withdraw", fails, async () => {
            await stores.media.withdraw(mediaId, options);
            upload.withdrawnAt = truth.tick();
          }),
        find: (mediaId) => stores.media.find(mediaId),
        touch: (mediaIds, accessTs) => stores.media.touch(mediaIds, accessTs),
      },
      pending: {
        complete: async (media) =>
          (await commit(media, (uploadedTs) => stores.pending.complete({ ...media, uploadedTs }))) === true,
        create: (media, allowance) => stores.pending.create(media, allowance),
        find: (mediaId) => stores.pending.find(mediaId),
      },
      usage: {
        uploadedBytes: (userId, sinceTs) =>
          this.#turns.step("read", fails, () => {
            reading.readAt = truth.tick();
            return stores.usage.uploadedBytes(userId, sinceTs);
          }),
      },
      flushed: () => this.#turns.step("flush", fails, () => stores.flushed()),
    };
  }

  #turnsOfBlobs(fails: UploadPlan["fails"]): BlobStore {
    const blobs = this.#blobs;
    const create = (mediaId: string): BlobWriter => {
      const writer = blobs.create(mediaId);
      return {
        write: (chunk) => writer.write(chunk),
        stage: async () => {
          const staged = await this.#turns.step("stage", fails, () => writer.stage());
          return {
            localPath: () => staged.localPath(),
            publish: () => this.#turns.step("publish", fails, () => staged.publish()),
            settle: () => this.#turns.step("settle", fails, () => staged.settle()),
          };
        },
        abort: () => this.#turns.step("abort", fails, () => writer.abort()),
      };
    };
    return Object.assign(Object.create(blobs) as BlobStore, { create });
  }

  /** Notes what a reservation holds, and looks at what it says of others. */
  #watch(reservation: Reservation, upload: TrueUpload, reading: Reading): Reservation {
    const growTo = reservation.growTo.bind(reservation);
    reservation.growTo = async (totalBytes) => {
      const breach = await growTo(totalBytes);
      if (breach === undefined) upload.reservedBytes = totalBytes;
      else this.#wrong ??= this.#truth.findWrong(upload, breach, reading);
      return breach;
    };
    return reservation;
  }

  #end(upload: TrueUpload, error?: unknown): void {
    upload.hasEnded = true;
    const isStored = upload.row !== undefined && upload.withdrawnAt === undefined;
    const isRefused = MatrixError.is(error) && REFUSALS.has(error.code);
    if (error !== undefined && !isRefused) this.#wrong ??= error;
    if (isStored === isRefused)
      this.#wrong ??= new Error(`${String(error)}, and it is ${isStored ? "" : "not "}stored`);
  }
}
