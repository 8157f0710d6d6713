import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { refusalOf } from "../support/bodies.ts";
import { openGate, type Gate } from "../support/gate.ts";
import { RawConnection } from "../support/raw-connection.ts";

const ALICE = ["Authorization", "Bearer token-of-alice"] as const;
const UPLOAD = { method: "POST", target: "/_matrix/media/v3/upload" };

describe("a client that expects 100 Continue", () => {
  let service: TestService;
  let gate: Gate;
  beforeAll(async () => {
    gate = await openGate();
    service = await startTestService({ config: { max_upload_size: 1_000_000, modules: [gate.module] } });
  });
  afterAll(async () => {
    await service.stop();
    await gate.stop();
  });
  const expecting = async () => {
    const connection = await RawConnection.open(service.port);
    connection.send({ ...UPLOAD, headers: [ALICE, ["Expect", "100-Continue"], ["Content-Length", "5"]] });
    return connection;
  };

  test("is told to once the callbacks have said yes, not before", async () => {
    const connection = await expecting();
    const question = await gate.question();
    expect(question.sizeBytes).toBe(5);
    expect(connection.silent).toBe(true);
    question.answer(true);
    await connection.continued();
    await connection.write("hello");
    expect((await connection.answer()).status).toBe(200);
    connection.socket.destroy();
  });

  test("is refused without it, though it never sends its body, and the connection is closed", async () => {
    const connection = await expecting();
    (await gate.question()).answer(false);
    const answer = await connection.answer();
    expect(refusalOf(answer)).toEqual([413, "M_TOO_LARGE"]);
    expect(answer.headers["connection"]).toBe("close");
    expect(await connection.closed).toBe("closed");
  });

  test.each([
    ["too large", "1000001", 413, "M_TOO_LARGE"],
    ["of no user", "5", 401, "M_MISSING_TOKEN"],
  ])("is refused without it for an upload that is %s", async (_, length, status, errcode) => {
    const connection = await RawConnection.open(service.port);
    const headers = [
      ["Expect", "100-continue"],
      ["Content-Length", length],
      ...(status === 401 ? [] : [ALICE]),
    ] as const;
    connection.send({ ...UPLOAD, headers });
    expect(refusalOf(await connection.answer())).toEqual([status, errcode]);
    expect(await connection.closed).toBe("closed");
  });

  test("may send its body unasked, and is served all the same", async () => {
    const connection = await expecting();
    await connection.write("hello");
    (await gate.question()).answer(true);
    expect((await connection.answer()).status).toBe(200);
    connection.socket.destroy();
  });

  test("sees why it is refused, though it sends its body without having been told to", async () => {
    const connection = await RawConnection.open(service.port);
    const headers = [ALICE, ["Expect", "100-continue"], ["Content-Length", "1000000"]] as const;
    connection.send({ ...UPLOAD, headers });
    const question = await gate.question();
    await connection.write(Buffer.alloc(200_000));
    // Another client's answer: what was written before has arrived.
    await service.request("/health");
    question.answer(false);
    expect(refusalOf(await connection.answer())).toEqual([413, "M_TOO_LARGE"]);
    await connection.write(Buffer.alloc(800_000));
    connection.send({ method: "GET", target: "/health" });
    expect((await connection.answer()).body.toString()).toBe("OK");
    connection.socket.destroy();
  });

  test("sees why it is refused after it was told to send, and keeps its connection", async () => {
    const connection = await RawConnection.open(service.port);
    const headers = [ALICE, ["Expect", "100-continue"], ["Transfer-Encoding", "chunked"]] as const;
    connection.send({ ...UPLOAD, headers });
    await connection.continued();
    // In chunks of 500,000 bytes the third is over the maximum, and the fourth comes after the answer.
    const piece = Buffer.concat([Buffer.from("7a120\r\n"), Buffer.alloc(500_000), Buffer.from("\r\n")]);
    for (let sent = 0; sent < 3; sent++) await connection.write(piece);
    expect(refusalOf(await connection.answer())).toEqual([413, "M_TOO_LARGE"]);
    await connection.write(Buffer.concat([piece, Buffer.from("0\r\n\r\n")]));
    connection.send({ method: "GET", target: "/health" });
    expect((await connection.answer()).body.toString()).toBe("OK");
    connection.socket.destroy();
  });
});
