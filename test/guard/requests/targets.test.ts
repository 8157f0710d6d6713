import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RawConnection } from "../../http/support/raw-connection.ts";
import { startGuard, type GuardService } from "../support/guard-service.ts";
import { sendJson } from "../support/stub-synapse.ts";

let guard: GuardService;
beforeAll(async () => {
  guard = await startGuard();
});
beforeEach(() => {
  guard.synapse.requests.length = 0;
});
afterAll(() => guard.stop());

const encodeOne = (letter: string) => `%${letter.charCodeAt(0).toString(16)}`;

const dots = (text: string, rounds: number) =>
  Array.from({ length: rounds }).reduce<string>((encoded) => encoded.replaceAll(/[.%]/g, encodeOne), text);

describe("Targets", () => {
  test.each([
    "/_matrix/media/v3/upload/",
    "/_matrix/media/v3//upload",
    "/_matrix//media/v3/upload",
    "/_matrix/media/v3/%75pload",
    "/_matrix/media/v3/%2575pload",
    "/_matrix/media/v3/download/../upload",
    "/_matrix/media/v3/download/%2e%2e/upload",
    "/_matrix/media/v3/x%2f..%2fupload",
    "/_matrix/media/v3/UPLOAD",
    "/_matrix/media/v3/upload;a=b",
    "/_matrix/media/v1/upload/example.test/abc",
    "/_matrix/media/v3/create",
    "/_matrix/media/unstable/org.matrix.msc2246/create",
    "/_matrix/media/%ff/%2e%2e/v3/upload",
    "http://example.test/_matrix/media/%ff/%2e%2e/v3/upload",
    "http://example.test/_matrix/media/v3/download/../upload",
    "http://example.test\\_matrix\\media\\x/_matrix/media/v3/upload",
    "/_matrix/media/x#/../v3/upload",
  ])("What could be taken for an upload goes nowhere: POST %s", async (target) => {
    guard.synapse.behave = (_req, res) => sendJson(res, 200, {});
    const body = "hello";
    const answer = await RawConnection.ask(guard.service.port, { method: "POST", target, body });
    // 400: no target at all to Node's parser.
    expect([400, 404, 405]).toContain(answer.status);
    expect(guard.synapse.requests).toEqual([]);
  });

  test.each([
    "/_matrix/media/v3/download/example.test/..",
    "/_matrix/media/v3/download/../../../_synapse/admin/v1/users",
    "/_matrix/media/v3/download/./abc",
    "/_matrix/media/v3/download/example.test/%2e%2e/%2E./abc",
    "/_matrix/media/v3/download/example.test/abc%2f..%2f..%2fx",
    "/_matrix/media/v3/download/example.test/abc%5C..%5Cx",
    "/_matrix/media/v3/download/example.test/abc/..\\x",
    "/_matrix/media/v3/download/example.test/%ff/%2e%2e",
    `/_matrix/media/v3/download/example.test/${dots("..", 2)}/abc`,
    `/_matrix/media/v3/download/example.test/${dots("..", 5)}/abc`,
    `/_matrix/media/v3/download/example.test/${dots("..", 40)}/abc`,
    "/_matrix/media/v3/download/example.test/%2%35%32%65./abc",
    "/_synapse/admin/v1/media/%2e%2e/users",
    "/_synapse/admin/v1/users/../media",
    "/_matrix/federation/v1/media/download/..",
  ])("A path that a proxy could resolve to another one is 404, and goes nowhere: %s", async (target) => {
    guard.synapse.behave = (_req, res) => sendJson(res, 200, {});
    const answer = await RawConnection.ask(guard.service.port, { method: "GET", target });
    expect(answer.status).toBe(404);
    expect(guard.synapse.requests).toEqual([]);
  });

  test.each([
    "/_matrix/media/v3/download/example.test/abc/a%2Fb%2fc",
    "/_matrix/media/v3/download/example.test/abc/...",
    "/_matrix/media/v3/download/example.test/abc/.hidden",
    "/_matrix/media/v3/download/example.test/abc/a..b",
    "/_matrix/media/v3/download/example.test/abc/%252F%25",
    "/_matrix/media/v3/download/example.test/%C3%B6%ff%2e%6A?x=../..&y=%2e%2e/",
    "/_matrix/media/v3/download//abc;a=b//",
    "/_matrix/media/v3/download/example.test/abc/~!$&'()*+,=:@[]|^`{}",
    "/_matrix/client/v1/media/preview_url?url=https://example.org/a/../b",
  ])("Every other target reaches Synapse byte for byte: %s", async (target) => {
    guard.synapse.behave = (_req, res) => sendJson(res, 200, {});
    const answer = await RawConnection.ask(guard.service.port, { method: "GET", target });
    expect([answer.status, guard.synapse.requests.map(({ url }) => url)]).toEqual([200, [target]]);
  });

  test("A target with scheme and host is handed on without these, and is otherwise left alone", async () => {
    guard.synapse.behave = (_req, res) => sendJson(res, 200, {});
    const path = "/_matrix/media/v3/download/example.test/a%2Eb?x=%2e%2E&y=http://z";
    await RawConnection.ask(guard.service.port, { method: "GET", target: `http://example.test:80${path}` });
    expect(guard.synapse.requests.map(({ url }) => url)).toEqual([path]);
  });

  test("A guarded path with another method is refused here", async () => {
    const answer = await guard.service.request("/_matrix/media/v3/upload", { method: "PUT", body: "hello" });
    expect(answer.status).toBe(405);
    expect(guard.synapse.requests).toEqual([]);
  });

  test("A request that is not for media is not handed on", async () => {
    for (const path of [
      "/_matrix/client/v3/account/whoami",
      "/_synapse/admin/v1/register",
      "/_matrix/client/v1/mediaX/",
    ]) {
      expect((await guard.service.request(path)).status).toBe(404);
    }
    expect(guard.synapse.requests).toEqual([]);
  });
});
