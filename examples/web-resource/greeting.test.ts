import { startTestService } from "synapse-media-bridge/testing";
import { expect, test } from "vitest";

test("A user is greeted by name, and a request without a token is refused", async () => {
  const greeting = { typescript: new URL("greeting.ts", import.meta.url), config: { greeting: "Hello" } };
  await using service = await startTestService({ modules: [greeting] });
  const path = "/_synapse/client/org.example.greeting";
  const answer = await service.request("@alice:example.test", `${path}/today`);
  expect(await answer.json()).toEqual({ greeting: "Hello, @alice:example.test", path: "/today" });
  expect((await service.request(undefined, path)).status).toBe(401);
});
