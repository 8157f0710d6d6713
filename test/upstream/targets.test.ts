import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RawConnection } from "../http/raw-connection.ts";
import { startGuard, type GuardService } from "./guard-service.ts";
import { sendJson } from "./stub-synapse.ts";

let guard: GuardService;
beforeAll(async () => {
  guard = await startGuard();
});
beforeEach(() => {
  guard.synapse.requests.length = 0;
});
afterAll(() => guard.stop());

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

  test("A target with scheme and host goes on without these, and is otherwise left alone", async () => {
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

  test("What is no media is not handed on", async () => {
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
