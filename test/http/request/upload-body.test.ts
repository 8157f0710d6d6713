import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { untilFiles, uploadFiles } from "../support/disk.ts";
import { mediaIdOf, refusalOf } from "../support/bodies.ts";
import { openGate } from "../support/gate.ts";
import { RawConnection } from "../support/raw-connection.ts";

const ALICE = ["Authorization", "Bearer token-of-alice"] as const;
const CHUNKED = ["Transfer-Encoding", "chunked"] as const;
const MAX_BYTES = 1_000_000;

const chunk = (bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);

async function startUpload(service: TestService, ...headers: (readonly [string, string])[]): Promise<RawConnection> {
  const connection = await RawConnection.open(service.port);
  connection.send({ method: "POST", target: "/_matrix/media/v3/upload", headers: [ALICE, ...headers] });
  return connection;
}

async function download(service: TestService, mediaId: string): Promise<Buffer> {
  const response = await service.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, { as: "bob" });
  return Buffer.from(await response.arrayBuffer());
}

describe("the body of an upload", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ config: { max_upload_size: MAX_BYTES } });
  });
  afterAll(() => service.stop());

  test("A chunked body, with chunks of any size, is stored as it came", async () => {
    const connection = await startUpload(service, CHUNKED);
    const pieces = [1, 65_536, 3, 300_000, 17].map((size, index) => Buffer.alloc(size, index + 1));
    for (const piece of pieces) await connection.write(chunk(piece));
    await connection.write("0\r\n\r\n");
    const answer = await connection.answer();
    expect(answer.status).toBe(200);
    expect((await download(service, mediaIdOf(answer))).equals(Buffer.concat(pieces))).toBe(true);
    connection.socket.destroy();
  });

  test("A chunked body is refused at the first byte over the maximum, and leaves nothing", async () => {
    const before = uploadFiles(service);
    const connection = await startUpload(service, CHUNKED);
    await connection.write(chunk(Buffer.alloc(MAX_BYTES)));
    await untilFiles(service, (files) => files.length > before.length);
    expect(connection.silent).toBe(true);
    await connection.write(chunk(Buffer.alloc(1)));
    expect(refusalOf(await connection.answer())).toEqual([413, "M_TOO_LARGE"]);
    expect(uploadFiles(service)).toEqual(before);
    connection.socket.destroy();
  });

  test("A chunked body of exactly the maximum is stored", async () => {
    const connection = await startUpload(service, CHUNKED);
    await connection.write(chunk(Buffer.alloc(MAX_BYTES)));
    await connection.write("0\r\n\r\n");
    expect((await connection.answer()).status).toBe(200);
    connection.socket.destroy();
  });

  test("may be empty, in chunks as well", async () => {
    const connection = await startUpload(service, CHUNKED);
    await connection.write("0\r\n\r\n");
    const answer = await connection.answer();
    expect((await download(service, mediaIdOf(answer))).length).toBe(0);
    connection.socket.destroy();
  });

  test.each([
    ["whose client leaves half way", (connection: RawConnection) => void connection.socket.destroy()],
    ["whose client is cut off half way", (connection: RawConnection) => void connection.socket.resetAndDestroy()],
  ])("%s leaves no file and no row", async (_, leave) => {
    const before = uploadFiles(service);
    for (const framing of [CHUNKED, ["Content-Length", "900000"] as const]) {
      const connection = await startUpload(service, framing);
      await connection.write(framing === CHUNKED ? chunk(Buffer.alloc(500_000)) : Buffer.alloc(500_000));
      await untilFiles(service, (files) => files.length > before.length);
      leave(connection);
      expect(await untilFiles(service, (files) => files.join() === before.join())).toEqual(before);
    }
  });

  test("A body that is cut short inside a chunk is refused and leaves nothing", async () => {
    const before = uploadFiles(service);
    const connection = await startUpload(service, CHUNKED);
    await connection.write("ff\r\nnot so many bytes");
    connection.socket.end();
    expect(refusalOf(await connection.answer())).toEqual([400, "M_UNKNOWN"]);
    expect(await connection.closed).toBe("closed");
    expect(await untilFiles(service, (files) => files.join() === before.join())).toEqual(before);
  });

  test("Each of 20 simultaneous uploads is stored under an id of its own", async () => {
    const bodies = Array.from({ length: 20 }, (_, index) => Buffer.alloc(100_000 + index * 20_000, index));
    const ids = await Promise.all(bodies.map((body) => service.upload(body)));
    expect(new Set(ids).size).toBe(20);
    for (const [index, id] of ids.entries())
      expect((await download(service, id)).equals(bodies[index] ?? Buffer.alloc(0))).toBe(true);
  });
});

describe("an upload that takes its time", () => {
  /** Longer than a busy machine keeps a client waiting for its turn. */
  const IDLE_MS = 1500;
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ mediaBridge: { upload: { idle_timeout: IDLE_MS } } });
  });
  afterAll(() => service.stop());

  test("is ended when nothing arrives any more, and leaves nothing", async () => {
    const connection = await startUpload(service, ["Content-Length", "1000"]);
    await connection.write("some");
    expect(refusalOf(await connection.answer())).toEqual([408, "M_UNKNOWN"]);
    expect(await connection.closed).toBe("closed");
    expect(uploadFiles(service)).toEqual([]);
    connection.socket.destroy();
  });

  test("is not ended while it flows, however long it is past that time", async () => {
    const connection = await startUpload(service, ["Content-Length", "60"]);
    const started = performance.now();
    let sent = 0;
    // Each write waits for a request of another client to be answered, a clock that every machine has.
    while (performance.now() - started < 2 * IDLE_MS || sent < 59) {
      await service.request("/health");
      if (performance.now() - started > (sent * IDLE_MS) / 30 && sent < 59) {
        await connection.write("x");
        sent++;
      }
    }
    expect(connection.silent).toBe(true);
    await connection.write("x");
    expect((await connection.answer()).status).toBe(200);
    connection.socket.destroy();
  });

  test("is not ended because a callback takes long: the client is not asked for anything meanwhile", async () => {
    const gate = await openGate();
    const waiting = await startTestService({
      config: { modules: [gate.module] },
      mediaBridge: { upload: { idle_timeout: 50 } },
    });
    try {
      const connection = await startUpload(waiting, ["Content-Length", "5"]);
      await connection.write("hello");
      const question = await gate.question();
      for (let requests = 0; requests < 5; requests++) await waiting.request("/health");
      question.answer(true);
      expect((await connection.answer()).status).toBe(200);
      connection.socket.destroy();
    } finally {
      await waiting.stop();
      await gate.stop();
    }
  });

  test("is not taken for stalled while it is not read, as a callback is told about the bytes so far", async () => {
    const gate = await openGate();
    const waiting = await startTestService({
      config: { modules: [gate.module], media_upload_limits: [{ time_period: "1h", max_size: 10 }] },
      mediaBridge: { upload: { idle_timeout: 50 } },
    });
    try {
      const connection = await startUpload(waiting, CHUNKED);
      await connection.write(chunk(Buffer.alloc(11)));
      const question = await gate.question();
      const since = performance.now();
      while (performance.now() - since < 200) await waiting.request("/health");
      question.answer(true);
      expect(refusalOf(await connection.answer())).toEqual([403, "M_USER_LIMIT_EXCEEDED"]);
      connection.socket.destroy();
    } finally {
      await waiting.stop();
      await gate.stop();
    }
  });

  test("is carried through once its whole body has arrived, though its client has left", async () => {
    const gate = await openGate();
    const waiting = await startTestService({ config: { modules: [gate.module] } });
    try {
      const connection = await startUpload(waiting, CHUNKED);
      await connection.write(Buffer.concat([chunk(Buffer.alloc(300_000)), Buffer.from("0\r\n\r\n")]));
      const question = await gate.question();
      const pending = uploadFiles(waiting);
      connection.socket.destroy();
      await waiting.log.waitFor(({ facts }) => facts["aborted"] === true);
      question.answer(true);
      expect(await untilFiles(waiting, (files) => files.length === 1 && files[0] !== pending[0])).toEqual([
        expect.stringMatching(/^local_content/),
      ]);
    } finally {
      await waiting.stop();
      await gate.stop();
    }
  });
});
