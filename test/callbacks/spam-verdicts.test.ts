import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestService, type TestService } from "../support/service.ts";

const MODULE = `
import { allow, defineModule, NOT_SPAM, refuse } from "synapse-media-bridge";
import { readFileSync } from "node:fs";
const VERDICTS = {
  allow, NOT_SPAM, no: false,
  refuse: refuse(),
  words: refuse({ errcode: "M_FORBIDDEN", message: "No archives here", fields: { "org.example.help": "https://example.test/" } }),
  "fields named as ours": refuse({ errcode: "M_FORBIDDEN", message: "no", fields: { errcode: "M_OTHER", error: "other" } }),
  "of another copy": { verdict: "refuse", words: { message: "from afar" } },
  yes: true, errcode: "M_FORBIDDEN", "errcode with fields": ["M_FORBIDDEN", { a: 1 }], nothing: undefined,
  "errcode that is a number": refuse({ errcode: 5 }),
  "fields that are a list": refuse({ fields: [1] }),
  "fields that JSON cannot say": refuse({ fields: { a: NaN } }),
  "without words": { verdict: "refuse" },
};
export default defineModule({
  name: "verdicts",
  setup(api) {
    api.registerSpamCheckerCallbacks({ checkMediaFileForSpam: ({ path }) => VERDICTS[readFileSync(path, "utf8")] });
  },
});
`;

const folder = mkdtempSync(join(tmpdir(), "media-bridge-verdicts-"));
let service: TestService;
beforeAll(async () => {
  const file = join(folder, "verdicts.ts");
  writeFileSync(file, MODULE);
  service = await startTestService({ mediaBridge: { modules: [{ typescript: file }] } });
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function upload(body: string): Promise<readonly [number, unknown]> {
  const answer = await service.request("/_matrix/media/v3/upload", { method: "POST", as: "alice", body });
  return [answer.status, await answer.json()];
}

test.each(["allow", "NOT_SPAM", "no"])("The verdict %s stores the file", async (verdict) => {
  expect((await upload(verdict))[0]).toBe(200);
});

const BAD = { errcode: "M_UNKNOWN", error: "Bad content" };
test.each([
  ["refuse", BAD],
  ["yes", BAD],
  ["errcode", BAD],
  ["errcode with fields", BAD],
  ["nothing", BAD],
  ["words", { errcode: "M_FORBIDDEN", error: "No archives here", "org.example.help": "https://example.test/" }],
  ["fields named as ours", { errcode: "M_OTHER", error: "other" }],
  ["of another copy", { errcode: "M_UNKNOWN", error: "from afar" }],
])("The verdict %s refuses the file with 400 in these words, and leaves nothing", async (verdict, words) => {
  const before = service.files();
  expect(await upload(verdict)).toEqual([400, words]);
  expect(service.files()).toEqual(before);
});

test.each(["errcode that is a number", "fields that are a list", "fields that JSON cannot say", "without words"])(
  "A refusal with a wrong part is the module's error and refuses the file with 500 (%s)",
  async (verdict) => {
    const before = service.files();
    expect(await upload(verdict)).toEqual([500, { errcode: "M_UNKNOWN", error: "Internal server error" }]);
    expect(service.files()).toEqual(before);
  },
);
