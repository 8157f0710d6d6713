import { execa } from "execa";
import { expect, test } from "vitest";

/**
 * Runs steps in a process of its own, whose heap nothing else has filled; each reports how large the young generation
 * is then.
 */
async function youngBytesAfter(...steps: readonly string[]): Promise<number[]> {
  const module = new URL("../../../src/cli/start/young-generation.ts", import.meta.url).href;
  const script = `
    import { getHeapSpaceStatistics } from "node:v8";
    import { setImmediate } from "node:timers/promises";
    import { holdYoungGeneration, letYoungGenerationGrow } from ${JSON.stringify(module)};
    const kept = [];
    const load = () => { for (let index = 0; index < 20_000; index += 1) kept.push({ index, text: "x" + index }); };
    const serve = async () => { for (let turn = 0; turn < 100; turn += 1) { load(); kept.length = 10_000; await setImmediate(); } };
    const size = () => getHeapSpaceStatistics().find((space) => space.space_name === "new_space").space_size;
    const sizes = [];
    ${steps.map((step) => `${step}; sizes.push(size());`).join("\n")}
    console.log(JSON.stringify(sizes));
    process.exit(0);`;
  const { stdout } = await execa(process.execPath, ["--no-warnings", "--input-type=module", "-e", script]);
  return JSON.parse(stdout) as number[];
}

const LOAD_MUCH = "for (let round = 0; round < 50; round += 1) load()";

const HELD_BYTES = 2 * 1024 * 1024;

test("While a start loads, V8's young generation stays as small as it was, which by itself would grow", async () => {
  const [held] = await youngBytesAfter("holdYoungGeneration()", LOAD_MUCH);
  const [free] = await youngBytesAfter(LOAD_MUCH);
  expect(held).toBeLessThanOrEqual(HELD_BYTES);
  expect(free).toBeGreaterThan(4 * HELD_BYTES);
});

test("While requests are served, V8's young generation grows again", async () => {
  const sizes = await youngBytesAfter("holdYoungGeneration()", LOAD_MUCH, "letYoungGenerationGrow()", "await serve()");
  expect(sizes[1]).toBeLessThanOrEqual(HELD_BYTES);
  expect(sizes[3]).toBeGreaterThan(2 * HELD_BYTES);
});

test("A service begins with four times the young generation that its start had", async () => {
  const sizes = await youngBytesAfter("holdYoungGeneration()", LOAD_MUCH, "letYoungGenerationGrow()");
  expect(sizes.slice(1)).toEqual([HELD_BYTES, 4 * HELD_BYTES]);
});
