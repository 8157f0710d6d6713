import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createTemporaryFolder, listFolder } from "../storage/files/temporary-folder.ts";
import { localPath } from "../support/providers.ts";
import { startTestService, type TestService } from "../support/service.ts";

/** By which the two providers know of each other. A late answer is read at once, or never. */
const MEETING = `
import { stat } from "node:fs/promises";

export const late = Promise.withResolvers<AsyncIterable<Uint8Array>>();
const read = Promise.withResolvers<void>();
const body = {
  async *[Symbol.asyncIterator]() {
    read.resolve();
    yield Buffer.from("HELLO");
  },
};

export async function answerLate(): Promise<void> {
  late.resolve(body);
  const looks = async () => {
    for (let look = 0; look < 50; look += 1) await stat(import.meta.filename);
  };
  await Promise.race([read.promise, looks()]);
}
`;
/** Answers its first call past its deadline; the second one has it answered, and says that it does not have the file. */
const LATE = `
import { defineModule } from "synapse-media-bridge";
import { answerLate, late } from "./meeting.ts";

let calls = 0;
export default defineModule({
  name: "late",
  setup(api) {
    api.registerStorageProvider({
      storeFile() {},
      async fetch() {
        calls += 1;
        if (calls === 1) return late.promise;
        await answerLate();
      },
    });
  },
});
`;
/** Gives the file in two pieces, and has the other one answer in between. */
const PROMPT = `
import { defineModule } from "synapse-media-bridge";
import { answerLate } from "./meeting.ts";

export default defineModule({
  name: "prompt",
  setup(api) {
    api.registerStorageProvider({
      storeFile() {},
      async *fetch() {
        yield Buffer.from("he");
        await answerLate();
        yield Buffer.from("llo");
      },
    });
  },
});
`;

async function start(names: readonly string[]): Promise<TestService> {
  const folder = createTemporaryFolder();
  for (const [name, text] of Object.entries({ meeting: MEETING, late: LATE, prompt: PROMPT })) {
    writeFileSync(join(folder, `${name}.ts`), text);
  }
  const entries = names.map((name) => ({ typescript: join(folder, `${name}.ts`), store_local: true }));
  const service = await startTestService({
    config: { media_storage_providers: entries },
    mediaBridge: { storage_providers: { fetch_deadline: 200 } },
  });
  onTestFinished(() => service.stop());
  return service;
}

function download(service: TestService, mediaId: string): Promise<Response> {
  rmSync(join(service.folder, "media", localPath(mediaId)), { force: true });
  return service.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, { as: "alice" });
}

test("A storage provider that answers past its deadline leaves alone what the next one gives", async () => {
  const service = await start(["late", "prompt"]);
  const mediaId = await service.upload("hello");
  expect(await (await download(service, mediaId)).text()).toBe("hello");
});

test("A storage provider that answers once its download has failed leaves no file behind", async () => {
  const service = await start(["late"]);
  const mediaId = await service.upload("hello");
  expect((await download(service, mediaId)).status).toBe(503);
  expect((await download(service, mediaId)).status).toBe(404);
  expect(listFolder(join(service.folder, "data/uploads")).filter((name) => name.startsWith("fetch-"))).toEqual([]);
});
