import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSpamGate } from "../http/support/spam-gate.ts";
import { startThumbnailService } from "../http/support/thumbnail-service.ts";

const CROP = "width=96&height=96&method=crop";

/** The children of this process that decode pictures. */
function decoders(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const parent = readFileSync(`/proc/${pid}/status`, "utf8").match(/^PPid:\t(\d+)$/m)?.[1];
        return parent === String(process.pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("decoding");
      } catch {
        return false;
      }
    });
}

test("A stop ends the children and gives up what waits, without an error", async () => {
  const gate = await openSpamGate();
  const first = await startThumbnailService({ config: { modules: [gate.module] } });
  const mediaId = await first.uploadPicture("jpeg-photo.jpg");
  await first.untilRows(mediaId, 5);
  expect(decoders()).not.toEqual([]);
  const release = gate.holdThumbnails();
  await first.uploadPicture("jpeg-exif3.jpg");
  await first.uploadPicture("jpeg-exif6.jpg");
  const stopped = first.stop();
  release();
  await stopped;
  expect(decoders()).toEqual([]);
  expect(first.log.lines.filter(({ level }) => level === "error")).toEqual([]);
});

test("A reload keeps the job that is under way, and the new generation serves what it makes", async () => {
  const gate = await openSpamGate();
  const service = await startThumbnailService({ config: { modules: [gate.module] } });
  const release = gate.holdThumbnails();
  const mediaId = await service.uploadPicture("jpeg-photo.jpg");
  const before = service.thumbnail(mediaId, CROP);
  await service.reload([gate.module]);
  const after = service.thumbnail(mediaId, CROP);
  release();
  expect([(await before).status, (await after).status]).toEqual([200, 200]);
  expect(await service.untilRows(mediaId, 5)).toHaveLength(5);
  expect(await service.jobs()).toEqual({ made: 1 });
});

test("What a killed service was making is removed at the next start, and nothing of an operator's", async () => {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const uploads = join(folder, "data/uploads");
  for (const name of ["make-0123456789ab", "make-of-an-operator"]) {
    mkdirSync(join(uploads, name), { recursive: true });
    writeFileSync(join(uploads, name, "half"), "of a thumbnail");
  }
  await startThumbnailService({ folder });
  expect(readdirSync(uploads)).toEqual(["make-of-an-operator"]);
});
