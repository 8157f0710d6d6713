import { join } from "node:path";
import { expect, test } from "vitest";
import { readRuns } from "../../../src/shadow/parity/read-runs.ts";
import { startShadowed, tracingModule } from "./shadowed-service.ts";

const CONFIG = "/_matrix/client/v1/media/config";
const QUESTIONS = 150;

/** Far more work than the budget has room for, so that most questions wait. */
const CANDIDATE = `
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "candidate",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      async getMediaConfigForUser() {
        const until = process.threadCpuUsage().user + 20_000;
        while (process.threadCpuUsage().user < until);
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { "m.upload.size": 1 };
      },
    });
  },
});`;

test.each(["reload", "stop"] as const)(
  "A %s while questions wait for a shadow counts each of them: asked and compared, or dropped",
  async (end) => {
    const modules = [{ typescript: "./original.ts", shadow: { typescript: "./candidate.ts" } }];
    const service = await startShadowed({
      files: { "original.ts": tracingModule("original"), "candidate.ts": CANDIDATE },
      modules,
    });
    await service.until(({ state }) => state === "running");
    for (let left = QUESTIONS; left > 0; left -= 1) await service.request(CONFIG, { as: "alice" });
    await service.until(({ asked, waiting }) => asked > 0 && waiting > 0);
    if (end === "reload") {
      await service.reload([{ typescript: "./original.ts" }]);
      // The generation before ends by itself.
      await service.stop();
    } else await service.stop();
    const [run] = readRuns(join(service.folder, "data"), { maxDifferences: 10 });
    const counts = Object.fromEntries(run?.callbacks[0]?.counts ?? []);
    expect(counts["dropped"]).toBeGreaterThan(0);
    expect((counts["same"] ?? 0) + (counts["dropped"] ?? 0)).toBe(QUESTIONS);
  },
);
