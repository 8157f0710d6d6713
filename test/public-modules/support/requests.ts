import { z } from "zod";
import type { TestUser } from "../../support/service.ts";
import type { CliService } from "../../support/cli.ts";

const UploadedSchema = z.object({ content_uri: z.string() });

/** Uploads as a user, and hands back the answer whatever it is. */
export function tryUpload(service: CliService, body: string | Uint8Array, as: TestUser = "alice"): Promise<Response> {
  const headers = { Authorization: `Bearer token-of-${as}`, "Content-Type": "application/octet-stream" };
  return service.request("/_matrix/media/v3/upload", { method: "POST", headers, body: body as string });
}

/** Uploads as a user, and hands back the media id; an upload that is refused rejects. */
export async function uploadMedia(service: CliService, body: string | Uint8Array, as?: TestUser): Promise<string> {
  const response = await tryUpload(service, body, as);
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  const { content_uri: uri } = UploadedSchema.parse(await response.json());
  return uri.slice(uri.lastIndexOf("/") + 1);
}

export function downloadMedia(service: CliService, mediaId: string): Promise<Response> {
  return service.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`);
}
