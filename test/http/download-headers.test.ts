import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../support/service.ts";
import { DOWNLOAD_HEADERS } from "./facts/case.ts";

const INLINE = [
  "text/css",
  "text/plain",
  "text/csv",
  "application/json",
  "application/ld+json",
  "image/jpeg",
  "image/gif",
  "image/png",
  "image/apng",
  "image/webp",
  "image/avif",
  "video/mp4",
  "video/webm",
  "video/ogg",
  "video/quicktime",
  "audio/mp4",
  "audio/webm",
  "audio/aac",
  "audio/mpeg",
  "audio/ogg",
  "audio/wave",
  "audio/wav",
  "audio/x-wav",
  "audio/x-pn-wav",
  "audio/flac",
  "audio/x-flac",
];
const ATTACHED = [
  "text/html",
  "image/svg+xml",
  "application/pdf",
  "application/xhtml+xml",
  "text/xml",
  "text/javascript",
  "application/octet-stream",
  "image/bmp",
  "text/plainx",
  "xtext/plain",
  "text",
  ";text/plain",
  "text/html;text/plain",
];
const CHARSETLESS = [
  "image/png",
  "text/plain; charset=iso-8859-1",
  "text/html;x=y",
  "application/javascript",
  "text/markdown",
];

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

async function download(type: string, name?: string, inPath = ""): Promise<Headers> {
  const mediaId = await service.upload("x", { type, ...(name !== undefined && { query: `?filename=${name}` }) });
  const response = await service.request(`/_matrix/client/v1/media/download/example.test/${mediaId}${inPath}`, {
    as: "bob",
  });
  expect(await response.text()).toBe("x");
  return response.headers;
}

describe("every download", () => {
  test.each(["text/html", "image/png", "application/octet-stream"])(
    "of %s carries the headers that keep a browser safe",
    async (type) => {
      const headers = await download(type);
      for (const [name, value] of Object.entries(DOWNLOAD_HEADERS))
        expect([name, headers.get(name)]).toEqual([name, value]);
    },
  );

  test("does not say by what it was made", async () => {
    expect((await download("text/plain")).get("x-powered-by")).toBeNull();
  });
});

describe("Content-Disposition", () => {
  test.each(INLINE)("is inline for %s, whatever its case and its parameters", async (type) => {
    expect((await download(type)).get("content-disposition")).toBe("inline");
    expect((await download(`${type.toUpperCase()} ; x=y`)).get("content-disposition")).toBe("inline");
  });

  test.each(ATTACHED)("is attachment for %s", async (type) => {
    expect((await download(type)).get("content-disposition")).toBe("attachment");
  });

  test.each([
    ["a-b_c.tar.gz", "filename=a-b_c.tar.gz"],
    ["a%20b", "filename*=utf-8''a%20b"],
    ["a%2Fb", "filename*=utf-8''a%2Fb"],
    ["%22%3B%20filename%3Dx.exe", "filename*=utf-8''%22%3B%20filename%3Dx.exe"],
    ["a%5Cb", "filename*=utf-8''a%5Cb"],
    ["%F0%9F%90%88.png", "filename*=utf-8''%F0%9F%90%88.png"],
    ["a*b'c", "filename=a*b'c"],
    ["a%00b%7F", "filename*=utf-8''a%00b%7F"],
  ])("names a file uploaded as %s by %s", async (name, expected) => {
    expect((await download("image/png", name)).get("content-disposition")).toBe(`inline; ${expected}`);
    expect((await download("image/png", undefined, `/${name}`)).get("content-disposition")).toBe(`inline; ${expected}`);
  });

  test("takes the stored name where the path's is not UTF-8", async () => {
    expect((await download("image/png", "stored.png", "/%FF.png")).get("content-disposition")).toBe(
      "inline; filename=stored.png",
    );
  });
});

describe("Content-Type", () => {
  test.each(CHARSETLESS)("is %s to the letter", async (type) => {
    expect((await download(type)).get("content-type")).toBe(type);
  });

  test.each(["text/plain", "text/calendar", "text/xml", "application/rtf", "image/svg+xml"])(
    "is %s, of UTF-8",
    async (type) => {
      expect((await download(type)).get("content-type")).toBe(`${type}; charset=UTF-8`);
    },
  );
});
