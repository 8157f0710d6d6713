// Takes the steps of examples/container/Dockerfile in a root file system of its own, without a container engine, and runs the service
// there as compose.yaml does: not as root, and with nothing to write to but the volume and /tmp. The last line is what was found.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage } from "./image/build.mjs";
import { tryImage } from "./image/try.mjs";
import { finish, total } from "./smoke-steps.mjs";

const folder = mkdtempSync(join(tmpdir(), "media-bridge-image-"));
try {
  if (process.getuid?.() !== 0) throw new Error("a root file system can be made by root alone: run this test as root");
  await tryImage(buildImage("examples/container/Dockerfile", folder), folder);
} catch (error) {
  total.failed += 1;
  process.stdout.write(`${String(error)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
finish();
