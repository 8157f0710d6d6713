import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Places, type Purpose } from "../../src/proxy/connection-places.ts";
import { askerOf, requestHeaders } from "../../src/proxy/headers.ts";
import { passThrough } from "../../src/proxy/relay.ts";
import { createUpstream, type Upstream } from "../../src/proxy/to-synapse.ts";
import { portOf } from "../http/support/bodies.ts";

/** Has requests wait for the places that `held` keeps, and resolves to the order in which they got one. */
async function orderOf(places: Places, requests: readonly (readonly [Purpose, string])[]): Promise<string[]> {
  const release = await places.take("upload");
  const order: string[] = [];
  const served = requests.map(async ([purpose, asker]) => {
    const free = await places.take(purpose, { asker });
    order.push(`${purpose} of ${asker}`);
    free();
  });
  release();
  await Promise.all(served);
  return order;
}

describe("Requests that wait for a connection to Synapse", () => {
  test("take turns by who asks: many of one user do not keep another's waiting", async () => {
    const ofAlice = ["upload", "alice"] as const;
    const order = await orderOf(new Places(1, 10_000), [ofAlice, ofAlice, ofAlice, ["upload", "bob"]]);
    expect(order.indexOf("upload of bob")).toBe(1);
    expect(order).toHaveLength(4);
  });

  test("take turns by what they want: many downloads do not keep an upload waiting", async () => {
    const downloads = ["alice", "bob", "carol"].map((asker) => ["other", asker] as const);
    const order = await orderOf(new Places(1, 10_000), [...downloads, ["upload", "dave"]]);
    expect(order.indexOf("upload of dave")).toBeLessThanOrEqual(1);
  });

  test("lose their turn when their client leaves, and no other does", async () => {
    const places = new Places(1, 10_000);
    const release = await places.take("upload");
    const leaving = new AbortController();
    const left = places.take("upload", { asker: "alice", leaving: leaving.signal });
    const next = places.take("upload", { asker: "alice" });
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: "UPLOAD_INCOMPLETE" });
    release();
    (await next)();
    (await places.take("upload"))();
  });
});

describe("Requests that are handed on", () => {
  let synapse: Server;
  let front: Server;
  let upstream: Upstream;
  /** What Synapse got and has not answered. */
  const held: { readonly token: string | undefined; readonly res: ServerResponse }[] = [];
  beforeEach(async () => {
    held.length = 0;
    synapse = createServer((req, res) => {
      held.push({ token: req.headers.authorization, res });
      synapse.emit("held");
    });
    await once(synapse.listen(0, "127.0.0.1"), "listening");
    upstream = createUpstream({
      url: `http://127.0.0.1:${portOf(synapse)}`,
      connectTimeoutMs: 10_000,
      maxConnections: 2,
      timeoutMs: 10_000,
    });
    front = createServer((req, res) => {
      const body = { source: { read: () => Promise.resolve() }, sizeBytes: 0 };
      void passThrough(req, res, body, { target: upstream, headers: requestHeaders(req, false) });
      // Once it waits for its turn.
      setImmediate(() => front.emit("waiting"));
    });
    await once(front.listen(0, "127.0.0.1"), "listening");
  });
  afterEach(async () => {
    await upstream.close();
    for (const server of [front, synapse]) {
      server.closeAllConnections();
      await once(server.close(), "close");
    }
  });

  test("take turns by their access tokens", async () => {
    const answers: Promise<unknown>[] = [];
    for (const token of ["alice", "alice", "alice", "alice", "bob"]) {
      const waiting = once(front, "waiting");
      const headers = { Authorization: token };
      const asking = request({ port: portOf(front), host: "127.0.0.1", headers }).end();
      answers.push(once(asking, "response").then(([answer]) => once((answer as IncomingMessage).resume(), "end")));
      await waiting;
    }
    const order: (string | undefined)[] = [];
    while (order.length < answers.length) {
      if (held.length === 0) await once(synapse, "held");
      const { token, res } = held.shift() ?? {};
      order.push(token);
      res?.end();
    }
    await Promise.all(answers);
    expect(order).toEqual(["alice", "alice", "bob", "alice", "alice"]);
  });

  test.each([
    ["its Authorization", { authorization: "Bearer a" }, "/x?access_token=b", "Bearer a"],
    ["the token of its query", {}, "/x?access_token=b", "b"],
    ["the address that the nearest proxy saw", {}, "/x", "10.0.0.2"],
  ])("are told apart by %s", (_what, headers, url, asker) => {
    expect(askerOf({ headers, url }, ["X-Forwarded-For", "10.0.0.1, 10.0.0.2"])).toBe(asker);
  });
});
