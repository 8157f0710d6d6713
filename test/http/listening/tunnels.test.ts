import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { expect, test, vi } from "vitest";
import { closeServer } from "../../../src/http/listening/listener.ts";
import type { Handler } from "../../../src/http/routes/route.ts";
import { refusalOf } from "../support/bodies.ts";
import { RawConnection } from "../support/raw-connection.ts";
import { startSmallServer } from "../support/small-server.ts";

const GET = "GET /large HTTP/1.1\r\nHost: example.test\r\n\r\n";
const CONNECT = "CONNECT other.test:443 HTTP/1.1\r\nHost: other.test:443\r\n\r\n";
const LENGTH = 20_000_000;

/** More than fits into a socket: it waits for the client again and again. */
const large: Handler = async (_req, res) => {
  const pieces = Array.from({ length: 200 }, () => Buffer.alloc(LENGTH / 200));
  res.setHeader("Content-Length", LENGTH);
  await pipeline(Readable.from(pieces), res).catch(() => undefined);
};

test("An answer before a request for a tunnel comes whole, and the refusal of the tunnel behind it", async () => {
  const { port } = await startSmallServer({ "/large": large });
  const connection = await RawConnection.open(port);
  await connection.write(GET + CONNECT);
  expect((await connection.answer()).body).toHaveLength(LENGTH);
  expect(refusalOf(await connection.answer())).toEqual([404, "M_UNRECOGNIZED"]);
  expect(await connection.closed).toBe("closed");
});

test("An answer before a request for a tunnel, of which the client takes nothing, is ended after a while", async () => {
  const { port, requests, log } = await startSmallServer({ "/large": large }, { answerIdleTimeoutMs: 100 });
  const connection = await RawConnection.open(port);
  connection.socket.pause();
  await connection.write(GET + CONNECT);
  const line = await log.waitFor(({ facts }) => facts["route"] === "/large");
  expect([line.facts["aborted"], requests.size]).toEqual([true, 0]);
  connection.socket.destroy();
});

test("A client that leaves after a request for a tunnel takes the request before it along", async () => {
  const { port, requests } = await startSmallServer({ "/held": () => undefined });
  const connection = await RawConnection.open(port);
  await connection.write(GET.replace("large", "held") + CONNECT);
  await vi.waitFor(() => expect(requests.size).toBe(1));
  connection.socket.end();
  await vi.waitFor(() => expect(requests.size).toBe(0));
});

test("A server that closes does not wait past its grace for a request before one for a tunnel", async () => {
  const begun: unknown[] = [];
  const { port, server } = await startSmallServer({ "/held": (req) => void begun.push(req) });
  const connection = await RawConnection.open(port);
  await connection.write(GET.replace("large", "held") + CONNECT);
  await vi.waitFor(() => expect(begun).toHaveLength(1));
  await closeServer(server, 50);
  expect(["closed", "reset"]).toContain(await connection.closed);
});
