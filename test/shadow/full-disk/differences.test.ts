import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { TestClock } from "../../../src/testing/test-clock.ts";
import { raised } from "../compare/answers.ts";
import { capture, openStore, refused } from "../differences/questions.ts";
import { countsOf, readRun } from "../differences/read-differences.ts";
import { canMount, mountDisk, type SmallDisk } from "./small-disk.ts";

const FAILS = "differences of a shadow cannot be written: what has no room is lost";
const WORKS = "differences of a shadow are written again";

function openOn(disk: SmallDisk) {
  const clock = new TestClock();
  const { lines, log } = capture();
  const store = openStore(disk.path, { clock, log });
  return { clock, store, said: () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg) };
}

test.skipIf(!canMount)("What was compared while the disk was full is written, whole, once there is room", async () => {
  const disk = mountDisk(8);
  const { clock, store, said } = openOn(disk);
  for (let size = 0; size < 10; size += 1) store.add(refused(size));
  await clock.advance(2_000);
  disk.fill();
  for (let size = 10; size < 1_210; size += 1) store.add(refused(size));
  await clock.advance(60_000);
  expect(countsOf(disk.path)).toMatchObject({ different_effect: 10 });
  disk.free();
  await clock.advance(11_000);
  expect(countsOf(disk.path)).toEqual({ different_effect: 1_210, users: 1, arguments: 1_210 });
  expect(readRun(disk.path, 2_000).differences).toHaveLength(1_210);
  expect(said()).toEqual([FAILS, WORKS]);
  await store.close();
});

test.skipIf(!canMount)("Where the disk has room for a part, that part is written, and the rest waits", async () => {
  const disk = mountDisk(3);
  const { clock, store, said } = openOn(disk);
  for (let size = 0; size < 4_000; size += 1) store.add(refused(size));
  await clock.advance(30_000);
  const { different_effect: written = 0, unrecorded } = countsOf(disk.path);
  expect([500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500]).toContain(written);
  expect(unrecorded).toBeUndefined();
  expect(readRun(disk.path, 5_000).differences).toHaveLength(written);
  await store.close();
  expect(said()[0]).toBe(FAILS);
});

test.skipIf(!canMount)("At a stop, a disk that has no room for differences may still take their number", async () => {
  const disk = mountDisk(4);
  const { store, said } = openOn(disk);
  const long = raised(403, "M_FORBIDDEN", "x".repeat(100_000));
  for (let size = 0; size < 50; size += 1) store.add(refused(size, { candidate: long }));
  await store.close();
  expect(countsOf(disk.path)).toEqual({ different_effect: 50, unrecorded: 50, users: 1, arguments: 50 });
  expect(said()).toEqual([]);
});

test.skipIf(!canMount)("At a stop on a full disk, the log says how many questions are lost", async () => {
  const disk = mountDisk(4);
  const { clock, store, said } = openOn(disk);
  disk.fill();
  store.add(refused(1));
  await clock.advance(30_000);
  await store.close();
  expect(said()).toEqual([FAILS, "differences of a shadow are lost: they cannot be written"]);
});

test.skipIf(!canMount)("While the disk is full, 5,000 questions wait, and more are counted as lost", async () => {
  const disk = mountDisk(16);
  const { clock, store } = openOn(disk);
  disk.fill();
  for (let size = 0; size < 6_000; size += 1) store.add(refused(size));
  disk.free();
  await clock.advance(11_000);
  expect(countsOf(disk.path)).toEqual({ different_effect: 5_000, lost: 1_000, users: 1, arguments: 5_000 });
  await store.close();
});

test.skipIf(!canMount)("A start on a full disk leaves nothing half made, and works once there is room", async () => {
  const disk = mountDisk(4);
  disk.fill();
  const { clock, store, said } = openOn(disk);
  store.add(refused(1));
  await clock.advance(30_000);
  expect(readdirSync(disk.path)).toEqual(["filler"]);
  disk.free();
  await clock.advance(11_000);
  store.add(refused(2));
  await store.close();
  expect(countsOf(disk.path)).toEqual({ lost: 1, different_effect: 1, users: 1, arguments: 1 });
  expect(said()).toEqual([FAILS, WORKS]);
});

test.skipIf(!canMount)("What is kept can be read on a full disk, beside the service and without it", async () => {
  const disk = mountDisk(4);
  const { clock, store } = openOn(disk);
  store.add(refused(1));
  await clock.advance(2_000);
  disk.fill();
  expect(countsOf(disk.path)).toMatchObject({ different_effect: 1 });
  await store.close();
  disk.fill();
  expect(countsOf(disk.path)).toMatchObject({ different_effect: 1 });
});
