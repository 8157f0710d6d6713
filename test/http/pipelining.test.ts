import { describe, expect, test, vi } from "vitest";
import { uploadBody } from "../../src/http/request/body.ts";
import type { Handler } from "../../src/http/routes/route.ts";
import { refusalOf } from "./support/bodies.ts";
import { RawConnection } from "./support/raw-connection.ts";
import { startSmallServer, type SmallServer } from "./support/small-server.ts";

const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: example.test\r\n\r\n`;
const post = (target: string, body: string) =>
  `POST ${target} HTTP/1.1\r\nHost: example.test\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** Its requests are answered when the test says so. */
interface HeldServer extends SmallServer {
  /** What each request that has begun is answered with. */
  readonly begun: ((text: string) => void)[];
}

const echo: Handler = async (req, res) => {
  let bytes = 0;
  await uploadBody(req, res, { idleTimeoutMs: 10_000 }).read((chunk) => void (bytes += chunk.length));
  res.end(String(bytes));
};

async function startHeldServer(): Promise<HeldServer> {
  const begun: HeldServer["begun"] = [];
  const held: Handler = (_req, res) => void begun.push((text) => res.end(text));
  const small = await startSmallServer({ "/ok": (_req, res) => void res.end("ok"), "/held": held, "/echo": echo });
  return { ...small, begun };
}

async function textOf(connection: RawConnection): Promise<string> {
  return (await connection.answer()).body.toString();
}

describe("requests that are pipelined on one connection", () => {
  test("begin one by one: the next when the answer before it is out", async () => {
    const { port, begun, requests } = await startHeldServer();
    const connection = await RawConnection.open(port);
    await connection.write(get("/held") + get("/held") + get("/ok"));
    await vi.waitFor(() => expect(begun).toHaveLength(1));
    expect(requests.size).toBe(1);
    begun[0]?.("first");
    expect(await textOf(connection)).toBe("first");
    await vi.waitFor(() => expect(begun).toHaveLength(2));
    begun[1]?.("second");
    expect([await textOf(connection), await textOf(connection)]).toEqual(["second", "ok"]);
    connection.socket.destroy();
  });

  test("are all answered, however many, and never more than one is under way", async () => {
    const { port, requests, log } = await startHeldServer();
    const connection = await RawConnection.open(port);
    const count = 20_000;
    connection.socket.write(get("/ok").repeat(count));
    for (let answered = 0; answered < count; answered += 1) {
      await connection.answer();
      if (requests.size > 1) throw new Error(`${requests.size} requests under way`);
    }
    expect(log.lines.filter(({ facts }) => facts["status"] === 200)).toHaveLength(count);
    connection.socket.destroy();
  }, 60_000);

  test("Pipelined requests, one with a body that comes later, are served as if they had come one by one", async () => {
    const { port, begun } = await startHeldServer();
    const connection = await RawConnection.open(port);
    const body = "x".repeat(1_000_000);
    connection.socket.write(get("/held") + post("/echo", body) + get("/ok"));
    await vi.waitFor(() => expect(begun).toHaveLength(1));
    begun[0]?.("first");
    expect([await textOf(connection), await textOf(connection), await textOf(connection)]).toEqual([
      "first",
      "1000000",
      "ok",
    ]);
    connection.socket.destroy();
  });

  test("end with their connection: none is under way afterwards, and those that waited never begin", async () => {
    const { port, begun, requests } = await startHeldServer();
    const connection = await RawConnection.open(port);
    await connection.write(get("/held").repeat(200));
    await vi.waitFor(() => expect(begun).toHaveLength(1));
    connection.socket.resetAndDestroy();
    // A connection is looked at once a second while requests of it wait.
    await vi.waitFor(() => expect(requests.size).toBe(0), 10_000);
    expect(begun).toHaveLength(1);
  });

  test("wait in a bounded number, whatever the number of connections: past that, those that pipeline most are closed", async () => {
    const { port, begun, requests } = await startHeldServer();
    const flood = get("/held") + get("/ok").repeat(2000);
    const connections = await Promise.all(Array.from({ length: 16 }, () => RawConnection.open(port)));
    const modest = await RawConnection.open(port);
    await modest.write(get("/held") + get("/ok"));
    await vi.waitFor(() => expect(begun).toHaveLength(1));
    for (const connection of connections) connection.socket.write(flood);
    const ended = () => connections.filter((connection) => connection.ended).length;
    await vi.waitFor(() => expect(ended()).toBeGreaterThan(4), 10_000);
    for (const connection of connections) connection.socket.resetAndDestroy();
    await vi.waitFor(() => expect(requests.size).toBe(1), 10_000);
    begun[0]?.("first");
    expect([await textOf(modest), await textOf(modest)]).toEqual(["first", "ok"]);
    modest.socket.destroy();
  }, 30_000);

  test("end with their connection also where it ends behind more than is read at once", async () => {
    const { port, begun, requests } = await startHeldServer();
    const connection = await RawConnection.open(port);
    await connection.write(get("/held") + get("/ok").repeat(2000));
    await vi.waitFor(() => expect(begun).toHaveLength(1));
    connection.socket.destroy();
    await vi.waitFor(() => expect(requests.size).toBe(0), 10_000);
  });
});

test.each(["", "GET /o", "POST /ok HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"])(
  "A client that ends its side takes its request along, also where it ends behind half of a next one: %j",
  async (half) => {
    const { port, begun, requests } = await startHeldServer();
    const connection = await RawConnection.open(port);
    await connection.write(get("/held") + half);
    await vi.waitFor(() => expect(begun).toHaveLength(1));
    connection.socket.end();
    await vi.waitFor(() => expect(requests.size).toBe(0), 5_000);
    expect(await connection.closed).toBe("closed");
  },
);

describe("a mistake behind a good request", () => {
  test("is answered after it where they come together", async () => {
    const { port } = await startHeldServer();
    const connection = await RawConnection.open(port);
    await connection.write(`${get("/ok")}what?\r\n\r\n`);
    expect(await textOf(connection)).toBe("ok");
    expect(refusalOf(await connection.answer())).toEqual([400, "M_UNKNOWN"]);
    expect(await connection.closed).toBe("closed");
  });

  test.each([
    ["no HTTP", "what?\r\n\r\n", [400, "M_UNKNOWN"]],
    ["a tunnel", "CONNECT other.test:443 HTTP/1.1\r\nHost: a\r\n\r\n", [404, "M_UNRECOGNIZED"]],
  ])("is answered after it while it is worked on: %s", async (_what, mistake, refusal) => {
    const { port, begun } = await startHeldServer();
    const connection = await RawConnection.open(port);
    await connection.write(get("/held") + mistake);
    await vi.waitFor(() => expect(begun).toHaveLength(1));
    begun[0]?.("ok");
    expect(await textOf(connection)).toBe("ok");
    expect(refusalOf(await connection.answer())).toEqual(refusal);
    expect(await connection.closed).toBe("closed");
  });

  test("A mistake in the body of a waiting request is answered in its turn, and that request never begins", async () => {
    const { port, begun } = await startHeldServer();
    const connection = await RawConnection.open(port);
    const broken = "POST /held HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
    await connection.write(get("/held") + get("/ok") + broken);
    await vi.waitFor(() => expect(begun).toHaveLength(1));
    begun[0]?.("first");
    expect([await textOf(connection), await textOf(connection)]).toEqual(["first", "ok"]);
    expect((await connection.answer()).status).toBe(400);
    expect(await connection.closed).toBe("closed");
    expect(begun).toHaveLength(1);
  });

  test("is not answered where the request said that it is the last one", async () => {
    const { port } = await startHeldServer();
    const connection = await RawConnection.open(port);
    await connection.write(`GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nwhat?\r\n\r\n`);
    expect(await textOf(connection)).toBe("ok");
    expect(await connection.closed).toBe("closed");
    expect(connection.silent).toBe(true);
  });
});
