import { request, type ClientRequest } from "node:http";
import { once } from "node:events";
import { testPython } from "../support/python.ts";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { RawConnection } from "../http/support/raw-connection.ts";
import { FIXTURE_MODULES, type TestService } from "../support/service.ts";
import { python, startWith } from "./service.ts";

const CONNECTIONS = 32;
const PATHS = { "/wait": "wait", "/leaf": "leaf" };

/** Settings under which a request waits so long for a connection to the child. */
const waitingAtMost = (maxWait: number) => ({
  executable: testPython(),
  path: [FIXTURE_MODULES],
  web_max_wait: maxWait,
});

/** A service whose child is occupied by as many requests as it may have. */
async function startOccupied(maxWait: number): Promise<{ service: TestService; occupying: ClientRequest[] }> {
  const service = await startWith([python(PATHS)], { mediaBridge: { python: waitingAtMost(maxWait) } });
  const occupying = Array.from({ length: CONNECTIONS }, () => ask(service, "/wait"));
  const waiting = () => service.log.lines.filter(({ message }) => message === "waiting");
  await vi.waitFor(() => expect(waiting()).toHaveLength(CONNECTIONS), 10_000);
  return { service, occupying };
}

function ask(service: TestService, path: string): ClientRequest {
  return request(service.url + path, { agent: false })
    .on("error", () => undefined)
    .end();
}

describe("requests to web resources of Python modules", () => {
  test("Requests that find 32 others with the child are answered 503 after a while, with Retry-After, and no other route waits", async () => {
    const { service, occupying } = await startOccupied(100);
    const answer = await service.request("/leaf");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await answer.json()).toMatchObject({ errcode: "M_UNKNOWN" });
    expect((await service.request("/health")).status).toBe(200);
    for (const outgoing of occupying) outgoing.destroy();
  });

  test("take the place of one that ends, and those whose client has left take none", async () => {
    const { service, occupying } = await startOccupied(20_000);
    const left = ask(service, "/leaf");
    await once(left, "finish");
    left.destroy();
    await service.log.waitFor(({ facts }) => facts["route"] === "/leaf" && facts["aborted"] === true);
    const waiting = service.request("/leaf");
    occupying[0]?.destroy();
    expect((await waiting).status).toBe(200);
    expect((await service.request("/leaf")).status).toBe(200);
    for (const outgoing of occupying) outgoing.destroy();
  });
});

/** As many as there are connections to a child; each sends a byte now and then. */
async function drip(service: TestService, framing: string): Promise<RawConnection[]> {
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => RawConnection.open(service.port)));
  for (const { socket } of connections) {
    socket.on("error", () => undefined);
    socket.write(`POST /leaf HTTP/1.1\r\nHost: example.test\r\n${framing}\r\n\r\n`);
    const drops = framing.includes("chunked") ? "1\r\nx\r\n" : "x";
    const dripping = setInterval(() => socket.write(drops), 20);
    onTestFinished(() => {
      clearInterval(dripping);
      socket.destroy();
    });
  }
  return connections;
}

describe("requests whose bodies come in drops", () => {
  test("take no connection to a Python child before they are there, where they are small", async () => {
    const service = await startWith([python(PATHS)], { mediaBridge: { python: waitingAtMost(100) } });
    await drip(service, "Content-Length: 200000");
    for (let asked = 0; asked < 5; asked += 1) expect((await service.request("/leaf")).status).toBe(200);
  });

  test.each(["Content-Length: 1000000", "Transfer-Encoding: chunked"])(
    "keep no connection to a Python child, where they may be large: %s",
    async (framing) => {
      const upload = { idle_timeout: 300 };
      const service = await startWith([python(PATHS)], { mediaBridge: { upload, python: waitingAtMost(20_000) } });
      const connections = await drip(service, framing);
      const answers = await Promise.all(connections.map((connection) => connection.answer("POST")));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([408]));
      expect((await service.request("/leaf")).status).toBe(200);
    },
  );
});
