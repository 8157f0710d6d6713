import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";

const BYTES = randomBytes(700_000);
const ETAG = `"${createHash("sha256").update(BYTES).digest("hex")}"`;

let service: TestService;
let path: string;

beforeAll(async () => {
  service = await startTestService();
  path = `/_matrix/client/v1/media/download/example.test/${await service.upload(BYTES, { type: "video/mp4" })}`;
});
afterAll(() => service.stop());

const get = (headers: Record<string, string>, method = "GET") => service.request(path, { as: "bob", headers, method });

/** What a header lists. */
function listed({ headers }: Response, name: string): string[] {
  return (headers.get(name) ?? "").toLowerCase().split(", ");
}

async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

describe("a range request", () => {
  test.each([
    ["the first bytes", "bytes=0-9", 0, 9],
    ["one byte", "bytes=5-5", 5, 5],
    ["a small piece from the middle", "bytes=300000-300099", 300_000, 300_099],
    ["a piece that is streamed", "bytes=1000-600000", 1000, 600_000],
    ["an open end", "bytes=699990-", 699_990, 699_999],
    ["the last bytes", "bytes=-7", 699_993, 699_999],
    ["a suffix longer than the file", "bytes=-9999999", 0, 699_999],
    ["an end behind the file's", "bytes=699998-9999999", 699_998, 699_999],
    ["spaces around", "  bytes=0-1  ", 0, 1],
  ])("A range request for %s is answered with exactly these bytes", async (_, range, start, end) => {
    const response = await get({ Range: range });
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBe(`bytes ${start}-${end}/700000`);
    expect(response.headers.get("content-length")).toBe(String(end - start + 1));
    expect(response.headers.get("etag")).toBe(ETAG);
    expect((await bytesOf(response)).equals(BYTES.subarray(start, end + 1))).toBe(true);
  });

  test.each([
    ["several ranges", "bytes=0-1,4-5"],
    ["another unit", "lines=0-9"],
    ["no numbers", "bytes=a-b"],
    ["no bounds", "bytes=-"],
    ["an end before its start", "bytes=9-5"],
    ["nothing", ""],
  ])("A range request for %s is answered with the whole file", async (_, range) => {
    const response = await get({ Range: range });
    expect([response.status, response.headers.get("content-range")]).toEqual([200, null]);
    expect(response.headers.get("accept-ranges")).toBe("bytes");
    expect((await bytesOf(response)).equals(BYTES)).toBe(true);
  });

  test.each([
    ["starts where the file ends", "bytes=700000-"],
    ["starts far behind it", "bytes=99999999999999999999-"],
    ["asks for its last 0 bytes", "bytes=-0"],
  ])("A range request that %s is answered 416 with the file's size", async (_, range) => {
    const response = await get({ Range: range });
    expect([response.status, response.headers.get("content-range")]).toEqual([416, "bytes */700000"]);
    expect(await response.json()).toMatchObject({ errcode: "M_UNKNOWN" });
  });

  test("A range of an empty file is answered 416, and the file itself 200", async () => {
    const empty = `/_matrix/client/v1/media/download/example.test/${await service.upload("")}`;
    const ranged = await service.request(empty, { as: "bob", headers: { Range: "bytes=0-" } });
    expect([ranged.status, ranged.headers.get("content-range")]).toEqual([416, "bytes */0"]);
    const whole = await service.request(empty, { as: "bob" });
    expect([whole.status, whole.headers.get("content-length"), await whole.text()]).toEqual([200, "0", ""]);
  });

  test("is honoured under an If-Range that names the content, and answered whole under any other", async () => {
    const range = { Range: "bytes=0-9" };
    expect((await get({ ...range, "If-Range": ETAG })).status).toBe(206);
    expect((await get({ ...range, "If-Range": '"other"' })).status).toBe(200);
    expect((await get({ ...range, "If-Range": `W/${ETAG}` })).status).toBe(200);
    expect((await get({ ...range, "If-Range": "Wed, 21 Oct 2025 07:28:00 GMT" })).status).toBe(200);
  });

  test("is for GET alone: HEAD tells of the whole file", async () => {
    const response = await get({ Range: "bytes=0-9" }, "HEAD");
    expect([response.status, response.headers.get("content-length")]).toEqual([200, "700000"]);
  });

  test("A page of another origin may ask for ranges, and read every header that says what it got", async () => {
    const asked = ["authorization", "range", "if-range", "if-none-match"];
    const headers = {
      Origin: "https://app.test",
      "Access-Control-Request-Method": "GET",
      "Access-Control-Request-Headers": asked.join(),
    };
    const preflight = await service.request(path, { method: "OPTIONS", headers });
    expect(listed(preflight, "access-control-allow-headers")).toEqual(expect.arrayContaining(asked));
    const response = await get({ Range: "bytes=0-9", Origin: "https://app.test" });
    const told = ["content-range", "etag", "content-disposition", "accept-ranges"];
    for (const name of told) expect([name, response.headers.has(name)]).toEqual([name, true]);
    expect(listed(response, "access-control-expose-headers")).toEqual(expect.arrayContaining(told));
    const refused = await get({ Range: "bytes=700000-", Origin: "https://app.test" });
    expect(refused.headers.get("content-range")).toBe("bytes */700000");
    expect(listed(refused, "access-control-expose-headers")).toContain("content-range");
  });

  test("needs a token like any other", async () => {
    const response = await service.request(path, { headers: { Range: "bytes=0-9" } });
    expect([response.status, response.headers.get("content-range")]).toEqual([401, null]);
  });
});

describe("a file that is large", () => {
  test("comes whole, and its connection serves the next request", async () => {
    for (let time = 1; time <= 2; time++) {
      const response = await get({});
      expect([response.status, response.headers.get("content-length")]).toEqual([200, "700000"]);
      expect((await bytesOf(response)).equals(BYTES)).toBe(true);
    }
  });

  test("may be left half way without harm to other requests", async () => {
    // More than a piece of the file and the buffers of both sockets hold: what is left half way must not be sent yet.
    const large = await service.upload(new Uint8Array(32 * 2 ** 20));
    const leave = new AbortController();
    const response = await service.request(`/_matrix/client/v1/media/download/example.test/${large}`, {
      as: "bob",
      signal: leave.signal,
    });
    await response.body?.getReader().read();
    leave.abort();
    await service.log.waitFor(({ facts }) => facts["aborted"] === true);
    expect((await bytesOf(await get({}))).equals(BYTES)).toBe(true);
    expect(service.log.lines.filter(({ level }) => level === "error")).toEqual([]);
  });
});
