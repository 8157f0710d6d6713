import { existsSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { childrenOfThis } from "../../support/own-children.ts";
import { startShadowed } from "./shadowed-service.ts";

const ORIGINAL = `
import { allow, defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "original",
  setup(api) {
    api.registerMediaRepositoryCallbacks({ isUserAllowedToUploadMediaOfSize: (_user, size) => size % 2 === 0 });
    api.registerSpamCheckerCallbacks({ checkMediaFileForSpam: () => allow });
  },
});
`;

function candidate({ allowed = "return true;", check = "return allow;" }): string {
  return `
import { writeFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { allow, defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "candidate",
  setup(api) {
    api.registerMediaRepositoryCallbacks({ isUserAllowedToUploadMediaOfSize: async () => { ${allowed} } });
    api.registerSpamCheckerCallbacks({ checkMediaFileForSpam: async (file) => { ${check} } });
  },
});
`;
}

function startWith(parts: Parameters<typeof candidate>[0]) {
  return startShadowed({
    files: { "original.ts": ORIGINAL, "candidate.ts": candidate(parts) },
    modules: [{ typescript: "./original.ts", shadow: { typescript: "./candidate.ts" } }],
  });
}

test("A candidate that writes into the file that it is shown does not change the stored media", async () => {
  const service = await startWith({ check: 'writeFileSync(file.path, "changed"); return allow;' });
  await service.until(({ state }) => state === "running");
  const id = await service.upload("as sent!");
  await service.until(({ asked }) => asked === 2);
  const answer = await service.request(`/_matrix/client/v1/media/download/example.test/${id}`, { as: "alice" });
  expect(await answer.text()).toBe("as sent!");
});

test.each([
  ["nothing", "null"],
  ["a line of another level", '{ type: "log", level: "other", facts: {}, message: "" }'],
  ["that it is closed", '{ type: "closed" }'],
  ["that all questions are answered", '{ type: "answered", id: 1, outcome: "continue" }'],
])("A candidate that posts %s to its parent is asked like any other", async (_what, message) => {
  const allowed = `(workerData.port ?? parentPort).postMessage(${message}); return true;`;
  const service = await startWith({ allowed });
  await service.until(({ state }) => state === "running");
  await service.upload("12");
  await expect(service.upload("123")).rejects.toThrow("413");
  await service.upload("1234");
  const { state, restarts } = await service.until(({ asked }) => asked === 5);
  expect({ state, restarts }).toEqual({ state: "running", restarts: 0 });
});

test.each([
  ["an error of 100 MB", 'throw new Error("x".repeat(100_000_000));'],
  [
    "an error that cannot be read",
    `const error = new Error(""); Object.defineProperty(error, "message", { get() { throw error; } }); throw error;`,
  ],
])("A candidate that throws %s fails at each question, and no other one is held up", async (_what, allowed) => {
  const service = await startWith({ allowed });
  await service.until(({ state }) => state === "running");
  for (let round = 0; round < 5; round += 1) await service.upload("12");
  const { state, restarts, waiting } = await service.until(({ asked }) => asked === 10);
  expect({ state, restarts, waiting }).toEqual({ state: "running", restarts: 0, waiting: 0 });
});

test("A reload and a stop leave no child behind of a candidate that loops while it is loaded", async () => {
  const service = await startShadowed({
    files: {
      "original.ts": ORIGINAL,
      "candidate.py": "class Module:\n    def __init__(self, config, api):\n        while True: pass\n",
    },
    modules: [{ typescript: "./original.ts", shadow: { module: "candidate.Module" } }],
  });
  for (const end of [
    () => service.reload([{ typescript: "./original.ts", shadow: { module: "candidate.Module" } }]),
    () => service.stop(),
  ]) {
    const children = await vi.waitFor(() => {
      const found = childrenOfThis();
      expect(found).not.toEqual([]);
      return found;
    }, 10_000);
    await end();
    // Neither running nor as a zombie.
    await vi.waitFor(() => expect(children.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]), 5_000);
  }
});
