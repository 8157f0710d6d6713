import { readdirSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { startShadowed } from "./shadowed-service.ts";

const CONFIG = "/_matrix/client/v1/media/config";
/** bob is at 0.50, alice at 0.99. */
const DECIDERS = {
  "0%": ["original", "original"],
  "10%": ["original", "original"],
  "51%": ["candidate", "original"],
  "100%": ["candidate", "candidate"],
} as const;
const CYCLES = 4;

/** Registers its callback at once, or, where it is late, a moment after it was set up. */
function answering(name: string, isLate: boolean): string {
  const register = `api.registerMediaRepositoryCallbacks({ getMediaConfigForUser: () => ({ by: "${name}" }) })`;
  return `
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "${name}",
  setup(api) {
    ${isLate ? `setTimeout(() => ${register}, 20);` : register}
  },
});
`;
}

test(
  "However often the share of a candidate with late callbacks is reloaded, a user has one decider, and nothing is left",
  { timeout: 600_000 },
  async () => {
    const service = await startShadowed({
      files: { "original.ts": answering("original", false), "candidate.ts": answering("candidate", true) },
      modules: [entry("0%")],
    });
    const decidedBy = async () => {
      const answers = await Promise.all(
        (["bob", "alice"] as const).map(async (as) => (await service.request(CONFIG, { as })).json()),
      );
      return answers.map((answer) => (answer as { by: string }).by);
    };
    await service.until(({ state }) => state === "running");
    const before = { threads: threads(), descriptors: descriptors() };
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      for (const decide of ["0%", "10%", "51%", "100%", "0%"] as const) {
        await service.reload([entry(decide)]);
        await vi.waitFor(async () => expect(await decidedBy()).toEqual(DECIDERS[decide]), 10_000);
      }
    }
    await service.until(({ state, decide }) => state === "running" && decide === 0);
    await vi.waitFor(() => {
      expect(threads()).toBeLessThanOrEqual(before.threads + 4);
      expect(descriptors()).toBeLessThanOrEqual(before.descriptors + 10);
    }, 20_000);
  },
); // prettier-ignore

function entry(decide: string): object {
  return { typescript: "./original.ts", shadow: { typescript: "./candidate.ts", decide } };
}

function threads(): number {
  return readdirSync("/proc/self/task").length;
}

function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}
