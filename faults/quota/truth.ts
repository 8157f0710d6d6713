import type { MediaUploadLimit } from "../../src/callbacks/limit.ts";
import type { Breach } from "../../src/media/upload/quota.ts";

/** A row with content. */
export interface Row {
  readonly mediaId: string;
  readonly ts: number;
  readonly bytes: number;
  /** By {@link Truth.tick}. */
  readonly committedAt: number;
}

/** The true state of one upload, whatever the ledger makes of it. */
export interface TrueUpload {
  readonly userId: string;
  /** What its reservation holds, as long as it is under way and has no row. */
  reservedBytes: number;
  /** Its row, once that is committed. */
  row?: Row;
  /** When the row was taken back, by {@link Truth.tick}; it counts no more then. */
  withdrawnAt?: number;
  hasEnded: boolean;
}

/** What an upload knows of others: the sums that it read last. */
export interface Reading {
  /** By the model's clock, from which periods reach back. */
  openedTs: number;
  /** By {@link Truth.tick}. */
  readAt: number;
}

/** Every upload of every user, as plain data, and what must be true of it at every moment. */
export class Truth {
  /** Milliseconds of the epoch; passes when a schedule says so. */
  nowTs = 1_700_000_000_000;
  readonly uploads: TrueUpload[] = [];
  readonly limits: Readonly<Record<string, readonly MediaUploadLimit[]>>;
  #ticks = 0;

  constructor(limits: Readonly<Record<string, readonly MediaUploadLimit[]>>) {
    this.limits = limits;
  }

  /** Orders what happens. */
  tick(): number {
    return ++this.#ticks;
  }

  begin(userId: string): TrueUpload {
    const upload: TrueUpload = { userId, reservedBytes: 0, hasEnded: false };
    this.uploads.push(upload);
    return upload;
  }

  /** The process is gone, and with it what was under way. */
  crash(): void {
    for (const upload of this.uploads) upload.hasEnded = true;
  }

  /** Bytes of a user's rows later than a time. */
  storedBytes(userId: string, sinceTs: number): number {
    const rows = this.rowsOf(userId).filter(({ ts }) => ts > sinceTs);
    return sum(rows.map(({ bytes }) => bytes));
  }

  /** Rows with content, of all users or of one. */
  rowsOf(userId?: string): Row[] {
    const uploads = this.uploads.filter((upload) => userId === undefined || upload.userId === userId);
    return uploads.flatMap(({ row, withdrawnAt }) => (row !== undefined && withdrawnAt === undefined ? row : []));
  }

  /** Throws where a user has more than a limit allows, stored and reserved. */
  checkLimits(): void {
    for (const [userId, limits] of Object.entries(this.limits)) {
      const reserved = sum(this.uploads.map((upload) => (upload.userId === userId ? underWayBytes(upload) : 0)));
      for (const { maxBytes, timePeriodMs } of limits) {
        const bytes = this.storedBytes(userId, this.nowTs - Number(timePeriodMs)) + reserved;
        if (bytes > maxBytes) throw new Error(`${userId} has ${bytes} of ${maxBytes} bytes in ${timePeriodMs} ms`);
      }
    }
  }

  /**
   * What is wrong with a refusal: it counts less than others have sent by now, or more than they have since the sums
   * were read.
   */
  findWrong(upload: TrueUpload, { limit, sentBytes }: Breach, reading: Reading): Error | undefined {
    const others = this.uploads.filter((other) => other !== upload && other.userId === upload.userId);
    const underWay = sum(others.map(underWayBytes));
    const least = this.storedBytes(upload.userId, this.nowTs - Number(limit.timePeriodMs)) + underWay;
    const most = sum(
      others.map((other) => (isSeen(other, limit, reading) ? (other.row?.bytes ?? 0) : underWayBytes(other))),
    );
    if (sentBytes >= least && sentBytes <= most) return undefined;
    return new Error(`${upload.userId} is told of ${sentBytes} bytes, and has sent ${least} to ${most}`);
  }
}

/** Whether a row was in the sums that were read, or came or went since. */
function isSeen({ row, withdrawnAt }: TrueUpload, { timePeriodMs }: MediaUploadLimit, reading: Reading): boolean {
  if (row === undefined) return false;
  if (row.committedAt > reading.readAt) return true;
  if (withdrawnAt !== undefined && withdrawnAt < reading.readAt) return false;
  return row.ts > reading.openedTs - Number(timePeriodMs);
}

function underWayBytes({ hasEnded, row, reservedBytes }: TrueUpload): number {
  return hasEnded || row !== undefined ? 0 : reservedBytes;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
