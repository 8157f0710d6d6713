import { afterAll, beforeAll, expect, test } from "vitest";
import { startExample, type ExampleService } from "../example-service.ts";

let service: ExampleService;

beforeAll(async () => {
  service = await startExample("python-module");
});
afterAll(() => service.stop());

test("A newcomer's second upload is refused in the module's own words, as the README shows", async () => {
  const body = Buffer.alloc(60_000);
  expect((await service.upload(body, "bob")).status).toBe(200);
  const refused = await service.upload(body, "bob");
  expect(refused.status).toBe(403);
  expect(await refused.json()).toEqual({
    errcode: "M_FORBIDDEN",
    error: "Newcomers may upload 42400 more bytes for now",
  });
});

test("A user of whom the module knows nothing has the limits of the configuration", async () => {
  const body = Buffer.alloc(60_000);
  expect((await service.upload(body, "alice")).status).toBe(200);
  expect((await service.upload(body, "alice")).status).toBe(200);
});
