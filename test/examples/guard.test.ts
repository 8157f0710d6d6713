import { afterAll, beforeAll, expect, test } from "vitest";
import { StubSynapse } from "../guard/support/stub-synapse.ts";
import { startExample, type ExampleService } from "./example-service.ts";

let synapse: StubSynapse;
let service: ExampleService;
beforeAll(async () => {
  synapse = await StubSynapse.start();
  const tokens = new URL("../../examples/quick-start/tokens.yaml", import.meta.url).pathname;
  const mediaBridge = { homeserver: undefined, tokens_file: tokens, upstream: { url: synapse.url } };
  service = await startExample("guard", { mediaBridge });
});
afterAll(async () => {
  await service.stop();
  await synapse.stop();
});

test("The service of the example hands a small upload on to Synapse, and refuses a large one", async () => {
  expect((await service.upload("hello", "bob")).status).toBe(200);
  expect((await service.upload("x".repeat(1_100_000), "bob")).status).toBe(413);
  expect(synapse.uploads.map(({ body }) => body.toString())).toEqual(["hello"]);
});

test("Who is unlimited may send more, and is told what Synapse says", async () => {
  expect((await service.upload("x".repeat(1_100_000), "alice")).status).toBe(200);
});
