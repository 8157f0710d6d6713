import type { Config } from "../../config/config.ts";
import { StartError } from "../../errors.ts";
import type { Finding, Progress, VerificationOptions, Verified } from "../../media/audit/verification.ts";
import { isWithoutRow, verifyMedia } from "../../media/audit/verify.ts";
import { openAudit } from "../../storage/open/open-audit.ts";
import { storePaths } from "../store-paths.ts";

export interface VerificationRun {
  /** Whether files without a row are moved to `lost+found`. */
  readonly repair: boolean;
  readonly onFinding: (finding: Finding) => void;
  readonly onMoved: (mediaId: string, path: string) => void;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Verifies the store of a configuration, beside a running service or without one. Rejects with a StartError `STORE`
 * where it cannot be read, or where it should be repaired but has files that the database has never known.
 */
export async function verifyStore(
  config: Config,
  run: VerificationRun,
): Promise<Verified & { readonly moved: number }> {
  const { database } = config.mediaBridge;
  const { mediaStorePath, uploadsFolder } = storePaths(config);
  const audit = await openAudit({ database, mediaStorePath, uploadsFolder });
  try {
    const withoutRow: string[] = [];
    let unknown = 0;
    const options: VerificationOptions = {
      rows: audit.rows,
      files: audit.files,
      providers: config.storageProviders.filter(({ storeLocal }) => storeLocal).length,
      onFinding(finding) {
        if (finding.kind === "file-without-row") withoutRow.push(finding.mediaId);
        if (finding.kind === "file-unknown") unknown += 1;
        run.onFinding(finding);
      },
      onProgress: run.onProgress,
    };
    const verified = await verifyMedia(options);
    if (run.repair && unknown > 0) throw refuseToRepair(mediaStorePath, unknown, database.path);
    return { ...verified, moved: run.repair ? await setAside(withoutRow, options, run) : 0 };
  } finally {
    await audit.close();
  }
}

async function setAside(
  mediaIds: readonly string[],
  options: VerificationOptions,
  { onMoved }: VerificationRun,
): Promise<number> {
  let moved = 0;
  for (const mediaId of mediaIds) {
    if (!(await isWithoutRow(mediaId, options))) continue;
    onMoved(mediaId, await options.files.setAside(mediaId));
    moved += 1;
  }
  return moved;
}

function refuseToRepair(mediaStorePath: string, unknown: number, database: string): StartError {
  return new StartError(
    "STORE",
    `Nothing was moved: ${mediaStorePath} holds ${unknown} files that the database ${database} has never known, so it may be ` +
      "another service's; make sure that the two belong together, then move these files yourself",
  );
}
