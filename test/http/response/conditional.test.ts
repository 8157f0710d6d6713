import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { DOWNLOAD_HEADERS } from "../facts/case.ts";

const sha256 = (text: string) => `"${createHash("sha256").update(text).digest("hex")}"`;
const pathOf = (mediaId: string) => `/_matrix/client/v1/media/download/example.test/${mediaId}`;

let service: TestService;
let mediaId: string;
let path: string;

beforeAll(async () => {
  service = await startTestService();
  mediaId = await service.upload("content", { query: "?filename=a.txt" });
  path = pathOf(mediaId);
});
afterAll(() => service.stop());

describe("the ETag", () => {
  test("is the content's, the same for the same bytes and another for others", async () => {
    const same = await service.request(pathOf(await service.upload("content")), { as: "bob" });
    const other = await service.request(pathOf(await service.upload("other")), { as: "bob" });
    expect([same.headers.get("etag"), other.headers.get("etag")]).toEqual([sha256("content"), sha256("other")]);
  });

  test.each([
    ["the ETag", sha256("content")],
    ["its weak form", `W/${sha256("content")}`],
    ["it among others", `"a", ${sha256("content")} , "b"`],
    ["anything", "*"],
  ])(
    "in an If-None-Match that names %s is answered 304, without a body, with the headers of a cache",
    async (_, tag) => {
      const response = await service.request(path, { as: "bob", headers: { "If-None-Match": tag } });
      expect([response.status, await response.text()]).toEqual([304, ""]);
      const kept = [
        "cache-control",
        "cross-origin-resource-policy",
        "content-security-policy",
        "x-content-security-policy",
        "referrer-policy",
        "access-control-allow-origin",
      ] as const;
      for (const name of kept) expect([name, response.headers.get(name)]).toEqual([name, DOWNLOAD_HEADERS[name]]);
      expect(response.headers.get("etag")).toBe(sha256("content"));
      expect(response.headers.get("content-disposition")).toBeNull();
    },
  );

  test("is looked at for HEAD as well, and before a range", async () => {
    const headers = { "If-None-Match": sha256("content"), Range: "bytes=0-1" };
    expect((await service.request(path, { as: "bob", method: "HEAD", headers })).status).toBe(304);
    expect((await service.request(path, { as: "bob", headers })).status).toBe(304);
  });

  test("tells nothing to who has no token", async () => {
    const response = await service.request(path, { headers: { "If-None-Match": "*" } });
    expect([response.status, response.headers.get("etag")]).toEqual([401, null]);
  });

  test("tells nothing about media that does not exist, or is quarantined", async () => {
    const headers = { "If-None-Match": "*" };
    expect((await service.request(pathOf("abcdefghijklmnopqrstuvwx"), { as: "bob", headers })).status).toBe(404);
    const quarantined = await service.upload("bad");
    quarantine(quarantined);
    const response = await service.request(pathOf(quarantined), { as: "bob", headers });
    expect([response.status, response.headers.get("etag")]).toEqual([404, null]);
    expect((await service.request(pathOf(quarantined), { as: "bob" })).status).toBe(404);
  });
});

describe("a download", () => {
  test("answers HEAD with the headers of GET and no body", async () => {
    const [head, get] = [
      await service.request(path, { as: "bob", method: "HEAD" }),
      await service.request(path, { as: "bob" }),
    ];
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(headersOf(head)).toEqual(headersOf(get));
    expect(await get.text()).toBe("content");
  });

  test("A conditional download whose file is gone from disk is answered 404, not 500", async () => {
    const lost = await service.upload("lost");
    rmSync(join(service.folder, "media", "local_content", lost.slice(0, 2), lost.slice(2, 4), lost.slice(4)));
    const response = await service.request(pathOf(lost), { as: "bob" });
    expect([response.status, await response.json()]).toMatchObject([404, { errcode: "M_NOT_FOUND" }]);
  });
});

function headersOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !/^(date|connection|keep-alive|x-request-id)$/.test(name)));
}

function quarantine(id: string): void {
  const database = new Database(join(service.folder, "data", "media.db"));
  database
    .prepare("UPDATE local_media_repository SET quarantined_by = '@admin:example.test' WHERE media_id = ?")
    .run(id);
  database.close();
}
