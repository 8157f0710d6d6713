import { existsSync, readFileSync, rmSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { localPath } from "../../support/providers.ts";
import { readMediaId, runExample, startExample, type ExampleService } from "../example-service.ts";

const folder = mkdtempSync(join(tmpdir(), "media-bridge-example-"));
let service: ExampleService;

beforeAll(async () => {
  service = await startExample("storage-provider", { folder });
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("An upload is packed before it is answered, and comes back once the store was cleared, as the README shows", async () => {
  const mediaId = await readMediaId(await service.upload("hello\n", "alice"));
  const packed = join(folder, "data/packed", `${localPath(mediaId)}.gz`);
  expect(gunzipSync(readFileSync(packed)).toString()).toBe("hello\n");
  rmSync(join(folder, "media/local_content"), { recursive: true });
  const answer = await service.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, "alice");
  expect(await answer.text()).toBe("hello\n");
  expect(existsSync(join(folder, "media", localPath(mediaId)))).toBe(true);
});

test("check lists the providers and what they store", async () => {
  const printed = await runExample("storage-provider", ["check"]);
  expect(printed).toMatch(
    /storage provider 1: packed_copies\.PackedCopies \(python, .*packed_copies\.py\): stores local media, awaited/,
  );
  expect(printed).toMatch(
    /storage provider 2: synapse\.media\.storage_provider\.FileStorageProviderBackend \(python, .*\): stores local media, not awaited/,
  );
});
