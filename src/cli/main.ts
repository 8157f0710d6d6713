#!/usr/bin/env node
// The executable. It has to parse on older releases of Node.js, and imports the service only where it can run: the
// database's driver crashes the process of a release that is too old.
const NEEDED = "22.22";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const [neededMajor = 0, neededMinor = 0] = NEEDED.split(".").map(Number);

if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
  process.stderr.write(`media-bridge: Node.js ${NEEDED} or newer is needed, and this is ${process.versions.node}\n`);
  process.exitCode = 1;
} else {
  // Before the service is imported, which fills the heap.
  const { holdYoungGeneration } = await import("./start/young-generation.ts");
  holdYoungGeneration();
  await import("./program.ts");
}
