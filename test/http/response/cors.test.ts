import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { CORS } from "../facts/case.ts";
import { RawConnection, type RawRequest } from "../support/raw-connection.ts";

const ALICE = ["Authorization", "Bearer token-of-alice"] as const;
const UPLOAD = { method: "POST", target: "/_matrix/media/v3/upload" };
const CONFIG = "/_matrix/client/v1/media/config";

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ config: { max_upload_size: 1000 } });
});
afterAll(() => service.stop());

const ERRORS: [what: string, status: number, errcode: string, request: RawRequest][] = [
  ["without a token", 401, "M_MISSING_TOKEN", { method: "GET", target: CONFIG }],
  [
    "with a wrong token",
    401,
    "M_UNKNOWN_TOKEN",
    { method: "GET", target: CONFIG, headers: [["Authorization", "Bearer no"]] },
  ],
  ["for an unknown path", 404, "M_UNRECOGNIZED", { method: "GET", target: "/nowhere" }],
  ["of a wrong method", 405, "M_UNRECOGNIZED", { method: "PUT", target: CONFIG }],
  ["of an unknown method", 405, "M_UNRECOGNIZED", { method: "FROB", target: `${CONFIG}?x=y` }],
  ["of such a method for an unknown path", 404, "M_UNRECOGNIZED", { method: "FROB", target: "/nowhere" }],
  ["that is too large", 413, "M_TOO_LARGE", { ...UPLOAD, headers: [ALICE], body: Buffer.alloc(1001) }],
  ["whose length is not a number", 400, "M_UNKNOWN", { ...UPLOAD, headers: [ALICE, ["Content-Length", "x"]] }],
  [
    "of two lengths",
    400,
    "M_UNKNOWN",
    { ...UPLOAD, headers: [ALICE, ["Content-Length", "1"], ["Content-Length", "2"]] },
  ],
  [
    "with a length and chunks",
    400,
    "M_UNKNOWN",
    { ...UPLOAD, headers: [ALICE, ["Content-Length", "1"], ["Transfer-Encoding", "chunked"]] },
  ],
  [
    "with a control sign in a header",
    400,
    "M_UNKNOWN",
    { method: "GET", target: CONFIG, headers: [["X-Y", "a\u0000b"]] },
  ],
  [
    "with headers without end",
    431,
    "M_TOO_LARGE",
    { method: "GET", target: CONFIG, headers: [["X-Y", "z".repeat(20_000)]] },
  ],
  [
    "with a chunk of no size",
    400,
    "M_UNKNOWN",
    { ...UPLOAD, headers: [ALICE, ["Transfer-Encoding", "chunked"]], body: "x\r\n" },
  ],
];

describe("an error", () => {
  test.each(ERRORS)(
    "for a request %s is %i %s in Matrix form, readable by a page of any origin",
    async (_, status, errcode, request) => {
      const answer = await RawConnection.ask(service.port, request);
      expect([answer.status, answer.headers["content-type"]]).toEqual([status, "application/json"]);
      expect(JSON.parse(answer.body.toString())).toMatchObject({
        errcode,
        error: expect.stringMatching(/./) as unknown,
      });
      expect(answer.headers).toMatchObject(CORS);
    },
  );

  test.each(["PUT", "FROB"])("of a wrong method, %s, tells which ones are right", async (method) => {
    const answer = await RawConnection.ask(service.port, { method, target: CONFIG });
    expect([answer.status, answer.headers["allow"]]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });

  test("An HTTP error concerns the request that it is in, even where others came with it", async () => {
    const connection = await RawConnection.open(service.port);
    connection.socket.write(`OPTIONS ${CONFIG} HTTP/1.1\r\nHost: a\r\n\r\nFROB /nowhere HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect((await connection.answer()).status).toBe(204);
    expect((await connection.answer()).status).toBe(404);
    connection.socket.destroy();
  });

  test("An HTTP error does not concern the end of a body before it that looks like a request", async () => {
    const connection = await RawConnection.open(service.port);
    const body = "\nGET /nowhere-";
    connection.socket.write(
      `OPTIONS ${CONFIG} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}what? x\r\n\r\n`,
    );
    expect((await connection.answer()).status).toBe(204);
    expect((await connection.answer()).status).toBe(400);
    connection.socket.destroy();
  });

  test("An HTTP error reaches a client that sends nothing like HTTP, and the connection is closed", async () => {
    const connection = await RawConnection.open(service.port);
    connection.socket.write("hello?\r\n\r\n");
    const answer = await connection.answer();
    expect([answer.status, answer.headers["connection"]]).toEqual([400, "close"]);
    expect(await connection.closed).toBe("closed");
    connection.socket.destroy();
  });

  test("An error in what follows a request waits until that request has its answer", async () => {
    const connection = await RawConnection.open(service.port);
    connection.send({ ...UPLOAD, headers: [ALICE, ["Content-Length", "3"]], body: "abc and more" });
    expect((await connection.answer()).status).toBe(200);
    expect(await connection.closed).toBe("closed");
    connection.socket.destroy();
  });
});

describe("paths", () => {
  test.each([
    "/_matrix/client/v1/media/config/",
    "/_matrix/client/v1/media/Config",
    "/_Matrix/client/v1/media/config",
    "//_matrix/client/v1/media/config",
    "/_matrix/client/v1/media/%63onfig",
    "/_matrix/client/v1/media/./config",
    "/_matrix/client/v1/media/config%",
    "/_matrix/client/v1/media/config%00",
    "/_matrix/client/v2/media/config",
    "/_matrix/media/v2/config",
  ])("are matched to the letter: %s is not one of them", async (target) => {
    const answer = await RawConnection.ask(service.port, { method: "GET", target, headers: [ALICE] });
    expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([404, { errcode: "M_UNRECOGNIZED" }]);
  });
});
