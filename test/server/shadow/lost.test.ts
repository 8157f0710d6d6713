import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { startTestService } from "../../support/service.ts";
import { startShadowed, tracingModule, tracingPython } from "./shadowed-service.ts";

const CONFIG = "/_matrix/client/v1/media/config";
const FILES = { "original.ts": tracingModule("original"), "original.py": tracingPython("original") };

test.each([
  ["a file that is not there", { typescript: "./nowhere.ts" }, "there is no such file"],
  ["a Python class that is not there", { module: "nowhere.Module" }, "nowhere"],
  ["a module that throws", { typescript: "./broken.ts" }, "broken on purpose"],
])("A candidate that cannot be loaded is warned of, and the module decides: %s", async (_title, entry, reason) => {
  const service = await startShadowed({
    files: { ...FILES, "broken.ts": 'throw new Error("broken on purpose");' },
    modules: [{ typescript: "./original.ts", shadow: entry }],
  });
  const { problem } = await service.until(({ state }) => state === "failed");
  expect(problem).toContain(reason);
  expect(
    service.log.lines
      .filter(({ level }) => level === "warn")
      .map(({ message }) => message)
      .join(),
  ).toContain("modules[0].shadow cannot be loaded: ");
  expect(await (await service.request(CONFIG, { as: "alice" })).json()).toEqual({ "m.upload.size": 1 });
  await service.until(({ dropped }) => dropped === 1);
});

test("A candidate that is required and cannot be loaded ends the start, with the place and the reason", async () => {
  const modules = [{ typescript: new URL("../../fixtures/modules/empty-config.ts", import.meta.url).pathname }];
  const shadowed = [{ ...modules[0], shadow: { typescript: "./nowhere.ts", required: true } }];
  await expect(startTestService({ config: { modules: shadowed } })).rejects.toThrow(
    /modules\[0\]\.shadow cannot be loaded: .*there is no such file \(shadow\.required\)/,
  );
});

test("A candidate that registers other callbacks than the module is reported as such", async () => {
  const service = await startShadowed({
    files: {
      ...FILES,
      "candidate.ts": `
import { allow, defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "candidate",
  setup(api) {
    api.registerMediaRepositoryCallbacks({ isUserAllowedToUploadMediaOfSize: () => true });
    api.registerSpamCheckerCallbacks({ checkMediaFileForSpam: () => allow });
  },
});`,
    },
    modules: [{ module: "original.Module", shadow: { typescript: "./candidate.ts" } }],
  });
  const { problem } = await service.until(({ state }) => state === "running");
  expect(problem).toBe(
    "does not register get_media_config_for_user, get_media_upload_limits_for_user, on_media_upload_limit_exceeded, " +
      "which the module registers, and registers check_media_file_for_spam, which the module does not register",
  );
  expect(service.log.lines.map(({ message }) => message)).toContain(`the candidate ${problem}`);
});

test.each([
  ["hangs in a loop", "if (size === 13) for (;;);", "it hangs"],
  ["ends its process", "if (size === 13) process.exit(1);", "its thread ended by itself"],
  ["throws later", 'if (size === 13) setImmediate(() => { throw new Error("later"); });', "later"],
  [
    "takes memory without end",
    "if (size === 13) { const all = []; for (;;) all.push(new Array(1_000_000).fill(size)); }",
    "memory",
  ],
])(
  "A candidate that %s is started again, and no answer waits for it",
  async (_title, code, reason) => {
    const service = await startShadowed({
      files: {
        ...FILES,
        "candidate.ts": `
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "candidate",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      isUserAllowedToUploadMediaOfSize(user, size) {
        ${code}
        return true;
      },
    });
  },
});`,
      },
      modules: [{ typescript: "./original.ts", shadow: { typescript: "./candidate.ts" } }],
      mediaBridge: { callbacks: { is_user_allowed_to_upload_media_of_size: { deadline: "1s" } } },
    });
    await service.until(({ state }) => state === "running");
    await expect(service.upload("x".repeat(13))).rejects.toThrow("M_USER_LIMIT_EXCEEDED");
    const ask = async () => (await service.request(CONFIG, { as: "alice" })).json();
    const answers: unknown[] = [];
    await vi.waitFor(
      async () => {
        answers.push(await ask().catch((error: unknown) => error));
        expect(await service.shadow()).toMatchObject({ state: "running", restarts: 1 });
      },
      { timeout: 200_000, interval: 100 },
    );
    expect(answers).toEqual(answers.map(() => ({ "m.upload.size": 1 })));
    const lost = service.log.lines.find(({ message }) => message.startsWith("the shadow is lost"));
    expect(lost?.facts["reason"]).toContain(reason);
    const { asked } = await service.shadow();
    // What its last life has cost beyond its budget is made up for first, at a tenth of a core.
    const uploads: unknown[] = [];
    await vi.waitFor(
      async () => {
        uploads.push(
          await service.upload("").then(
            () => "stored",
            (error: unknown) => error,
          ),
        );
        expect((await service.shadow()).asked).toBeGreaterThan(asked);
      },
      { timeout: 200_000, interval: 100 },
    );
    expect(uploads).toEqual(uploads.map(() => "stored"));
  },
  500_000,
);

test("A stop and a reload do not wait for a candidate that hangs", async () => {
  const service = await startShadowed({
    files: {
      ...FILES,
      "candidate.ts": `
import { appendFileSync } from "node:fs";
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "candidate",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser() {
        appendFileSync(TRACE, '["candidate"]\\n');
        for (;;);
      },
    });
  },
});`,
    },
    modules: [{ typescript: "./original.ts", shadow: { typescript: "./candidate.ts" } }],
  });
  await service.until(({ state }) => state === "running");
  await service.request(CONFIG, { as: "alice" });
  await service.until(() => service.trace().some(([who]) => who === "candidate"));
  writeFileSync(join(service.folder, "candidate.ts"), tracingModule("candidate"));
  const before = performance.now();
  await service.reload([{ typescript: "./original.ts" }]);
  await service.stop();
  expect(performance.now() - before).toBeLessThan(5_000);
});
