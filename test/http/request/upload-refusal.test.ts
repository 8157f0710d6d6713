import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { uploadFiles } from "../support/disk.ts";
import { openGate, type Gate } from "../support/gate.ts";
import { RawConnection } from "../support/raw-connection.ts";

const ALICE = ["Authorization", "Bearer token-of-alice"] as const;
const PIECE = Buffer.alloc(256 * 1024);
/** How much more of a refused body is read and thrown away, under a maximum of 10 MB. */
const DISCARDED_BYTES = 20_000_000;

let service: TestService;
let gate: Gate;

beforeAll(async () => {
  gate = await openGate();
  gate.always(false);
  service = await startTestService({
    config: { max_upload_size: 10_000_000, modules: [gate.module] },
    mediaBridge: { upload: { idle_timeout: 1500 } },
  });
});
afterAll(async () => {
  await service.stop();
  await gate.stop();
});

async function refusedUpload(length: number, ...headers: (readonly [string, string])[]): Promise<RawConnection> {
  const connection = await RawConnection.open(service.port);
  const all = [ALICE, ["Content-Length", String(length)] as const, ...headers];
  connection.send({ method: "POST", target: "/_matrix/media/v3/upload", headers: all });
  return connection;
}

describe("an upload that is refused early", () => {
  test("shows its answer to a client that continues to send, and then serves the next request on the same connection", async () => {
    const connection = await refusedUpload(8_000_000);
    const answer = await connection.answer();
    expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([413, { errcode: "M_TOO_LARGE" }]);
    for (let sent = 0; sent < 8_000_000; sent += 250_000) await connection.write(Buffer.alloc(250_000));
    connection.send({ method: "GET", target: "/health" });
    expect((await connection.answer()).body.toString()).toBe("OK");
    expect(uploadFiles(service)).toEqual([]);
    connection.socket.destroy();
  });

  test("shows its answer before a connection that was to be closed is closed", async () => {
    const connection = await refusedUpload(8_000_000, ["Connection", "close"]);
    for (let sent = 0; sent < 8_000_000; sent += 250_000) await connection.write(Buffer.alloc(250_000));
    expect((await connection.answer()).status).toBe(413);
    expect(await connection.closed).toBe("closed");
  });

  test("shows its answer to a client that reads only when everything is sent", async () => {
    const connection = await RawConnection.open(service.port);
    connection.socket.pause();
    connection.send({
      method: "POST",
      target: "/_matrix/media/v3/upload",
      headers: [ALICE],
      body: Buffer.alloc(9_000_000),
    });
    await connection.write("");
    connection.socket.resume();
    expect((await connection.answer()).status).toBe(413);
    connection.socket.destroy();
  });

  test("An upload that is refused for its declared size asks no module and reads nothing first", async () => {
    gate.always(true);
    try {
      const connection = await refusedUpload(10_000_001);
      expect((await connection.answer()).status).toBe(413);
      connection.socket.destroy();
    } finally {
      gate.always(false);
    }
  });

  test("An upload far over every limit gets its answer as well", async () => {
    const connection = await refusedUpload(Number.MAX_SAFE_INTEGER);
    expect((await connection.answer()).status).toBe(413);
    connection.socket.destroy();
  });

  test("has its body thrown away up to a bound, past which the connection is cut", async () => {
    const connection = await refusedUpload(1_000_000_000_000);
    expect((await connection.answer()).status).toBe(413);
    let sent = 0;
    while (!connection.ended && sent < 10 * DISCARDED_BYTES) {
      await connection.write(PIECE);
      sent += PIECE.length;
    }
    expect(sent).toBeGreaterThan(DISCARDED_BYTES);
    // What the system holds between the two counts as sent.
    expect(sent).toBeLessThan(2 * DISCARDED_BYTES);
  });

  test("is cut when its body stalls, so that no connection is held for ever", async () => {
    const connection = await refusedUpload(1_000_000);
    expect((await connection.answer()).status).toBe(413);
    expect(["closed", "reset"]).toContain(await connection.closed);
  });

  test("has one answer and no second one, also when its client ends the body too early", async () => {
    const connection = await refusedUpload(1_000_000);
    expect((await connection.answer()).status).toBe(413);
    connection.socket.end();
    expect(await connection.closed).toBe("closed");
    expect(connection.silent).toBe(true);
  });

  test("A chunked upload is refused once its whole size is known", async () => {
    const response = await service.request("/_matrix/media/v3/upload", {
      method: "POST",
      as: "alice",
      body: new Blob(["x".repeat(100_000)]).stream(),
      duplex: "half",
    });
    expect([response.status, await response.json()]).toMatchObject([413, { errcode: "M_TOO_LARGE" }]);
    expect(uploadFiles(service)).toEqual([]);
  });

  test("A refused upload by fetch, as in a browser, shows its answer", async () => {
    for (const size of [1, 1_000_000, 9_999_999, 15_000_000]) {
      const response = await service.request("/_matrix/media/v3/upload", {
        method: "POST",
        as: "alice",
        body: new Uint8Array(size),
      });
      expect([response.status, await response.json()]).toMatchObject([413, { errcode: "M_TOO_LARGE" }]);
    }
  });
});
