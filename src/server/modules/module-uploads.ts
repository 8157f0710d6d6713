import { z } from "zod";
import { MatrixError, matrixError } from "../../errors.ts";
import { storePendingUpload, type PendingUploadParts } from "../../media/upload/pending-upload.ts";
import { storeUpload } from "../../media/upload/upload.ts";
import type { BodySource } from "../../util/bodies/body-source.ts";
import { describeRefusal } from "../../modules/python/who-is.ts";
import { readRegularFile } from "../../util/regular-file.ts";

const ContentSchema = z.strictObject({
  path: z.string(),
  media_type: z.string(),
  upload_name: z.string().nullable(),
  content_length: z.int().nonnegative(),
  user_id: z.string(),
  media_id: z.string().nullable(),
});

/**
 * Answers `store_content` of the child (docs/bridge-protocol.md): media that a module makes on behalf of a user. As in
 * Synapse, the user's limits apply and spam checkers see it, but modules are not asked whether the user may upload this
 * much. A media id must be one that the user created and that has no content. A refusal is an answer.
 */
export async function storeContent(params: unknown, uploads: PendingUploadParts): Promise<object> {
  const { path, media_type, upload_name, content_length, user_id, media_id } = ContentSchema.parse(params);
  try {
    const request = {
      userId: user_id,
      contentLength: content_length,
      mediaType: media_type,
      uploadName: upload_name,
      hasReadableName: true,
      body: fileBody(path, content_length),
      isOfModule: true,
    };
    const chain = uploads.chain.knowing({
      requester: { userId: user_id },
      upload: { declaredType: media_type, fileName: upload_name ?? undefined, declaredSizeBytes: content_length },
    });
    const parts = { ...uploads, chain };
    const stored =
      media_id === null
        ? await storeUpload(request, parts)
        : await storePendingUpload({ ...request, serverName: parts.serverName, mediaId: media_id }, parts);
    return { media_id: stored.mediaId, refusal: null };
  } catch (error) {
    if (!MatrixError.is(error)) throw error;
    return { media_id: null, refusal: describeRefusal(error) };
  }
}

/** A file as a body, which must have the declared length. */
function fileBody(path: string, contentLength: number): BodySource {
  return {
    async read(sink) {
      let bytes = 0;
      for await (const chunk of readRegularFile(path) as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > contentLength) break;
        await sink(chunk);
      }
      if (bytes !== contentLength) {
        const cause = new Error(`a module's content is not the ${contentLength} bytes that the module declared`);
        throw matrixError("INTERNAL", { cause });
      }
    },
  };
}
