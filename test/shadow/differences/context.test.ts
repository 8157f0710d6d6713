import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defineModule } from "../../../src/index.ts";
import { forgetInShadows } from "../../../src/shadow/differences/forget-user.ts";
import { fixtureLines } from "../../../src/shadow/parity/fixture-lines.ts";
import { compareAnswer, loadModule, type ParityQuestion } from "../../../src/testing.ts";
import { stop } from "../compare/answers.ts";
import { openStore, refused } from "./questions.ts";
import { createDataPath, readRun } from "./read-differences.ts";

const UPLOAD = { declaredType: "application/zip", fileName: "salaries of alice.zip", declaredSizeBytes: 10 };
const ofGuest = (isGuest: boolean) => refused(10, { context: { isGuest, upload: UPLOAD } });

test("A difference is kept with what the modules were told, and without the name of the file", async () => {
  const dataPath = createDataPath();
  const store = openStore(dataPath);
  store.add(ofGuest(true));
  await store.close();
  const [difference] = readRun(dataPath).differences;
  expect(difference?.context).toEqual({
    isGuest: true,
    upload: { ...UPLOAD, fileName: expect.stringMatching(/^hmac:/) as string },
  });
  for (const name of ["shadow.db", "shadow.db-wal"]) {
    expect(readIfThere(join(dataPath, name))).not.toContain("salaries");
  }
});

test("A guest's question is not another user's, and another name of a file makes no other difference", async () => {
  const dataPath = createDataPath();
  const store = openStore(dataPath);
  store.add(ofGuest(true));
  store.add(ofGuest(false));
  store.add(refused(10, { context: { isGuest: false, upload: { ...UPLOAD, fileName: "other.zip" } } }));
  await store.close();
  const counts = readRun(dataPath).differences.map(({ context, count }) => [context?.isGuest, count]);
  expect(counts).toHaveLength(2);
  expect(counts).toEqual(
    expect.arrayContaining([
      [false, 2],
      [true, 1],
    ]),
  );
});

test("A difference whose declared type names a user is forgotten with them", async () => {
  const dataPath = createDataPath();
  const store = openStore(dataPath);
  store.add(
    refused(10, { args: ["@bob:example.test", 10], context: { upload: { declaredType: "text/@alice:example.test" } } }),
  );
  await store.close();
  expect(forgetInShadows(dataPath, "@alice:example.test")).toBe(1);
});

test("A fixture tells the candidate the same", async () => {
  const dataPath = createDataPath();
  const store = openStore(dataPath);
  store.add(refused(10, { user: "@alice:example.test", original: stop(), context: { isGuest: true } }));
  store.add(refused(11, { user: "@alice:example.test", context: { isGuest: false } }));
  await store.close();
  const module = await loadModule(
    defineModule({
      name: "no-guests",
      setup: (api) =>
        api.registerMediaRepositoryCallbacks({
          isUserAllowedToUploadMediaOfSize: (_userId, _size, context) => context.requester?.isGuest === false,
        }),
    }),
    {},
  );
  const { differences, ...run } = readRun(dataPath);
  const report = { ...run, differences } as unknown as Parameters<typeof fixtureLines>[0];
  const [, ...lines] = fixtureLines(report, { serverName: "example.test", version: "1" });
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    const question = { ...(JSON.parse(line) as object), title: "", content: undefined, lacksFile: false };
    expect(await compareAnswer(module, question as ParityQuestion)).toEqual({ class: "same" });
  }
  await module.stop();
});

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
