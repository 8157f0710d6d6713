import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { startTestService, type TestService } from "../support/service.ts";

const SECRET = "s3cr3t-value";

/** A schema as a library other than zod makes it: `validate` is the body of a function of `value`. */
function byHand(validate: string): string {
  return `{ "~standard": { version: 1, vendor: "by-hand", validate: ${validate} } }`;
}

async function start(schema: string, config: object): Promise<TestService> {
  const file = join(createTemporaryFolder(), "configured.ts");
  const source = `
    import { defineModule } from "synapse-media-bridge";
    import { z } from "zod";
    export default defineModule({
      name: "configured",
      configSchema: ${schema},
      setup(api, config) {
        api.registerMediaRepositoryCallbacks({ getMediaConfigForUser: () => ({ config }) });
      },
    });`;
  writeFileSync(file, source);
  return startTestService({ mediaBridge: { modules: [{ typescript: file, config }] } });
}

test.each([
  ["zod", "z.strictObject({ max: z.int().transform((max) => max * 2) })"],
  ["a schema by hand", byHand("({ max }) => ({ value: { max: max * 2 } })")],
  ["an asynchronous schema by hand", byHand("async ({ max }) => ({ value: { max: max * 2 } })")],
])("A module gets what its schema makes of its configuration (%s)", async (_name, schema) => {
  const service = await start(schema, { max: 21 });
  onTestFinished(() => service.stop());
  const answer = await service.request("/_matrix/client/v1/media/config", { as: "alice" });
  expect(await answer.json()).toEqual({ config: { max: 42 } });
});

const WRONG = /module 1 \(typescript: .*configured\.ts\) refuses its configuration:/;
const issue = `{ message: "a shorter text than ${SECRET}", path: ["plans", { key: 0 }, "name"] }`;
test.each([
  ["zod", "z.strictObject({ plans: z.array(z.strictObject({ name: z.number() })) })", "config.plans[0].name: expected number, found string"], // prettier-ignore
  ["zod, of a key that it does not know", "z.strictObject({})", "config.plans: unknown key"],
  ["a schema by hand", byHand(`() => ({ issues: [${issue}] })`), "config.plans[0].name: a shorter text than <value>, found string"], // prettier-ignore
  ["an asynchronous schema by hand", byHand(`async () => ({ issues: [${issue}] })`), "config.plans[0].name: a shorter text than <value>, found string"], // prettier-ignore
  ["a schema by hand without a path", byHand(`() => ({ issues: [{ message: "all of it" }] })`), "config: all of it, found object"], // prettier-ignore
])("A wrong configuration ends the start, with the path of the key and no value (%s)", async (_name, schema, line) => {
  const failure: unknown = await start(schema, { plans: [{ name: SECRET }] }).catch((error: unknown) => error);
  const { message } = failure as Error;
  expect(message).toMatch(WRONG);
  expect(message).toContain(`\n  ${line}`);
  expect(message).not.toContain(SECRET);
});

test.each([
  [
    "that throws",
    byHand(`() => { throw new Error("seen ${SECRET}"); }`),
    /refuses its configuration: Error: seen <value>/,
  ],
  [
    "that rejects",
    byHand(`async () => { throw new Error("seen ${SECRET}"); }`),
    /refuses its configuration: Error: seen <value>/,
  ],
  ["that answers nothing", byHand("() => undefined"), /its configSchema answers with neither a value nor issues/],
  ["that is something else", "{ parse: (value) => value }", /its configSchema is not a Standard Schema/],
])("A schema %s ends the start", async (_name, schema, message) => {
  await expect(start(schema, { secret: SECRET })).rejects.toThrow(message);
});
