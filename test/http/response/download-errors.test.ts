import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { SAFETY_HEADERS } from "../facts/case.ts";
import { create, quarantine } from "../support/pending-media.ts";

const NAMES = Object.keys(SAFETY_HEADERS);
const V1 = "/_matrix/client/v1/media/download/example.test";
const V3 = "/_matrix/media/v3/download/example.test";
const UNKNOWN = "abcdefghijklmnopqrstuvwx";

let service: TestService;
let stored: string;
let quarantined: string;
let pending: string;

beforeAll(async () => {
  service = await startTestService();
  stored = await service.upload("content");
  quarantined = await service.upload("bad");
  quarantine(service, quarantined);
  ({ mediaId: pending } = await create(service));
});
afterAll(() => service.stop());

function safetyOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => NAMES.includes(name)));
}

describe("an error of a download that is past authentication carries the headers that keep a browser safe:", () => {
  test.each<[what: string, status: number, path: () => string, init?: RequestInit & { as?: "bob" }]>([
    ["unknown media", 404, () => `${V1}/${UNKNOWN}`],
    ["unknown media asked for by HEAD", 404, () => `${V1}/${UNKNOWN}`, { method: "HEAD" }],
    ["media of another server", 404, () => `/_matrix/client/v1/media/download/other.test/${UNKNOWN}`],
    ["quarantined media", 404, () => `${V1}/${quarantined}`],
    ["frozen media on a deprecated route", 404, () => `${V3}/${stored}`],
    ["a range behind the file's end", 416, () => `${V1}/${stored}`, { headers: { Range: "bytes=100-" } }],
    ["media that is not uploaded in time", 504, () => `${V1}/${pending}?timeout_ms=0`],
    ["a parameter that cannot be read", 400, () => `${V1}/${stored}?timeout_ms=soon`],
  ])("%s is %i", async (_, status, path, init = {}) => {
    const response = await service.request(path(), { as: "bob", ...init });
    expect([response.status, safetyOf(response)]).toEqual([status, SAFETY_HEADERS]);
    expect(response.headers.get("cache-control")).toBe("no-cache, no-store, must-revalidate");
  });
});

describe("an error of a download that is not past authentication carries none of them:", () => {
  test.each<[what: string, status: number, init: RequestInit & { as?: "bob" }]>([
    ["a request without a token", 401, {}],
    ["a request with a wrong token", 401, { headers: { Authorization: "Bearer wrong" } }],
    ["a request by a method that is not allowed", 405, { method: "DELETE", as: "bob" }],
  ])("%s is %i", async (_, status, init) => {
    const response = await service.request(`${V1}/${stored}`, init);
    expect([response.status, safetyOf(response)]).toEqual([status, {}]);
  });
});
