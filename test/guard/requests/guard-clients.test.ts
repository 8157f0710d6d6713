import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RawConnection } from "../../http/support/raw-connection.ts";
import {
  ALL,
  answerOf,
  expectNothingKept,
  isDoubted,
  LIMIT_BYTES,
  startGuard,
  type GuardService,
} from "../support/guard-service.ts";
import { sendJson } from "../support/stub-synapse.ts";

const UPLOAD = "/_matrix/media/v3/upload";

let guard: GuardService;
const doNothing = (): void => undefined;
beforeEach(async () => {
  guard = await startGuard();
});
afterEach(() => guard.stop());

test("An answer that comes while the body waits to be taken: the client sees it, and all it sends is read", async () => {
  await guard.stop();
  guard = await startGuard({ config: { media_upload_limits: [] } });
  let answerNow = doNothing;
  guard.synapse.behave = (req, res) => {
    req.pause();
    answerNow = () => sendJson(res, 413, { errcode: "M_TOO_LARGE" });
  };
  const connection = await RawConnection.open(guard.service.port);
  const pieces = 480;
  const headers = [
    ["Authorization", "Bearer token-of-alice"],
    ["Content-Length", String(pieces * 65_536)],
  ] as const;
  connection.send({ method: "POST", target: UPLOAD, headers });
  let written = 0;
  const writing = (async () => {
    for (; written < pieces; written += 1) await connection.write(ALL.subarray(0, 65_536));
  })();
  let before = 0;
  const isStuck = () => {
    const former = before;
    before = written;
    expect(former).toBe(Math.max(written, 1));
  };
  await vi.waitFor(isStuck, { interval: 250, timeout: 20_000 });
  expect(written).toBeLessThan(pieces);
  answerNow();
  expect((await connection.answer()).status).toBe(413);
  await writing;
  connection.send({ method: "GET", target: "/health" });
  expect((await connection.answer()).status).toBe(200);
  connection.socket.destroy();
  expect(isDoubted(guard)).toBe(false);
});

test("A request that cannot be sent on as it is: refused, and no doubt", async () => {
  const headers = [
    ["Authorization", "Bearer token-of-alice"],
    ["Host", "other.test"],
  ] as const;
  const request = { method: "POST", target: UPLOAD, headers, body: "hello" };
  expect((await RawConnection.ask(guard.service.port, request)).status).toBe(400);
  expect(isDoubted(guard)).toBe(false);
  await expectNothingKept(guard);
});

describe("A client", () => {
  test("When a client leaves half way, Synapse's request is ended and nothing is recorded", async () => {
    const request = guard.open({ "Content-Length": String(LIMIT_BYTES) });
    request.write(ALL.subarray(0, LIMIT_BYTES / 2));
    await guard.synapse.seen(({ body }) => body.length > 0);
    request.destroy();
    expect((await guard.synapse.seen(({ end }) => end !== undefined)).end).toBe("broken");
    await expectNothingKept(guard);
    expect(isDoubted(guard)).toBe(false);
  });

  test("When a client leaves before much has come, Synapse is not asked", async () => {
    const request = guard.open({ "Content-Length": "1000" });
    request.write("half");
    await vi.waitFor(() => expect(guard.rows("select * from media_bridge_upstream_pending")).toHaveLength(1));
    request.destroy();
    await expectNothingKept(guard);
    expect(guard.synapse.uploads).toHaveLength(1);
    expect(isDoubted(guard)).toBe(false);
  });

  test("A client that ends its body before its length is answered 400", async () => {
    const request = guard.open({ "Content-Length": String(LIMIT_BYTES) });
    request.on("socket", (socket) => request.write(ALL.subarray(1), () => socket.end()));
    expect((await answerOf(request)).status).toBe(400);
    await guard.synapse.seen(({ end }) => end === "broken");
    await expectNothingKept(guard);
  });

  test("The upload of a client that leaves once its body is complete is stored and counted nevertheless", async () => {
    let answer = doNothing;
    guard.synapse.behave = (_req, res) => {
      answer = () => sendJson(res, 200, { content_uri: "mxc://example.test/Late" });
    };
    const request = guard.open({ "Content-Length": "5" });
    request.end("hello");
    const seen = await guard.synapse.seen(({ end }) => end === "whole");
    request.destroy();
    await guard.service.log.waitFor(({ facts }) => facts["aborted"] === true);
    answer();
    await vi.waitFor(() => {
      expect(guard.rows("select * from media_bridge_uploads")).toMatchObject([{ media_id: "Late", media_length: 5 }]);
    });
    expect(seen.end).toBe("whole");
  });

  test("A client that stalls is answered 408, and Synapse's request is ended", async () => {
    const impatient = await startGuard({
      mediaBridge: { upload: { idle_timeout: 200 }, upstream: { url: guard.synapse.url } },
    });
    const request = impatient.open({ "Content-Length": String(LIMIT_BYTES) });
    request.write(ALL.subarray(0, LIMIT_BYTES / 2));
    expect((await answerOf(request)).status).toBe(408);
    await guard.synapse.seen(({ end }) => end === "broken");
    await impatient.stop();
  });

  test("A client whose token whoami refuses is refused although Synapse would accept it", async () => {
    const answer = await guard.service.request(UPLOAD, {
      method: "POST",
      body: "hello",
      headers: { Authorization: "Bearer token-of-no-user" },
    });
    expect(answer.status).toBe(401);
    expect(guard.synapse.requests).toEqual([]);
  });
});
