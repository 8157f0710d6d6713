import { request, type ClientRequest } from "node:http";
import { once } from "node:events";
import { testPython } from "../support/python.ts";
import { describe, expect, test, vi } from "vitest";
import { FIXTURE_MODULES, type TestService } from "../support/service.ts";
import { python, startWith } from "./service.ts";

const CONNECTIONS = 32;
const PATHS = { "/wait": "wait", "/leaf": "leaf" };

/** A service whose child is occupied by as many requests as it may have. */
async function startOccupied(maxWait: number): Promise<{ service: TestService; occupying: ClientRequest[] }> {
  const service = await startWith([python(PATHS)], {
    mediaBridge: { python: { executable: testPython(), path: [FIXTURE_MODULES], web_max_wait: maxWait } },
  });
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
  test("that find 32 others with the child are answered 503 after a while, with Retry-After; no other route waits", async () => {
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
