import { join } from "node:path";
import Database from "better-sqlite3";
import type { TestService, TestUser } from "../../support/service.ts";
import { createdIn } from "./bodies.ts";

interface ByUser {
  readonly as?: TestUser;
}

/** An answer and what a test looks at. */
export interface PendingAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
  readonly errcode: unknown;
  readonly disposition: string | null;
}

/** Creates a media id, as alice where no other user is named. */
export async function create(
  service: TestService,
  { as = "alice" }: ByUser = {},
): Promise<PendingAnswer & { readonly mediaId: string; readonly expiresTs: number }> {
  const answer = await read(await service.request("/_matrix/media/v1/create", { method: "POST", as }));
  const created =
    answer.status === 200 ? createdIn({ body: Buffer.from(answer.text) }) : { mediaId: "", expiresTs: Number.NaN };
  return { ...answer, ...created };
}

/** Uploads a text to a media id. */
export async function put(
  service: TestService,
  mediaId: string,
  body: string,
  { as = "alice", query = "" }: ByUser & { readonly query?: string } = {},
): Promise<PendingAnswer> {
  const path = `/_matrix/media/v3/upload/example.test/${mediaId}${query}`;
  return read(await service.request(path, { method: "PUT", as, body, headers: { "Content-Type": "text/plain" } }));
}

/** Downloads media, waiting for its upload so long. */
export async function download(
  service: TestService,
  mediaId: string,
  timeoutMs: number | string,
): Promise<PendingAnswer> {
  const path = `/_matrix/client/v1/media/download/example.test/${mediaId}?timeout_ms=${timeoutMs}`;
  return read(await service.request(path, { as: "alice" }));
}

/** Makes a media id as old as if it had been created so much earlier. */
export function makeOlder(service: TestService, mediaId: string, milliseconds: number): void {
  change(service, "created_ts = created_ts - ?", mediaId, milliseconds);
}

export function quarantine(service: TestService, mediaId: string): void {
  change(service, "quarantined_by = ?", mediaId, "@admin:example.test");
}

function change(service: TestService, assignment: string, mediaId: string, value: string | number): void {
  const database = new Database(join(service.folder, "data", "media.db"), { timeout: 5_000 });
  try {
    database.prepare(`update local_media_repository set ${assignment} where media_id = ?`).run(value, mediaId);
  } finally {
    database.close();
  }
}

async function read(response: Response): Promise<PendingAnswer> {
  const text = await response.text();
  const { status, headers } = response;
  const isJson = headers.get("content-type") === "application/json";
  const body = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status, headers, text, body, errcode: body["errcode"], disposition: headers.get("content-disposition") };
}
