import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { openGate, type Gate } from "../support/gate.ts";
import { create, download, put, quarantine } from "../support/pending-media.ts";
import { RawConnection, type RawAnswer } from "../support/raw-connection.ts";

const NOT_YET = { status: 504, errcode: "M_NOT_YET_UPLOADED" };
const NOT_FOUND = { status: 404, errcode: "M_NOT_FOUND" };
const ALICE = ["Authorization", "Bearer token-of-alice"] as const;

let service: TestService;
let gate: Gate;

beforeAll(async () => {
  gate = await openGate();
  service = await startTestService({
    config: { enable_authenticated_media: false, max_pending_media_uploads: 100 },
    mediaBridge: { modules: [gate.module] },
  });
});
afterAll(async () => {
  await service.stop();
  await gate.stop();
});

const target = (mediaId: string, legacy = false) =>
  `/_matrix/${legacy ? "media/v3" : "client/v1/media"}/download/example.test/${mediaId}?timeout_ms=60000`;

/** Sends a download; by the time the gate has been asked about an upload that began later, it waits. */
async function open(mediaId: string, { legacy = false, method = "GET" } = {}): Promise<RawConnection> {
  const connection = await RawConnection.open(service.port);
  connection.send({ method, target: target(mediaId, legacy), headers: legacy ? [] : [ALICE] });
  return connection;
}

describe("a download of media that is not uploaded yet", () => {
  test("is woken by the upload's commit, on every route, as often as it is asked for", async () => {
    const { mediaId } = await create(service);
    const waiting = [await open(mediaId), await open(mediaId), await open(mediaId, { legacy: true })];
    const head = await open(mediaId, { method: "HEAD" });
    const upload = put(service, mediaId, "content");
    const question = await gate.question();
    expect(waiting.map(({ silent }) => silent)).toEqual([true, true, true]);
    question.answer(true);
    const answers = await Promise.all(waiting.map((connection) => connection.answer()));
    expect(answers.map(({ status, body }) => [status, body.toString()])).toEqual(waiting.map(() => [200, "content"]));
    expect(await head.answer("HEAD")).toMatchObject({ status: 200, headers: { "content-length": "7" } });
    expect((await upload).status).toBe(200);
  });

  test("continues to wait when an upload is refused, and gets the one that is stored", async () => {
    const { mediaId } = await create(service);
    const waiting = await open(mediaId);
    const refused = put(service, mediaId, "refused");
    (await gate.question()).answer(false);
    expect((await refused).status).toBe(413);
    const stored = put(service, mediaId, "stored");
    const question = await gate.question();
    expect(waiting.silent).toBe(true);
    question.answer(true);
    expect(bodyOf(await waiting.answer())).toEqual([200, "stored"]);
    await stored;
  });

  test("is answered 504 at once when it does not want to wait, on a route without authentication as well", async () => {
    const { mediaId } = await create(service);
    expect(await download(service, mediaId, 0)).toMatchObject(NOT_YET);
    const legacy = await service.request(`/_matrix/media/r0/download/example.test/${mediaId}?timeout_ms=0`);
    expect([legacy.status, await legacy.json()]).toMatchObject([504, { errcode: "M_NOT_YET_UPLOADED" }]);
  });

  test.each(["abc", "-1", "1.5", "", "%FF", "0x10"])("is answered 400 where its timeout_ms is %j", async (text) => {
    const mediaId = "abcdefghijklmnopqrstuvwx";
    expect(await download(service, mediaId, text)).toMatchObject({ status: 400, errcode: "M_INVALID_PARAM" });
  });

  test("is answered 404 without waiting where it is quarantined", async () => {
    const { mediaId } = await create(service);
    quarantine(service, mediaId);
    expect(await download(service, mediaId, 60_000)).toMatchObject(NOT_FOUND);
  });

  test("is logged as left when its client leaves, and the upload finds no download to wake", async () => {
    const { mediaId } = await create(service);
    const waiting = await open(mediaId);
    const upload = put(service, mediaId, "content");
    const question = await gate.question();
    waiting.socket.destroy();
    await service.log.waitFor(({ facts }) => facts["aborted"] === true && String(facts["route"]).includes("download"));
    question.answer(true);
    expect((await upload).status).toBe(200);
  });
});

describe("where routes without authentication are frozen", () => {
  test("Frozen routes without authentication answer 404 without waiting, and the other routes wait", async () => {
    const frozen = await startTestService();
    try {
      const { mediaId } = await create(frozen);
      const legacy = await frozen.request(target(mediaId, true));
      expect([legacy.status, await legacy.json()]).toMatchObject([404, { errcode: "M_NOT_FOUND" }]);
      expect(await download(frozen, mediaId, 1)).toMatchObject(NOT_YET);
    } finally {
      await frozen.stop();
    }
  });
});

describe("a stop", () => {
  test("wakes the downloads that wait, answers them 504, and is not held up by them", async () => {
    const stopping = await startTestService();
    const { mediaId } = await create(stopping);
    const connection = await RawConnection.open(stopping.port);
    // It waits for longer than the test may take: a stop that waited for it would fail the test.
    connection.send({ method: "GET", target: target(mediaId), headers: [ALICE, ["Connection", "close"]] });
    const waiting = connection.answer();
    // Connections are accepted, and what came on them is read, in their order.
    await stopping.request("/health");
    await stopping.stop();
    expect((await waiting).status).toBe(504);
  });
});

function bodyOf({ status, body }: RawAnswer): [number, string] {
  return [status, body.toString()];
}
