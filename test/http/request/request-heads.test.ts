import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { startGuard, type GuardService } from "../../guard/support/guard-service.ts";
import { python } from "../../web/service.ts";
import { refusalOf } from "../support/bodies.ts";
import { uploadFiles } from "../support/disk.ts";
import { RawConnection } from "../support/raw-connection.ts";

const ALICE = "Authorization: Bearer token-of-alice\r\n";
const CHUNKS = "5\r\nhello\r\n0\r\n\r\n";
const UPLOAD = "/_matrix/media/v3/upload";

let service: TestService;
let guard: GuardService;
beforeAll(async () => {
  service = await startTestService({ config: { modules: [python({ "/_synapse/client/leaf": "leaf" })] } });
  guard = await startGuard();
});
afterAll(async () => {
  await service.stop();
  await guard.stop();
});

/** Sends bytes, and answers with what comes back and how the connection ends. */
async function send(port: number, bytes: string): Promise<{ connection: RawConnection; refusal: unknown[] }> {
  const connection = await RawConnection.open(port);
  await connection.write(Buffer.from(bytes, "latin1"));
  const answer = await connection.answer();
  expect(answer.headers).toMatchObject({
    "access-control-allow-origin": "*",
    "cache-control": "no-cache, no-store, must-revalidate",
  });
  return { connection, refusal: refusalOf(answer) };
}

const MODES = ["repository", "guard"] as const;

describe.each(MODES)("an upload to a service as %s", (mode) => {
  const port = () => (mode === "guard" ? guard.service.port : service.port);
  /** What was stored, here or by Synapse. */
  const stored = () => (mode === "guard" ? guard.synapse.uploads.length : uploadFiles(service).length);

  test.each([
    "gzip, chunked",
    "gzip",
    "identity",
    "chunked, chunked",
    "chunked\r\nTransfer-Encoding: chunked",
    "xchunked",
    "chunked;a=b",
  ])(
    "An upload with a transfer coding that is not exactly chunked is refused, and the connection closed: %s",
    async (coding) => {
      const before = stored();
      const head = `POST ${UPLOAD} HTTP/1.1\r\nHost: a\r\n${ALICE}Transfer-Encoding: ${coding}\r\n\r\n`;
      const { connection, refusal } = await send(port(), head + CHUNKS);
      expect(refusal).toEqual([400, "M_UNKNOWN"]);
      expect(await connection.closed).toBe("closed");
      expect(stored()).toBe(before);
    },
  );

  test("A chunked upload is stored, however the coding is written", async () => {
    const connection = await RawConnection.open(port());
    const headers = [
      ["Authorization", "Bearer token-of-alice"],
      ["TRANSFER-encoding", "Chunked"],
    ] as const;
    connection.send({ method: "POST", target: UPLOAD, headers, body: CHUNKS });
    expect((await connection.answer()).status).toBe(200);
    connection.socket.destroy();
  });

  test("A chunked upload is refused in HTTP/1.0, which has no chunks", async () => {
    const head = `POST ${UPLOAD} HTTP/1.0\r\n${ALICE}Transfer-Encoding: chunked\r\n\r\n`;
    expect((await send(port(), head + CHUNKS)).refusal).toEqual([400, "M_UNKNOWN"]);
  });

  test.each(["HTTP/1.1\r\nHost: a", "HTTP/1.0"])("that tells neither length nor coding is 400: %s", async (version) => {
    const created = await (mode === "guard" ? guard.service : service).request("/_matrix/media/v1/create", {
      method: "POST",
      as: "alice",
    });
    const { content_uri: uri } = (await created.json()) as { content_uri: string };
    const before = stored();
    for (const line of [`POST ${UPLOAD}`, `PUT ${UPLOAD}/${uri.slice("mxc://".length)}`]) {
      const { connection, refusal } = await send(port(), `${line} ${version}\r\n${ALICE}\r\n`);
      expect(refusal).toEqual([400, "M_UNKNOWN"]);
      connection.socket.destroy();
    }
    expect(stored()).toBe(before);
  });

  test("An upload of declared length 0 is stored", async () => {
    const connection = await RawConnection.open(port());
    const headers = [
      ["Authorization", "Bearer token-of-alice"],
      ["Content-Length", "0"],
    ] as const;
    connection.send({ method: "POST", target: UPLOAD, headers });
    expect((await connection.answer()).status).toBe(200);
    connection.socket.destroy();
  });

  test("A request without a length on another route has no body: an id is created", async () => {
    const connection = await RawConnection.open(port());
    const headers = [["Authorization", "Bearer token-of-alice"]] as const;
    connection.send({ method: "POST", target: "/_matrix/media/v1/create", headers });
    expect((await connection.answer()).status).toBe(200);
    connection.socket.destroy();
  });

  test.each(["Content-Length: 30\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"])(
    "whose client ends its side before the body is whole is told that it is incomplete: %j",
    async (rest) => {
      const connection = await RawConnection.open(port());
      connection.socket.end(`POST ${UPLOAD} HTTP/1.1\r\nHost: a\r\n${ALICE}${rest}`);
      const answer = await connection.answer();
      expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([
        400,
        { errcode: "M_UNKNOWN", error: "The body ended before it was complete" },
      ]);
      expect(await connection.closed).toBe("closed");
    },
  );

  test("An upload with two Host lines is refused", async () => {
    const head = `POST ${UPLOAD} HTTP/1.1\r\nHost: a\r\nhost: b\r\n${ALICE}Content-Length: 5\r\n\r\nhello`;
    expect((await send(port(), head)).refusal).toEqual([400, "M_UNKNOWN"]);
  });
});

describe("two Host lines", () => {
  test.each(["/health", "/_synapse/client/leaf", "/nowhere"])(
    "are refused, whatever is asked for: %s",
    async (target) => {
      const { connection, refusal } = await send(service.port, `GET ${target} HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n`);
      expect(refusal).toEqual([400, "M_UNKNOWN"]);
      expect(await connection.closed).toBe("closed");
    },
  );
});

describe("a number sign in a request target", () => {
  test("is part of a name that no file has: 404, not the file before it", async () => {
    const mediaId = await service.upload("text");
    const target = `/_matrix/client/v1/media/download/example.test/${mediaId}`;
    const headers = [["Authorization", "Bearer token-of-alice"]] as const;
    for (const [tail, status] of [
      ["", 200],
      ["#", 404],
      ["#x", 404],
      ["#?a=b", 404],
      ["?a=b#c", 200],
    ] as const) {
      const answer = await RawConnection.ask(service.port, { method: "GET", target: target + tail, headers });
      expect([tail, answer.status]).toEqual([tail, status]);
    }
    expect(refusalOf(await RawConnection.ask(service.port, { method: "GET", target: "/health#x" }))).toEqual([
      404,
      "M_UNRECOGNIZED",
    ]);
  });

  test("is part of a parameter's value: a token before one is another token", async () => {
    const target = "/_matrix/client/v1/media/config?access_token=token-of-alice#x";
    const answer = await RawConnection.ask(service.port, { method: "GET", target });
    expect(refusalOf(answer)).toEqual([401, "M_UNKNOWN_TOKEN"]);
  });
});

describe("what the parser refuses", () => {
  test.each([
    ["another method", "GOT /health HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 Method Not Allowed"],
    ["another method of nothing", "GOT /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 Not Found"],
    ["another version", "GET /health HTTP/9\r\n\r\n", "HTTP/1.1 400 Bad Request"],
    [
      "a target without end",
      `GET /${"a".repeat(20_000)} HTTP/1.1\r\n\r\n`,
      "HTTP/1.1 431 Request Header Fields Too Large",
    ],
  ])("has the reason phrase of its status, and is not cached: %s", async (_what, bytes, statusLine) => {
    const connection = await RawConnection.open(service.port);
    let received = "";
    connection.socket.on("data", (chunk: Buffer) => (received += chunk.toString()));
    await connection.write(bytes);
    await connection.closed;
    expect(received.split("\r\n")[0]).toBe(statusLine);
    expect(received).toContain("\r\nCache-Control: no-cache, no-store, must-revalidate\r\n");
  });
});
