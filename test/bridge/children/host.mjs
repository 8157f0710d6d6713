// A host that spawns a child (argv: its executable), prints the child's process id, and exits without a word to it.
import { createJiti } from "jiti";

const { spawnChild } = await createJiti(import.meta.url).import("../../../src/bridge/child/spawn-child.ts");
const log = { child: () => log, error() {} };
const child = await spawnChild({
  command: process.argv[2],
  args: ["-c", "import signal; signal.pause()"],
  env: process.env,
  log,
});
process.stdout.write(String(child.pid), () => process.exit(0));
