import { expect, test } from "vitest";
import { uploadBody } from "../../../src/http/request/body.ts";
import type { Handler } from "../../../src/http/routes/route.ts";
import { RawConnection, type RawAnswer } from "../support/raw-connection.ts";
import { startSmallServer, type SmallServer } from "../support/small-server.ts";

const OWN_ID = /^[0-9a-f]{8}-[1-9]\d*$/;
const GIVEN = "X-Request-ID: given";
const HOST = `Host: example.test\r\n${GIVEN}`;

const echo: Handler = async (req, res) => {
  await uploadBody(req, res, { idleTimeoutMs: 60_000 }).read(() => undefined);
  res.end("ok");
};

/** Behind a proxy whose names for requests are believed, where there is a request. */
function startServer(): Promise<SmallServer> {
  return startSmallServer({ "/echo": echo }, { xForwarded: true });
}

async function answersTo({ port }: SmallServer, text: string, count = 1): Promise<RawAnswer[]> {
  const connection = await RawConnection.open(port);
  await connection.write(text);
  const answers: RawAnswer[] = [];
  while (answers.length < count) answers.push(await connection.answer());
  connection.socket.destroy();
  return answers;
}

function nameOf(answer: RawAnswer | undefined): string {
  expect(answer?.headers["access-control-expose-headers"]?.split(", ")).toContain("X-Request-ID");
  return answer?.headers["x-request-id"] ?? "";
}

test.each([
  ["is not HTTP", 400, `nonsense\r\n${HOST}\r\n\r\n`],
  ["has an unknown method", 405, `BREW /echo HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ["has too large a head", 431, `GET /echo HTTP/1.1\r\n${HOST}\r\nX-Long: ${"x".repeat(100_000)}\r\n\r\n`],
  ["asks for a tunnel", 404, `CONNECT other.test:443 HTTP/1.1\r\n${HOST}\r\n\r\n`],
])("The answer to what %s has a name of the service's own, with a number that counts up", async (_, status, text) => {
  const server = await startServer();
  const [first] = await answersTo(server, text);
  const [second] = await answersTo(server, text);
  expect([first?.status, second?.status]).toEqual([status, status]);
  const names = [nameOf(first), nameOf(second)];
  for (const name of names) expect(name).toMatch(OWN_ID);
  const [[start, number], next] = [(names[0] ?? "").split("-"), names[1]];
  expect(next).toBe(`${start}-${Number(number) + 1}`);
});

test("A mistake behind a request has another name than the request before it", async () => {
  const server = await startServer();
  const good = "POST /echo HTTP/1.1\r\nHost: example.test\r\nContent-Length: 0\r\n\r\n";
  const [before, refused] = await answersTo(server, `${good}nonsense\r\n\r\n`, 2);
  expect([before?.status, refused?.status]).toEqual([200, 400]);
  expect(nameOf(refused)).toMatch(OWN_ID);
  expect(nameOf(refused)).not.toBe(before?.headers["x-request-id"]);
});

test.each([
  ["the proxy's name", HOST, /^given$/],
  ["the service's name", "Host: example.test", OWN_ID],
])("A mistake in a request's body is answered with %s for the request, as in the log", async (_, head, expected) => {
  const server = await startServer();
  const text = `POST /echo HTTP/1.1\r\n${head}\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n`;
  const [answer] = await answersTo(server, text);
  expect(answer?.status).toBe(400);
  expect(nameOf(answer)).toMatch(expected);
  const line = await server.log.waitFor(({ message }) => message === "request");
  expect(line.facts["requestId"]).toBe(nameOf(answer));
});

test.each([["/echo"], ["/health"]])("The answer of a stopping service to %s names the request", async (path) => {
  const server = await startServer();
  server.stopping.begin();
  const [own] = await answersTo(server, `GET ${path} HTTP/1.1\r\nHost: example.test\r\n\r\n`);
  expect(own?.status).toBe(503);
  expect(nameOf(own)).toMatch(OWN_ID);
  const [given] = await answersTo(server, `GET ${path} HTTP/1.1\r\n${HOST}\r\n\r\n`);
  expect([given?.status, nameOf(given)]).toEqual([503, "given"]);
});
