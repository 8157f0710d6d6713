import { afterAll, beforeAll, expect, test } from "vitest";
import { startExample, type ExampleService } from "../example-service.ts";

let service: ExampleService;

beforeAll(async () => {
  service = await startExample("typescript-module");
});
afterAll(() => service.stop());

test("The media configuration is the module's, nothing merged in", async () => {
  const response = await service.request("/_matrix/client/v1/media/config", "bob");
  expect(await response.json()).toEqual({ "m.upload.size": 5_000_000, "org.example.formats": ["png", "jpeg"] });
});

test("What is not a picture is refused in the module's words, whatever it claims to be", async () => {
  const response = await service.upload("no picture", "bob", "image/png");
  expect(response.status).toBe(403);
  expect(await response.json()).toEqual({
    errcode: "M_FORBIDDEN",
    error: "Only pictures can be shared here",
    "org.example.formats": ["png", "jpeg"],
  });
});

test("A picture is stored, and one above the size is not", async () => {
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
  expect((await service.upload(Buffer.concat([start, Buffer.alloc(100)]), "bob", "image/png")).status).toBe(200);
  expect((await service.upload(Buffer.concat([start, Buffer.alloc(5_000_000)]), "bob", "image/png")).status).toBe(413);
});
