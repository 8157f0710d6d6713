import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { finishAfterBody } from "../../src/util/bodies/finish-after-body.ts";
import { portOf } from "../http/support/bodies.ts";
import { RawConnection } from "../http/support/raw-connection.ts";

/** A server that answers every request with `early` before it has read the body, which it throws away. */
async function startEarlyServer() {
  const answering = Promise.withResolvers<{ res: ServerResponse; finished: Promise<void> }>();
  const server = createServer((req, res) => {
    res.writeHead(200, { "Content-Length": "5" });
    answering.resolve({ res, finished: finishAfterBody(req, res, Buffer.from("early")) });
    req.resume();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const connection = await RawConnection.open(portOf(server));
  onTestFinished(() => void connection.socket.destroy());
  return { connection, answering: answering.promise };
}

describe("an answer to a client that is still sending", () => {
  it("stays open until the body is whole where the connection closes with it, though the client has all of it", async () => {
    const { connection, answering } = await startEarlyServer();
    await connection.write("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 8\r\n\r\nhalf");
    const { res, finished } = await answering;
    expect((await connection.answer()).body.toString()).toBe("early");
    expect(res.writableEnded).toBe(false);
    await connection.write("half");
    await finished;
    expect(res.writableEnded).toBe(true);
    expect(await connection.closed).toBe("closed");
  });

  it("ends at once where the connection is kept", async () => {
    const { connection, answering } = await startEarlyServer();
    await connection.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf");
    const { res, finished } = await answering;
    await finished;
    expect(res.writableEnded).toBe(true);
    expect(res.req.complete).toBe(false);
    expect((await connection.answer()).body.toString()).toBe("early");
  });

  it("ends where the client leaves before its body is whole", async () => {
    const { connection, answering } = await startEarlyServer();
    await connection.write("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 8\r\n\r\nhalf");
    const { res, finished } = await answering;
    connection.socket.destroy();
    await finished;
    expect(res.writableEnded).toBe(true);
  });
});
