import type { NewLocalMedia, UploadedMedia } from "../../src/media/media-rows.ts";

/** A row to insert; what is not given is filled in. */
export function newMedia(facts: Partial<NewLocalMedia> & { mediaId: string }): NewLocalMedia {
  return {
    mediaType: "image/png",
    mediaLength: 100,
    createdTs: 1_700_000_000_000,
    uploadName: null,
    userId: "@alice:example.org",
    authenticated: true,
    sha256: "ab".repeat(32),
    ...facts,
  };
}

/** The content of an id that was created earlier; what is not given is filled in. */
export function uploadedMedia(facts: Partial<UploadedMedia> & { mediaId: string }): UploadedMedia {
  return {
    mediaType: "image/png",
    mediaLength: 100,
    uploadedTs: 1_700_000_500_000,
    uploadName: null,
    userId: "@alice:example.org",
    sha256: "cd".repeat(32),
    ...facts,
  };
}
