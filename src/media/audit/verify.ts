import type {
  Finding,
  FindingKind,
  Knowledge,
  Progress,
  VerificationOptions,
  Verified,
  AuditFiles,
  AuditedRow,
} from "./verification.ts";

/**
 * Compares rows with files, both ways, hashes included. What changed during the comparison is checked again before it
 * is reported: uploads and deletions under way are not findings.
 */
export async function verifyMedia(options: VerificationOptions): Promise<Verified> {
  const { rows, files } = options;
  const run = new Run(options, await rows.count());
  for await (const page of rows.pages()) {
    for (const row of page) {
      const wrong = await run.checkRow(row);
      // Deleted since it was read, or never complete.
      if (wrong !== undefined && (await rows.find(row.mediaId)) !== undefined) run.report(wrong, row.mediaId);
      run.rowsDone += 1;
      run.progress();
    }
  }
  for await (const mediaId of files.mediaIds()) {
    run.filesSeen += 1;
    await run.checkFile(mediaId);
    run.progress();
  }
  return run.result();
}

/** Whether a file still has no row: asked again right before something is done about it. */
export async function isWithoutRow(mediaId: string, { rows, files }: VerificationOptions): Promise<boolean> {
  if (isAccountedFor(await rows.knows(mediaId)) || (await files.isUnderWay(mediaId))) return false;
  // Between the two questions its row may have been committed, and its temporary name removed.
  return !isAccountedFor(await rows.knows(mediaId)) && (await files.exists(mediaId));
}

function isAccountedFor(knowledge: Knowledge): boolean {
  return knowledge === "stored" || knowledge === "deleted";
}

interface Wrong {
  readonly kind: FindingKind;
  readonly detail: string;
}

class Run {
  rowsDone = 0;
  filesSeen = 0;
  #bytesDone = 0;
  #findings = 0;
  #elsewhere = 0;
  #underWay = 0;
  readonly #rows: number;
  readonly #options: VerificationOptions;

  constructor(options: VerificationOptions, rows: number) {
    this.#options = options;
    this.#rows = rows;
  }

  async checkRow(row: AuditedRow): Promise<Wrong | undefined> {
    const { mediaLength, countedBytes } = row;
    if (countedBytes !== null && countedBytes !== mediaLength) {
      const detail = `${mediaLength} bytes, of which ${countedBytes} count against its user's limits`;
      return { kind: "usage-differs", detail };
    }
    return this.#checkContent(row);
  }

  async checkFile(mediaId: string): Promise<void> {
    const { rows, files } = this.#options;
    const knowledge = await rows.knows(mediaId);
    if (knowledge === "stored") return;
    if (knowledge === "deleted" || (await files.isUnderWay(mediaId))) {
      this.#underWay += 1;
      return;
    }
    if (!(await isWithoutRow(mediaId, this.#options))) return;
    const isKnown = (await rows.knows(mediaId)) === "known";
    this.report(
      isKnown
        ? { kind: "file-without-row", detail: "an upload of this database whose row is gone" }
        : { kind: "file-unknown", detail: "a file that this database has never known" },
      mediaId,
    );
  }

  report({ kind, detail }: Wrong, mediaId: string): void {
    this.#findings += 1;
    this.#options.onFinding({ kind, mediaId, detail } satisfies Finding);
  }

  progress(): void {
    this.#options.onProgress(this.#state());
  }

  result(): Verified {
    const findings = this.#findings;
    const elsewhere = this.#elsewhere;
    const underWay = this.#underWay;
    return { ...this.#state(), findings, elsewhere, underWay };
  }

  #state(): Progress {
    const rows = this.#rows;
    const rowsDone = this.rowsDone;
    const bytesDone = this.#bytesDone;
    const filesSeen = this.filesSeen;
    return { rows, rowsDone, bytesDone, filesSeen };
  }

  async #checkContent({ mediaId, mediaLength, sha256, waitingProviders }: AuditedRow): Promise<Wrong | undefined> {
    const { files, providers } = this.#options;
    const state: Awaited<ReturnType<AuditFiles["inspect"]>> = await files.inspect(mediaId, mediaLength);
    if (state.is === "missing") {
      if (providers > waitingProviders) {
        this.#elsewhere += 1;
        return undefined;
      }
      return { kind: "file-missing", detail: `${mediaLength} bytes, and no storage provider has been given them` };
    }
    if (state.is === "unreadable") return { kind: "file-unreadable", detail: state.reason };
    if (state.sizeBytes !== mediaLength) {
      return { kind: "size-differs", detail: `${state.sizeBytes} bytes instead of ${mediaLength}` };
    }
    this.#bytesDone += mediaLength;
    if (sha256 === null || state.sha256 === sha256) return undefined;
    return { kind: "hash-differs", detail: `SHA-256 ${state.sha256} instead of ${sha256}` };
  }
}
