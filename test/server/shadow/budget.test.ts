import { expect, test } from "vitest";
import { startShadowed, tracingModule } from "./shadowed-service.ts";

const CONFIG = "/_matrix/client/v1/media/config";
const QUESTIONS = 200;
/** In milliseconds, for each question: ten seconds for all of them. */
const WORK_MS = 50;

test("A candidate that works much is asked less: its CPU stays within the burst and a tenth of a core", async () => {
  const service = await startShadowed({
    files: {
      "original.ts": tracingModule("original"),
      "candidate.ts": `
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "candidate",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser() {
        const until = process.threadCpuUsage().user + ${WORK_MS * 1000};
        while (process.threadCpuUsage().user < until);
        return { "m.upload.size": 1 };
      },
    });
  },
});`,
    },
    modules: [{ typescript: "./original.ts", shadow: { typescript: "./candidate.ts" } }],
  });
  await service.until(({ state }) => state === "running");
  const before = await service.shadow();
  const startedMs = performance.now();
  for (let left = QUESTIONS; left > 0; left -= 1) await service.request(CONFIG, { as: "alice" });
  const spent = await service.until(({ share }) => share < 1, 60_000);
  const seconds = (performance.now() - startedMs) / 1000;
  expect(spent.asked + spent.waiting).toBeLessThanOrEqual(QUESTIONS);
  // The burst, what is used from one look to the next, and a tenth of a core.
  expect(spent.cpuSeconds - before.cpuSeconds).toBeLessThan(1 + 1.5 + seconds / 10);
  expect(spent.waiting).toBeGreaterThan(QUESTIONS / 2);
}, 90_000);
