import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startService } from "synapse-media-bridge/service";
import { expect, test } from "vitest";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { captureLog } from "../support/captured-log.ts";
import { writeConfig } from "../support/service.ts";

/** Loads for as long as the test wants. */
const GATE = `
import { defineModule } from "synapse-media-bridge";

export default defineModule({
  name: "gate",
  setup: () =>
    new Promise<void>((resolve) => {
      process.once("gate-open", resolve);
      process.emit("gate-reached");
    }),
});
`;

test("A stop that does not wait for a reload leaves no child of it: the reload ends what it has loaded", async () => {
  const folder = createTemporaryFolder();
  writeFileSync(join(folder, "gate.ts"), GATE);
  const python = { module: "by_size.BySize", config: { limits: [] } };
  const gate = { typescript: "./gate.ts" };
  const config = writeConfig(folder, join(folder, "media"), { config: { modules: [python] } });
  const service = await startService({ config, log: captureLog() });
  expect(children()).toHaveLength(1);
  writeConfig(folder, join(folder, "media"), { config: { modules: [python, gate] } });
  const reached = once(process, "gate-reached");
  const reloading = service.reload();
  await reached;
  await service.stop(0);
  process.emit("gate-open" as "exit", 0);
  await expect(reloading).rejects.toThrow("the service is stopping");
  expect(children()).toEqual([]);
});

/** Python children of this process. */
function children(): string[] {
  const task = "/proc/self/task";
  const pids = readdirSync(task).flatMap((thread) =>
    readFileSync(join(task, thread, "children"), "utf8")
      .split(" ")
      .filter(Boolean),
  );
  return pids.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("python-shim"));
}
