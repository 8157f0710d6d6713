import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { mediaIdOf } from "../support/bodies.ts";
import { DOWNLOAD_HEADERS } from "../facts/case.ts";
import { RawConnection } from "../support/raw-connection.ts";

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
/** Types that begin like one that may be shown, and break the grammar after that. */
const MALFORMED = [
  "image/png;,text/html",
  "image/png,text/html",
  "text/html,image/png",
  "image/png;x=y,text/html",
  "image/png; text/html",
  "image/png;x",
  "image/png;x=",
  "image/png;=y",
  "image/png;x =y",
  "image/png;x= y",
  'image/png;x="y',
  'image/png;x="y"z',
  'image/png;x="y",text/html',
  "image/png;x=<y>",
  "image/png ;x=y",
  "image/png x",
  "image/png(x)",
  "image/png/x",
  "image /png",
  '"image/png"',
  "image/png;x=\u00e9",
  'image/png;x="\u00e9"',
  "image\\png",
];
/** Types within the grammar whose commas some parsers see in front of the rest, and others do not. */
const DISPUTED = [
  String.raw`image/png;x="\",text/html;\""`,
  `image/png;x=';y="',text/html,'"`,
  String.raw`image/png;x="\a"`,
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
    expect((await download(`${type.toUpperCase()}; x=y`)).get("content-disposition")).toBe("inline");
  });

  test.each([
    "image/png;",
    "image/png;;x=y",
    "image/png;\tx=y ; z=w;",
    'video/webm; codecs="vp8, opus"',
    "image/png;x=a+b",
  ])("is inline for %s, which is well-formed", async (type) => {
    const headers = await download(type);
    expect([headers.get("content-disposition"), headers.get("content-type")]).toEqual(["inline", type]);
  });

  test.each(MALFORMED)("is attachment for %s, which is malformed, and the type is served as it came", async (type) => {
    const headers = await download(type);
    expect([headers.get("content-disposition"), headers.get("content-type")]).toEqual(["attachment", type]);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  test.each(DISPUTED)("is attachment for %s, in which parsers find different commas", async (type) => {
    expect((await download(type)).get("content-disposition")).toBe("attachment");
  });

  test("is attachment where two Content-Type lines came and the first one may not be shown", async () => {
    const answer = await RawConnection.ask(service.port, {
      method: "POST",
      target: "/_matrix/media/v3/upload",
      headers: [
        ["Authorization", "Bearer token-of-alice"],
        ["Content-Type", "text/html"],
        ["Content-Type", "image/png"],
      ],
      body: "x",
    });
    const response = await service.request(`/_matrix/client/v1/media/download/example.test/${mediaIdOf(answer)}`, {
      as: "bob",
    });
    const { headers } = response;
    expect([headers.get("content-disposition"), headers.get("content-type")]).toEqual([
      "attachment",
      "text/html; charset=UTF-8",
    ]);
  });

  test.each(["image/png\r\nX-Evil: 1", "image/png\n", "\u0000image/png", "image/png;x=\u20ac", "", " image/png"])(
    "is attachment for the stored type %j, which no header carried here",
    async (type) => {
      const mediaId = await service.upload("x");
      const database = new Database(join(service.folder, "data", "media.db"));
      database.prepare("UPDATE local_media_repository SET media_type = ? WHERE media_id = ?").run(type, mediaId);
      database.close();
      const path = `/_matrix/client/v1/media/download/example.test/${mediaId}`;
      const { status, headers } = await service.request(path, { as: "bob" });
      const served = type === " image/png" ? "image/png" : "application/octet-stream";
      expect([status, headers.get("content-disposition"), headers.get("content-type")]).toEqual([
        200,
        "attachment",
        served,
      ]);
      expect(headers.get("x-evil")).toBeNull();
    },
  );

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

  test.each([
    ["%FF%FE.txt", "%EF%BF%BD%EF%BF%BD.txt"],
    ["%C5%BC%C5.txt", "%C5%BC%EF%BF%BD.txt"],
    ["%ED%A0%80", "%EF%BF%BD%EF%BF%BD%EF%BF%BD"],
    ["%EF%BB%BFa%FF%zz%", "%EF%BB%BFa%EF%BF%BD%25zz%25"],
  ])("has U+FFFD in the place of what is not UTF-8 in the path's name %s", async (name, encoded) => {
    expect((await download("image/png", "stored.png", `/${name}`)).get("content-disposition")).toBe(
      `inline; filename*=utf-8''${encoded}`,
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
