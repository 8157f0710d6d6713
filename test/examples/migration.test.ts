import { expect, test } from "vitest";
import { z } from "zod";
import { runExample, startExample, type ExampleService } from "./example-service.ts";

const BEFORE = ["before.yaml"];
const AFTER = ["before.yaml", "after.yaml"];

/** Everything that a client can ask of the module: status and body of each answer, media ids apart. */
async function askAll(service: ExampleService): Promise<string[]> {
  const answers: string[] = [];
  for (const user of ["alice", "bob"]) {
    const config = await service.request("/_matrix/client/v1/media/config", user);
    answers.push(`${user} config ${config.status} ${await config.text()}`);
    for (const bytes of [3_000_001, 1_000_001, 1_000_000, 1_000_000, 1, 2_000_000, 3_000_000]) {
      const upload = await service.upload(Buffer.alloc(bytes), user);
      const body = (await upload.text()).replace(/mxc:[^"]+/, "mxc:…");
      answers.push(`${user} upload of ${bytes} ${upload.status} ${body}`);
    }
  }
  return answers;
}

async function askExample(configs: readonly string[]): Promise<string[]> {
  const service = await startExample("migration", { configs });
  try {
    return await askAll(service);
  } finally {
    await service.stop();
  }
}

test("The module gives the same answers in both languages, refusals included", async () => {
  const python = await askExample(BEFORE);
  const typescript = await askExample(AFTER);
  expect(typescript).toEqual(python);
  const text = python.join("\n");
  for (const answer of [
    '200 {"content_uri',
    "413 ",
    "M_TOO_LARGE",
    "M_USER_LIMIT_EXCEEDED",
    "ORG.EXAMPLE_DAY_IS_FULL",
  ]) {
    expect(text).toContain(answer);
  }
});

const CallSchema = z.object({
  asked: z.literal("configuration"),
  slots: z.array(z.object({ language: z.string(), outcome: z.string(), answer: z.string() })).length(1),
  http: z.unknown(),
});

test("call compares them without a service, as the README shows", async () => {
  const command = ["call", "--json", "is_user_allowed_to_upload_media_of_size", "@alice:example.test"];
  for (const size of ["2000000", "4000000"]) {
    const [before, after] = await Promise.all(
      [BEFORE, AFTER].map(async (configs) =>
        CallSchema.parse(JSON.parse(await runExample("migration", [...command, size], { configs }))),
      ),
    );
    expect(before?.slots[0]?.language).toBe("python");
    expect(after?.slots[0]?.language).toBe("typescript");
    expect({ ...after?.slots[0], language: "python" }).toEqual(before?.slots[0]);
    expect(after?.http).toEqual(before?.http);
  }
});
