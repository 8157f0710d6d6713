import type { ServerResponse } from "node:http";
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
import { sendJson, type Behaviour } from "../support/stub-synapse.ts";

const DOWNLOAD = "/_matrix/client/v1/media/download/example.test/abc";
const UPLOAD = "/_matrix/media/v3/upload";

let guard: GuardService;
afterEach(() => guard.stop());

/** A guard with four connections; a request waits this long for one. */
async function startWith(connectTimeoutMs: number): Promise<void> {
  guard = await startGuard({ mediaBridge: { upstream: { max_connections: 4, connect_timeout: connectTimeoutMs } } });
}

/** Answers downloads when it is told to, in the order in which they came, and everything else as Synapse does. */
function holdDownloads(): { answerOne: () => void; answerAll: () => void } {
  const held: (() => void)[] = [];
  let isOver = false;
  guard.synapse.behave = (req, res, seen) => {
    if (req.method !== "GET") guard.synapse.likeSynapse(req, res, seen);
    else if (isOver) sendJson(res, 200, {});
    else held.push(() => sendJson(res, 200, {}));
  };
  return {
    answerOne: () => held.shift()?.(),
    answerAll() {
      isOver = true;
      for (const answer of held) answer();
    },
  };
}

let lastId = 0;
const accept = (res: ServerResponse) => sendJson(res, 200, { content_uri: `mxc://example.test/M${(lastId += 1)}` });

const arrived = (path: string) => guard.synapse.requests.filter(({ url }) => url === path).length;

/** A request by a client that can leave. */
async function open(target: string, headers: Record<string, string> = {}): Promise<RawConnection> {
  const connection = await RawConnection.open(guard.service.port);
  connection.send({ method: "GET", target, headers: Object.entries(headers) });
  return connection;
}

describe("Downloads that Synapse does not answer", () => {
  beforeEach(() => startWith(300));

  test("have half of the connections, and the others are answered 503 with Retry-After", async () => {
    const { answerAll } = holdDownloads();
    const running = [guard.service.request(DOWNLOAD), guard.service.request(DOWNLOAD)];
    await vi.waitFor(() => expect(arrived(DOWNLOAD)).toBe(2));
    const answer = await guard.service.request(DOWNLOAD);
    expect([answer.status, await answer.json()]).toMatchObject([503, { errcode: "M_UNKNOWN" }]);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(arrived(DOWNLOAD)).toBe(2);
    answerAll();
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test("do not keep uploads waiting, small and large", async () => {
    const { answerAll } = holdDownloads();
    const running = [DOWNLOAD, DOWNLOAD, DOWNLOAD].map((path) => guard.service.request(path));
    await vi.waitFor(() => expect(arrived(DOWNLOAD)).toBe(2));
    expect((await guard.upload("small")).status).toBe(200);
    expect((await guard.upload(ALL.subarray(0, 500_000))).status).toBe(200);
    answerAll();
    await Promise.all(running);
  });
});

describe("Uploads that Synapse does not answer", () => {
  beforeEach(() => startWith(300));

  test.each([
    ["small", "hello"],
    ["large", ALL.subarray(0, 300_000)],
  ])(
    "may have all connections, and a %s one past them is answered 503 and leaves nothing behind",
    async (_size, body) => {
      const held: (() => void)[] = [];
      guard.synapse.behave = (_req, res) => void held.push(() => accept(res));
      const running = Array.from({ length: 4 }, () => guard.upload("x"));
      await vi.waitFor(() => expect(held).toHaveLength(4));
      const refused = await guard.upload(body);
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      guard.synapse.behave = (_req, res) => sendJson(res, 400, {});
      for (const go of held) go();
      await Promise.all(running);
      expect(guard.synapse.uploads).toHaveLength(4);
      expect(isDoubted(guard)).toBe(false);
    },
  );
});

describe("A client that leaves", () => {
  beforeEach(() => startWith(60_000));

  test("frees the connection of its running request", async () => {
    const { answerAll } = holdDownloads();
    const [leaving] = [await open(DOWNLOAD), await open(DOWNLOAD)];
    await vi.waitFor(() => expect(arrived(DOWNLOAD)).toBe(2));
    const waiting = guard.service.request(`${DOWNLOAD}?waiting`);
    leaving?.socket.destroy();
    await guard.synapse.seen(({ url }) => url.endsWith("?waiting"));
    answerAll();
    expect((await waiting).status).toBe(200);
  });

  test("frees the connection of an answer that it has not read to its end", async () => {
    guard.synapse.behave = (_req, res) => void res.writeHead(200, { "Content-Length": "50000000" }).write(ALL);
    const leaving = [await open(DOWNLOAD), await open(DOWNLOAD)];
    await vi.waitFor(() => expect(leaving.every(({ silent }) => !silent)).toBe(true));
    for (const { socket } of leaving) socket.destroy();
    guard.synapse.behave = (_req, res) => sendJson(res, 200, {});
    expect((await guard.service.request(DOWNLOAD)).status).toBe(200);
    expect((await guard.service.request(DOWNLOAD)).status).toBe(200);
  });

  test("takes its waiting request with it", async () => {
    const { answerOne, answerAll } = holdDownloads();
    const running = [guard.service.request(DOWNLOAD), guard.service.request(DOWNLOAD)];
    await vi.waitFor(() => expect(arrived(DOWNLOAD)).toBe(2));
    const leaving = await open(`${DOWNLOAD}?left`);
    leaving.socket.destroy();
    await guard.service.log.waitFor(({ facts }) => facts["aborted"] === true);
    answerOne();
    const next = guard.service.request(`${DOWNLOAD}?next`);
    await guard.synapse.seen(({ url }) => url.endsWith("?next"));
    answerAll();
    await Promise.all([...running, next]);
    expect(arrived(`${DOWNLOAD}?left`)).toBe(0);
  });

  test.each([
    ["small", 5],
    ["large", 500_000],
  ])("takes its waiting upload with it, which is then forgotten: a %s one", async (_size, bytes) => {
    const held: (() => void)[] = [];
    guard.synapse.behave = (_req, res) => void held.push(() => accept(res));
    const headers = { Authorization: "Bearer token-of-bob" };
    const as = (body: string) => guard.service.request(UPLOAD, { method: "POST", body, headers });
    const running = Array.from({ length: 4 }, () => as("x"));
    await vi.waitFor(() => expect(held).toHaveLength(4));
    const leaving = guard.open({ "Content-Length": String(bytes) });
    leaving.write("hello");
    await vi.waitFor(() => expect(guard.rows(PENDING_OF_ALICE)).toHaveLength(1));
    leaving.destroy();
    await vi.waitFor(() => expect(guard.rows(PENDING_OF_ALICE)).toEqual([]));
    guard.synapse.behave = guard.synapse.likeSynapse.bind(guard.synapse);
    for (const go of held) go();
    await Promise.all(running);
    expect(guard.synapse.uploads).toHaveLength(4);
    expect(isDoubted(guard)).toBe(false);
  });
});

const PENDING_OF_ALICE = "select * from media_bridge_upstream_pending where user_id = '@alice:example.test'";

describe("There are never more requests to Synapse at a time, nor connections kept, than configured", () => {
  beforeEach(() => startWith(60_000));

  test("Synapse never gets more requests at a time, nor connections, than configured, whatever comes at once", async () => {
    let running = 0;
    let most = 0;
    const counting: Behaviour = (req, res, seen) => {
      most = Math.max(most, (running += 1));
      const end = res.end.bind(res) as (...parameters: unknown[]) => typeof res;
      res.end = (...parameters: unknown[]) => {
        running -= 1;
        return end(...parameters);
      };
      guard.synapse.likeSynapse(req, res, seen);
    };
    guard.synapse.behave = counting;
    const answers = await Promise.all(
      Array.from({ length: 15 }, async () => [
        (await guard.service.request(DOWNLOAD)).status,
        (await guard.upload("small")).status,
        (await answerOf(guard.open({ "Content-Length": "300000" }).end(ALL.subarray(0, 300_000)))).status,
      ]),
    );
    // What is over the user's limit is refused here.
    expect(new Set(answers.flat())).toEqual(new Set([404, 200, 403]));
    expect(most).toBeLessThanOrEqual(4);
    await vi.waitFor(async () => expect(await guard.synapse.connections).toBeLessThanOrEqual(4));
  });

  test("Synapse never gets more connections than configured, even where all idle ones are of the other kind", async () => {
    const held: (() => void)[] = [];
    guard.synapse.behave = (_req, res) => void held.push(() => accept(res));
    const small = Array.from({ length: 4 }, () => guard.upload("x"));
    await vi.waitFor(() => expect(held).toHaveLength(4));
    guard.synapse.behave = guard.synapse.likeSynapse.bind(guard.synapse);
    for (const go of held) go();
    await Promise.all(small);
    expect(await guard.synapse.connections).toBe(4);
    const { answerAll } = holdDownloads();
    const downloads = [guard.service.request(DOWNLOAD), guard.service.request(DOWNLOAD)];
    await vi.waitFor(() => expect(arrived(DOWNLOAD)).toBe(2));
    await vi.waitFor(async () => expect(await guard.synapse.connections).toBe(4));
    answerAll();
    await Promise.all(downloads);
  });
});

test("What waits for a connection and is refused leaves the whole quota", async () => {
  await startWith(100);
  const held: (() => void)[] = [];
  guard.synapse.behave = (_req, res) => void held.push(() => sendJson(res, 400, {}));
  const running = Array.from({ length: 4 }, () => guard.upload("x"));
  await vi.waitFor(() => expect(held).toHaveLength(4));
  expect((await guard.upload(ALL.subarray(0, LIMIT_BYTES - 4))).status).toBe(503);
  for (const go of held) go();
  await Promise.all(running);
  await expectNothingKept(guard);
  expect(isDoubted(guard)).toBe(false);
});
