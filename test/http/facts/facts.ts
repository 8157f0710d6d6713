import { ADMIN_DELETION_CASES } from "./admin/admin-deletion.ts";
import { ADMIN_CASES } from "./admin/admin.ts";
import { AUTH_CASES } from "./auth.ts";
import type { HttpCase } from "./case.ts";
import { CREATE_CASES, PUT_CASES } from "./create.ts";
import { DOWNLOAD_TYPE_CASES } from "./download-types.ts";
import { DOWNLOAD_CASES } from "./download.ts";
import { FREEZE_CASES, LEGACY_CASES } from "./legacy.ts";
import { CONFIG_CASES, CORS_CASES, UNKNOWN_CASES } from "./paths.ts";
import { LEGACY_THUMBNAIL_CASES, THUMBNAIL_CASES } from "./thumbnails/thumbnail.ts";
import { UPLOAD_CASES } from "./upload.ts";

/**
 * What a real Synapse was recorded to answer, case by case, and what this service makes of it: `as recorded`;
 * `differs`, with the reason; `waits` for a part of the service that does not exist yet. `fixtures/http/case-ids.json`
 * lists the cases that must be here.
 */
export const FACTS: readonly HttpCase[] = [
  ...ADMIN_CASES,
  ...ADMIN_DELETION_CASES,
  ...AUTH_CASES,
  ...CONFIG_CASES,
  ...CORS_CASES,
  ...UNKNOWN_CASES,
  ...UPLOAD_CASES,
  ...CREATE_CASES,
  ...PUT_CASES,
  ...DOWNLOAD_CASES,
  ...DOWNLOAD_TYPE_CASES,
  ...LEGACY_CASES,
  ...FREEZE_CASES,
  ...THUMBNAIL_CASES,
  ...LEGACY_THUMBNAIL_CASES,
];
