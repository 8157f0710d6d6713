import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { runExample, startExample, type ExampleService } from "../example-service.ts";

let service: ExampleService;

beforeAll(async () => {
  service = await startExample("mixed-chain");
});
afterAll(() => service.stop());

test.each([
  { user: "the-admin", asked: "staff", size: 500_000_000 },
  { user: "alice", asked: "plans", size: 20_000_000 },
  { user: "bob", asked: "everyone", size: 1_000_000 },
])("The answer for $user comes from $asked", async ({ user, asked, size }) => {
  const response = await service.request("/_matrix/client/v1/media/config", user);
  expect(await response.json()).toEqual({ "m.upload.size": size, "org.example.asked": asked });
});

const CallSchema = z.object({
  decidedBy: z.int(),
  slots: z.array(z.object({ module: z.string(), language: z.string(), outcome: z.string() })),
});

test("The call that the README shows asks in the configuration's order and stops at the first answer", async () => {
  const printed = await runExample("mixed-chain", [
    "call",
    "--json",
    "get_media_config_for_user",
    "@alice:example.test",
  ]);
  const { slots, decidedBy } = CallSchema.parse(JSON.parse(printed));
  expect(slots.map(({ module, language, outcome }) => `${module} ${language} ${outcome}`)).toEqual([
    "staff.Staff python continue",
    "plans typescript stop",
  ]);
  expect(decidedBy).toBe(2);
});

test("check lists the chain in the configuration's order", async () => {
  const printed = await runExample("mixed-chain", ["check"]);
  expect(printed).toMatch(
    /1\. staff\.Staff \(python\)[^]*2\. plans \(typescript\)[^]*3\. everyone\.Everyone \(python\)/,
  );
});
