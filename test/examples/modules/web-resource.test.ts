import { afterAll, beforeAll, expect, test } from "vitest";
import { startExample, type ExampleService } from "../example-service.ts";

const NOTE = "/_synapse/client/org.example.note";

let service: ExampleService;

beforeAll(async () => {
  service = await startExample("web-resource");
});
afterAll(() => service.stop());

test("A Python module keeps a note for each user, at a path of its own", async () => {
  const put = await service.request(NOTE, "bob", { method: "PUT", body: '{"note": "milk"}' });
  expect([put.status, await put.json()]).toEqual([200, {}]);
  expect(await (await service.request(NOTE, "bob")).json()).toEqual({ note: "milk" });
  expect(await (await service.request(NOTE, "alice")).json()).toEqual({ note: null });
});

test("It refuses in its own words, and guests and strangers in Synapse's", async () => {
  const body = JSON.stringify({ note: "x".repeat(1001) });
  const large = await service.request(NOTE, "bob", { method: "PUT", body });
  expect([large.status, await large.json()]).toEqual([
    413,
    { errcode: "M_TOO_LARGE", error: "A note has 1000 bytes at most" },
  ]);
  const empty = await service.request(NOTE, "bob", { method: "PUT", body: "{}" });
  expect([empty.status, await empty.json()]).toMatchObject([400, { errcode: "M_MISSING_PARAM" }]);
  expect((await service.request(NOTE, "a-guest")).status).toBe(403);
  expect((await service.request(NOTE, "nobody")).status).toBe(401);
});

test("A TypeScript module greets by user id, guests too", async () => {
  const path = "/_synapse/client/org.example.greeting/today";
  expect(await (await service.request(path, "bob")).json()).toEqual({
    greeting: "Hello, @bob:example.test",
    path: "/today",
  });
  expect((await service.request(path, "a-guest")).status).toBe(200);
  expect((await service.request(path, "nobody")).status).toBe(401);
});
