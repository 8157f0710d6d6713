import { expect, test, vi } from "vitest";
import { childrenOfThis } from "../../support/own-children.ts";
import { startShadowed, tracingPython } from "./shadowed-service.ts";

const CONFIG = "/_matrix/client/v1/media/config";

function candidate(does: string): string {
  return `
import { defineModule } from "synapse-media-bridge";
let count = 0;
export default defineModule({
  name: "candidate",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      async getMediaConfigForUser() {
        count += 1;
        await Promise.resolve();
        if (count > 1) { ${does} }
        return { "m.upload.size": 1 };
      },
    });
  },
});`;
}

test.each([
  ["loops for ever", "for (;;);"],
  ["ends its process", "process.exit(1);"],
  ["throws later", 'setImmediate(() => { throw new Error("later"); });'],
])("Where a candidate in TypeScript %s, the Python child in its thread leaves no zombie behind", async (_what, does) => {
  // Every question is asked again of a fenced copy of the original, which is the thread's Python child.
  vi.spyOn(Math, "random").mockReturnValue(0);
  const service = await startShadowed({
    files: { "original.py": tracingPython("original"), "candidate.ts": candidate(does) },
    modules: [{ module: "original.Module", shadow: { typescript: "./candidate.ts" } }],
  });
  await service.until(({ state }) => state === "running");
  const before = childrenOfThis();
  await service.request(CONFIG, { as: "alice" });
  await service.until(({ asked }) => asked === 1);
  const ofThread = childrenOfThis().filter((pid) => !before.includes(pid));
  expect(ofThread).toHaveLength(1);
  await service.request(CONFIG, { as: "alice" });
  // What its last life has cost is made up for first, at a tenth of a core.
  await service.until(({ restarts, state }) => restarts > 0 && state === "running", 200_000);
  expect(childrenOfThis().filter((pid) => ofThread.includes(pid))).toEqual([]);
}, 300_000); // prettier-ignore
