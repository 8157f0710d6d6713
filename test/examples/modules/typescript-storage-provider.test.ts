import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { startCopyServer, type CopyServer } from "../../support/copy-server.ts";
import { localPath } from "../../support/providers.ts";
import { PROJECT, readMediaId, runExample, startExample, type ExampleService } from "../example-service.ts";

const EXAMPLE = "typescript-storage-provider";
const folder = mkdtempSync(join(tmpdir(), "media-bridge-example-"));
let copies: CopyServer;
let service: ExampleService;

beforeAll(async () => {
  copies = await startCopyServer();
  const providers = join(folder, "providers.yaml");
  const typescript = join(PROJECT, "examples", EXAMPLE, "http-copies.ts");
  const entry = { typescript, store_local: true, store_synchronous: true, config: { url: copies.url } };
  writeFileSync(providers, stringify({ media_storage_providers: [entry] }));
  service = await startExample(EXAMPLE, { folder, arguments: ["--config", providers] });
});
afterAll(async () => {
  await service.stop();
  await copies.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("An upload is copied before it is answered, and comes back once the store was cleared, without any Python", async () => {
  const mediaId = await readMediaId(await service.upload("hello\n", "alice"));
  expect(copies.kept.get(localPath(mediaId))?.toString()).toBe("hello\n");
  rmSync(join(folder, "media/local_content"), { recursive: true });
  const path = `/_matrix/client/v1/media/download/example.test/${mediaId}`;
  expect(await (await service.request(path, "alice")).text()).toBe("hello\n");
  expect(existsSync(join(folder, "media", localPath(mediaId)))).toBe(true);
  copies.kept.clear();
  rmSync(join(folder, "media/local_content"), { recursive: true });
  expect((await service.request(path, "alice")).status).toBe(404);
});

test("check lists the provider and what it stores", async () => {
  expect(await runExample(EXAMPLE, ["check"])).toMatch(
    /storage provider 1: http-copies \(typescript, .*http-copies\.ts\): stores local media, awaited/,
  );
});
