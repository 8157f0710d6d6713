import type { AuditFiles, AuditRows } from "../../media/audit/verification.ts";
import { FilesystemAuditFiles } from "../files/audit-files.ts";
import type { DatabaseChoice } from "../open-stores.ts";
import { openSqliteAudit } from "../sqlite/open-audit.ts";

/** What is audited. */
export interface AuditPlaces {
  readonly database: DatabaseChoice;
  /** Synapse's `media_store_path`. */
  readonly mediaStorePath: string;
  /** Where the service keeps temporary names, unless that is on another file system. */
  readonly uploadsFolder: string;
}

/** Rows and files, both as they are now. */
export interface Audit {
  readonly rows: AuditRows;
  readonly files: AuditFiles;
  close(): Promise<void>;
}

/**
 * Opens what a service keeps, to read all of it, beside the running service or without one. Nothing is made, and
 * nothing is brought up to this release. Rejects with a StartError `STORE`.
 */
export async function openAudit({ database, mediaStorePath, uploadsFolder }: AuditPlaces): Promise<Audit> {
  const files = new FilesystemAuditFiles(mediaStorePath, uploadsFolder);
  const audit = openSqliteAudit(database.path);
  return { rows: audit.rows, files, close: () => audit.close() };
}
