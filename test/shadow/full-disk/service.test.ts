import { readdirSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { readRuns } from "../../../src/shadow/parity/read-runs.ts";
import { startShadowed } from "../../server/shadow/shadowed-service.ts";
import { canMount, mountDisk } from "./small-disk.ts";

const CONFIG = "/_matrix/client/v1/media/config";
const FAILS = "in the shadow: differences of a shadow cannot be written: what has no room is lost";
const WORKS = "in the shadow: differences of a shadow are written again";

/** Answers with `size`, and logs more than is passed on. */
function answering(name: string, size: number): string {
  return `
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "${name}",
  setup(api) {
    if ("${name}" === "candidate") for (let line = 0; line < 100; line += 1) api.log.warn({}, "line");
    api.registerMediaRepositoryCallbacks({ getMediaConfigForUser: () => ({ "m.upload.size": ${size} }) });
  },
});
`;
}

function startOn(dataPath: string) {
  return startShadowed({
    files: { "original.ts": answering("original", 1), "candidate.ts": answering("candidate", 2) },
    modules: [{ typescript: "./original.ts", shadow: { typescript: "./candidate.ts" } }],
    mediaBridge: { data_path: dataPath },
  });
}

type Service = Awaited<ReturnType<typeof startOn>>;

/** Asks so often; the different answers that were given. */
async function answersOf(service: Service, times: number): Promise<unknown[]> {
  const answers = new Set<string>();
  for (let left = times; left > 0; left -= 1) {
    answers.add(await (await service.request(CONFIG, { as: "alice" })).text());
  }
  return [...answers].map((text) => JSON.parse(text) as unknown);
}

function saidBy(service: Service): string[] {
  return service.log.lines.map(({ message }) => message).filter((message) => [FAILS, WORKS].includes(message));
}

function countKept(dataPath: string): number {
  const [run] = readRuns(dataPath, { maxDifferences: 10 });
  return run?.callbacks[0]?.counts.get("different_effect") ?? 0;
}

test.skipIf(!canMount)(
  "While the disk is full, the module's answers are given, and no difference is lost",
  async () => {
    const disk = mountDisk(16);
    const service = await startOn(disk.path);
    await service.until(({ state }) => state === "running");
    expect(await answersOf(service, 20)).toEqual([{ "m.upload.size": 1 }]);
    await vi.waitFor(() => expect(countKept(disk.path)).toBe(20), 20_000);
    disk.fill();
    expect(await answersOf(service, 100)).toEqual([{ "m.upload.size": 1 }]);
    await service.until(({ asked }) => asked === 120);
    await vi.waitFor(() => expect(saidBy(service)).toEqual([FAILS]), 20_000);
    expect(await answersOf(service, 20)).toEqual([{ "m.upload.size": 1 }]);
    disk.free();
    await vi.waitFor(() => expect(countKept(disk.path)).toBe(140), 30_000);
    // The thread writes first, and says so then.
    await vi.waitFor(() => expect(saidBy(service)).toEqual([FAILS, WORKS]), 20_000);
    expect(await service.shadow()).toMatchObject({ state: "running", restarts: 0, dropped: 0, waiting: 0 });
  },
);

test.skipIf(!canMount)("On a disk that is full a service does not start, says so, and changes nothing", async () => {
  const disk = mountDisk(16);
  const before = await startOn(disk.path);
  await before.until(({ state }) => state === "running");
  await before.stop();
  const files = readdirSync(disk.path, { recursive: true });
  disk.fill();
  await expect(startOn(disk.path)).rejects.toThrow(`The disk of the data folder ${disk.path} is full: make room there`);
  disk.free();
  expect(readdirSync(disk.path, { recursive: true })).toEqual(files);
});
