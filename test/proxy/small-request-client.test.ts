import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buildConnector } from "undici";
import { Connections } from "../../src/proxy/connections.ts";
import { SmallRequestClient } from "../../src/proxy/small-request-client/small-request-client.ts";
import { portOf } from "../http/support/bodies.ts";

const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
const REQUEST = {
  method: "POST",
  target: "/upload?filename=a%20b",
  headers: ["Host", "example.test", "Content-Length", "5"],
  body: [Buffer.from("he"), Buffer.from("llo")],
} as const;

let server: Server;
let exchanges: SmallRequestClient;
let all: Connections;
/** Every connection that was made, and what came over it. */
let connections: { readonly socket: Socket; text: string }[];
let behave: (socket: Socket, text: string) => void;
beforeEach(async () => {
  connections = [];
  behave = (socket, text) => void (text.endsWith("hello") && socket.write(ANSWER));
  server = createServer((socket) => {
    const connection = { socket, text: "" };
    connections.push(connection);
    socket
      .on("error", () => undefined)
      .on("data", (chunk) => {
        connection.text += chunk.toString("latin1");
        behave(socket, connection.text);
      });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  exchanges = open();
});
afterEach(async () => {
  all.close();
  for (const { socket } of connections) socket.destroy();
  if (server.listening) await once(server.close(), "close");
});

function open(timeoutMs = 10_000): SmallRequestClient {
  return new SmallRequestClient(
    new URL(`http://127.0.0.1:${portOf(server)}`),
    (all = new Connections(100, buildConnector({ timeout: 1000 }))),
    timeoutMs,
  );
}

describe("A small request", () => {
  test("is sent as it is, and its answer handed back", async () => {
    expect(await exchanges.exchange(REQUEST)).toMatchObject({
      answer: { status: 200, body: Buffer.from("hi") },
      isSent: true,
    });
    expect(connections[0]?.text).toBe(
      "POST /upload?filename=a%20b HTTP/1.1\r\nHost: example.test\r\nContent-Length: 5\r\n\r\nhello",
    );
  });

  test("goes over the connection of the one before it, and over another one beside it", async () => {
    await exchanges.exchange(REQUEST);
    await exchanges.exchange(REQUEST);
    expect(connections).toHaveLength(1);
    await Promise.all([exchanges.exchange(REQUEST), exchanges.exchange(REQUEST)]);
    expect(connections).toHaveLength(2);
  });

  test("names the server where the client did not", async () => {
    await exchanges.exchange({ ...REQUEST, headers: ["Content-Length", "5"] });
    expect(connections[0]?.text).toContain(`\r\nHost: 127.0.0.1:${portOf(server)}\r\n`);
  });

  test.each([
    ["two hosts", { headers: ["Host", "a.test", "host", "b.test"] }],
    ["a line feed in a header", { headers: ["X", "a\nContent-Length: 1"] }],
    ["a carriage return in a name", { headers: ["X\r\nY", "a"] }],
    ["a character of more than a byte", { headers: ["X", "\u0a0d"] }],
    ["a body longer than its head says", { body: [Buffer.from("hello!")] }],
    ["a body shorter than its head says", { body: [Buffer.from("hell")] }],
    ["a length that its head does not name", { headers: ["Host", "example.test"] }],
    ["two lengths", { headers: ["Content-Length", "5", "content-length", "5"] }],
    ["a length that is not a number", { headers: ["Content-Length", "0x5"] }],
    ["a transfer coding", { headers: ["Content-Length", "5", "Transfer-Encoding", "chunked"] }],
    ["a blank in its target", { target: "/upload HTTP/1.1" }],
    ["a line feed in its target", { target: "/upload\r\nX: y" }],
  ])("A small request with %s is not sent", async (_what, part) => {
    await expect(exchanges.exchange({ ...REQUEST, ...part })).rejects.toMatchObject({ code: "BAD_REQUEST" });
    expect(connections).toEqual([]);
  });

  test("A small request that cannot be sent says why", async () => {
    await once(server.close(), "close");
    await expect(exchanges.exchange(REQUEST)).rejects.toMatchObject({ code: "UPSTREAM_UNREACHABLE" });
  });

  test("about which nothing is done is given up, and its connection with it", async () => {
    behave = () => undefined;
    const impatient = open(50);
    await expect(impatient.exchange(REQUEST)).rejects.toMatchObject({ code: "UPSTREAM_TIMEOUT" });
    const [silent] = connections;
    if (silent && !silent.socket.closed) await once(silent.socket, "close");
  });

  test("is broken off by the end of everything", async () => {
    behave = (_socket, text) => void (text.endsWith("hello") && all.close());
    await expect(exchanges.exchange(REQUEST)).rejects.toThrow("the connection is closed");
  });
});

test("After the end of everything nothing is sent", async () => {
  await exchanges.exchange(REQUEST);
  all.close();
  await expect(exchanges.exchange(REQUEST)).rejects.toMatchObject({ code: "UPSTREAM_UNREACHABLE" });
  expect(connections.filter(({ text }) => text !== "")).toHaveLength(1);
});

describe("A connection is not used again", () => {
  const NEXT = { ...REQUEST, target: "/next" };

  /** By which connections a next request went, once the first one has gone. */
  async function next(): Promise<boolean[]> {
    const [first] = connections;
    if (first && !first.socket.closed) await once(first.socket, "close");
    behave = (socket, text) => void (text.endsWith("hello") && socket.write(ANSWER));
    expect(await exchanges.exchange(NEXT)).toMatchObject({ answer: { status: 200, body: Buffer.from("hi") } });
    return connections.map(({ text }) => text.includes("/next"));
  }

  test("A connection is not used again once the answer said so", async () => {
    behave = (socket, text) =>
      void (text.endsWith("hello") && socket.write(ANSWER.replace("OK", "OK\r\nConnection: close")));
    await exchanges.exchange(REQUEST);
    expect(await next()).toEqual([false, true]);
  });

  test("A connection is not used again once the other side has ended it", async () => {
    await exchanges.exchange(REQUEST);
    connections[0]?.socket.end();
    expect(await next()).toEqual([false, true]);
  });

  test("A connection is not used again once it carried unrequested data, which would be taken for the next answer", async () => {
    await exchanges.exchange(REQUEST);
    connections[0]?.socket.write(ANSWER.replace("hi", "no"));
    expect(await next()).toEqual([false, true]);
  });

  test("A connection is not used again after an invalid answer", async () => {
    behave = (socket, text) => void (text.endsWith("hello") && socket.write(`${ANSWER}${ANSWER}`));
    await expect(exchanges.exchange(REQUEST)).rejects.toThrow("something follows the answer");
    expect(await next()).toEqual([false, true]);
  });

  test("A connection is not used again once an answer was cut short", async () => {
    behave = (socket, text) => void (text.endsWith("hello") && socket.end(ANSWER.slice(0, -1)));
    await expect(exchanges.exchange(REQUEST)).rejects.toThrow("the answer is cut short");
    expect(await next()).toEqual([false, true]);
  });

  test("A connection is not used again once an answer came before the whole request was sent", async () => {
    behave = (socket) => {
      behave = () => undefined;
      socket.pause();
      socket.write(ANSWER.replace("200 OK", "413 Too Large"));
    };
    const body = [Buffer.alloc(64 * 2 ** 20, 1)];
    const large = { ...REQUEST, headers: ["Host", "example.test", "Content-Length", String(64 * 2 ** 20)], body };
    expect(await exchanges.exchange(large)).toMatchObject({ answer: { status: 413 }, isSent: false });
    connections[0]?.socket.resume();
    expect(await next()).toEqual([false, true]);
  });
});
