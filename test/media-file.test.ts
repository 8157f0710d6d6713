import { describe, expect, expectTypeOf, test } from "vitest";
import { KINDS } from "../src/callbacks/kinds.ts";
import type { FileInfo, ThumbnailInfo } from "../src/index.ts";
import {
  findMediaPath,
  findThumbnailFolder,
  localFile,
  mediaPath,
  readThumbnailName,
  type StoredMedia,
  storedMedia,
  toFileInfo,
  toPythonFileInfo,
} from "../src/media-file.ts";
import { Layout } from "../src/storage/files/layout.ts";

const PNG: ThumbnailInfo = { width: 32, height: 24, method: "crop", type: "image/png", length: 999 };
const JPEG: ThumbnailInfo = { width: 800, height: 600, method: "scale", type: "image/jpeg", length: 999 };
const DATED = "2026-01-02_abcdefghijklmnop";
const REMOTE = { serverName: "ex.com:8448", fileId: "AbCdefgh" };

/** The paths are those that Synapse's own class gave for the same facts. */
const PATHS: readonly [what: string, file: StoredMedia, path: string][] = [
  ["local media", localFile("AbCd_-gh"), "local_content/Ab/Cd/_-gh"],
  ["the shortest id that can have a file", localFile("abcde"), "local_content/ab/cd/e"],
  ["local media whose id begins like a date", localFile("2026-01-02_a"), "local_content/20/26/-01-02_a"],
  [
    "a thumbnail of local media",
    storedMedia({ fileId: "AbCdefgh", thumbnail: PNG }),
    "local_thumbnails/Ab/Cd/efgh/32-24-image-png-crop",
  ],
  ["remote media", storedMedia(REMOTE), "remote_content/ex.com:8448/Ab/Cd/efgh"],
  [
    "a thumbnail of media from a server that is named by its address",
    storedMedia({ ...REMOTE, serverName: "[::1]:80", thumbnail: JPEG }),
    "remote_thumbnail/[::1]:80/Ab/Cd/efgh/800-600-image-jpeg-scale",
  ],
  ["an image of a preview", storedMedia({ fileId: DATED, urlCache: true }), "url_cache/2026-01-02/abcdefghijklmnop"],
  [
    "a thumbnail of a preview",
    storedMedia({ fileId: DATED, urlCache: true, thumbnail: JPEG }),
    "url_cache_thumbnails/2026-01-02/abcdefghijklmnop/800-600-image-jpeg-scale",
  ],
  [
    "an image of a preview from before ids had dates",
    storedMedia({ fileId: "AbCdefgh", urlCache: true }),
    "url_cache/Ab/Cd/efgh",
  ],
  [
    "a thumbnail of such a preview",
    storedMedia({ fileId: "AbCdefgh", urlCache: true, thumbnail: JPEG }),
    "url_cache_thumbnails/Ab/Cd/efgh/800-600-image-jpeg-scale",
  ],
];

const WITHOUT_PATH: readonly StoredMedia[] = [
  ...["", "abcd", "../../..", "ab/cdef", "....abc", "abcd..", "äbcdef", "abcdef\n", "abcd\0f"].map(localFile),
  ...["", ".", "..", "a/b", "../x", "a b", "ex.com\n", "évil", "a\0b"].map((serverName) =>
    storedMedia({ ...REMOTE, serverName }),
  ),
  ...["2026-01-02_", "2026-01-02", "2026-01-02_.."].map((fileId) => storedMedia({ fileId, urlCache: true })),
  ...["image", "", "a/b/c", "image/", "image/svg+xml", "image/\0", "image/png\n"].map((type) =>
    storedMedia({ fileId: "abcdef", thumbnail: { ...PNG, type } }),
  ),
];

describe("the identity of a stored file", () => {
  test.each(PATHS)("gives %s the path that it has in Synapse's layout", (_, file, path) => {
    expect(mediaPath(file)).toBe(path);
    expect(new Layout("/m", "/uploads").contentPath(file)).toBe(`/m/${path}`);
  });

  test.each(WITHOUT_PATH)("has no path where a part of it could leave the media store: %j", (file) => {
    expect(findMediaPath(file)).toBeUndefined();
    expect(new Layout("/m", "/uploads").contentPath(file)).toBeUndefined();
    expect(() => mediaPath(file)).toThrow(TypeError);
  });

  test("is that of local media unless told otherwise, and cannot be changed", () => {
    const thumbnail = { ...PNG };
    const file = storedMedia({ fileId: "abcdef", thumbnail });
    expect(file).toEqual({ serverName: null, fileId: "abcdef", urlCache: false, thumbnail: PNG });
    expect(Object.isFrozen(file) && Object.isFrozen(file.thumbnail)).toBe(true);
    expect(Object.isFrozen(thumbnail)).toBe(false);
    expect(storedMedia({ fileId: "abcdef" })).toEqual(localFile("abcdef"));
  });

  test("gives a spam check an object of its own, which the module may change", () => {
    const file = storedMedia({ ...REMOTE, thumbnail: PNG });
    const info = toFileInfo(file);
    expect(info).toEqual({ ...REMOTE, urlCache: false, thumbnail: PNG });
    Object.assign(info, { fileId: "another" });
    Object.assign(info.thumbnail ?? {}, { width: 1 });
    expect(file).toEqual(storedMedia({ ...REMOTE, thumbnail: PNG }));
  });

  test("is told to the Python child in Synapse's names, to spam checks as to storage providers", () => {
    const file = storedMedia({ fileId: DATED, urlCache: true, thumbnail: JPEG });
    const told = { server_name: null, file_id: DATED, url_cache: true, thumbnail: JPEG };
    expect(toPythonFileInfo(file)).toEqual(told);
    expect(KINDS.check_media_file_for_spam.toWire("/path", toFileInfo(file))).toEqual(["/path", told]);
  });

  test("leaves the module API's FileInfo as it was published", () => {
    expectTypeOf<FileInfo>().toEqualTypeOf<{
      readonly serverName: string | null;
      readonly fileId: string;
      readonly urlCache: boolean;
      readonly thumbnail: ThumbnailInfo | null;
    }>();
  });
});

test("A thumbnail is read back from the folder and the name of its file, whatever its kind", () => {
  const thumbnails = PATHS.filter(([, { thumbnail }]) => thumbnail !== null);
  expect(thumbnails.length).toBeGreaterThan(2);
  for (const [, file, path] of thumbnails) {
    expect(path.startsWith(`${findThumbnailFolder(file)}/`)).toBe(true);
    expect(readThumbnailName(path.split("/").at(-1) ?? "")).toEqual({ ...file.thumbnail, length: 0 });
  }
  for (const name of [
    "",
    "32-24-image-png",
    "32-24-image-png-fill",
    "a-24-image-png-crop",
    "..",
    "32-24-image-png-crop.tmp",
  ])
    expect(readThumbnailName(name)).toBeUndefined();
  expect(findThumbnailFolder(localFile(".."))).toBeUndefined();
});
