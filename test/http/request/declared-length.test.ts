import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { holdToDeclaredLength, uploadBody } from "../../../src/http/request/body.ts";
import { portOf } from "../support/bodies.ts";
import { RawConnection } from "../support/raw-connection.ts";

/** A server whose requests are framed by the parser as ever, while their heads seem to declare what `X-Length` says. */
async function startMisledServer(serve: (req: IncomingMessage, res: ServerResponse) => unknown): Promise<number> {
  const server = createServer((req, res) => {
    req.headers["content-length"] = String(req.headers["x-length"]);
    void serve(req, res);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return portOf(server);
}

async function sendFive(port: number, declared: number): Promise<RawConnection> {
  const connection = await RawConnection.open(port);
  connection.send({ method: "POST", target: "/", headers: [["X-Length", String(declared)]], body: "hello" });
  return connection;
}

/** Answers with the length of a body that it reads itself. */
async function readItself(req: IncomingMessage, res: ServerResponse): Promise<void> {
  holdToDeclaredLength(req);
  let bytes = 0;
  for await (const chunk of req) bytes += (chunk as Buffer).length;
  res.setHeader("Content-Length", 1).end(String(bytes));
}

describe("an upload whose body is not as long as its head says", () => {
  test.each([
    [0, "BODY_LENGTH_WRONG", ""],
    [4, "BODY_LENGTH_WRONG", ""],
    [6, "UPLOAD_INCOMPLETE", "hello"],
    [5, undefined, "hello"],
  ])(
    "declared as %i bytes with five sent is refused with %s, and nothing past its length is read",
    async (declared, code, read) => {
      let outcome: unknown;
      let text = "";
      const port = await startMisledServer(async (req, res) => {
        const body = uploadBody(req, res, { idleTimeoutMs: 10_000 });
        outcome = await body.read((chunk) => void (text += chunk.toString())).catch((error: unknown) => error);
        res.setHeader("Content-Length", 0).end();
      });
      const connection = await sendFive(port, declared);
      await connection.answer();
      expect([(outcome as { code?: string } | undefined)?.code, text]).toEqual([code, read]);
      connection.socket.destroy();
    },
  );
});

describe("a request whose handler reads the body itself", () => {
  test.each([0, 4, 6])("is cut off where %i bytes are declared and five come", async (declared) => {
    const port = await startMisledServer((req, res) => readItself(req, res).catch(() => undefined));
    const connection = await sendFive(port, declared);
    await expect(connection.answer()).rejects.toThrow(/connection ended/);
  });

  test("is served where as many come as are declared", async () => {
    const connection = await sendFive(await startMisledServer(readItself), 5);
    expect((await connection.answer()).body.toString()).toBe("5");
    connection.socket.destroy();
  });
});
