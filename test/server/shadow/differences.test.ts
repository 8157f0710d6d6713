import { join } from "node:path";
import { execa } from "execa";
import { expect, test, vi } from "vitest";
import { startShadowed, tracingModule } from "./shadowed-service.ts";

const CLI = new URL("../../../dist/cli/main.js", import.meta.url).pathname;

test("What a candidate says otherwise is kept while the service runs, and parity reports it", async () => {
  const service = await startShadowed({
    files: {
      "original.ts": tracingModule("original"),
      "candidate.ts": tracingModule("candidate", { allows: "size !== 3" }),
      "ignore.ts": 'export default (callback) => callback === "get_media_config_for_user";',
    },
    modules: [{ typescript: "./original.ts", shadow: { typescript: "./candidate.ts", ignore: "./ignore.ts" } }],
  });
  await service.until(({ state }) => state === "running");
  await service.upload("12");
  await service.upload("123");
  await service.until(({ asked }) => asked >= 6);
  const parity = async () => {
    const config = join(service.folder, "media-bridge.yaml");
    const { stdout } = await execa(process.execPath, [CLI, "parity", "--config", config, "--json"], { reject: false });
    return stdout;
  };
  // Written once a second.
  await vi.waitFor(
    async () => {
      const text = await parity();
      expect([...text.matchAll(/"errcode": "M_TOO_LARGE"/g)]).toHaveLength(1);
      expect(text).toMatch(/"firstTs": \d+/);
    },
    { timeout: 20_000 },
  );
});
