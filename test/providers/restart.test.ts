import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { CliFolder } from "../support/cli.ts";
import { PROVIDERS } from "../support/providers.ts";
import { scriptProvider, startProviderService } from "./provider-service.ts";

const LATER = { store_synchronous: false };

test("What was not stored when the service was killed is stored by the next start", async () => {
  const provider = scriptProvider();
  const folder = new CliFolder({
    pythonPath: [PROVIDERS],
    config: { media_storage_providers: [provider.entry(LATER)] },
  });
  provider.behave({ store: "hangs" });
  const service = await folder.start();
  const ids = await Promise.all(["one", "two", "three", "four", "five", "six"].map((body) => uploadTo(service, body)));
  await provider.called("store", 4);
  service.kill("SIGKILL");
  await service.ended;
  expect(ids.map((mediaId) => provider.kept(mediaId))).toEqual(ids.map(() => undefined));
  provider.behave({});
  const next = await folder.start();
  const kept = await Promise.all(ids.map(async (mediaId) => (await provider.hasStored(mediaId)).toString()));
  expect(kept).toEqual(["one", "two", "three", "four", "five", "six"]);
  next.kill("SIGTERM");
  expect((await next.ended).status).toBe(0);
});

test("A provider that is no longer configured keeps what waits for it, and is named at each start", async () => {
  const provider = scriptProvider();
  const other = scriptProvider("Other");
  const folder = keepFolder();
  const first = await startProviderService([provider.entry(LATER)], { folder });
  provider.behave({ store: "raises" });
  const mediaId = await first.upload("kept for later");
  await provider.called("store", 1);
  await first.stop();
  const second = await startProviderService([other.entry(LATER)], { folder });
  await second.log.waitFor(
    ({ message }) => message === "files wait for a storage provider that is no longer configured",
  );
  await second.stop();
  provider.behave({});
  await startProviderService([provider.entry(LATER)], { folder });
  expect((await provider.hasStored(mediaId)).toString()).toBe("kept for later");
});

test("What has been stored waits no longer", async () => {
  const provider = scriptProvider();
  const folder = keepFolder();
  const first = await startProviderService([provider.entry(LATER)], { folder });
  const mediaId = await first.upload("stored");
  await provider.hasStored(mediaId);
  await first.stop();
  const db = new Database(join(folder, "data/media.db"), { readonly: true });
  expect(db.prepare("select count(*) from media_bridge_pending_stores").pluck().get()).toBe(0);
  db.close();
});

test("A fetch that a crash cut short leaves nothing behind at the next start", async () => {
  const provider = scriptProvider();
  const folder = keepFolder();
  const first = await startProviderService([provider.entry()], { folder });
  await first.upload("hello");
  await first.stop();
  const uploads = join(folder, "data/uploads");
  writeFileSync(join(uploads, "fetch-abcdefghijkl-0123456789ab"), "half a fi");
  writeFileSync(join(uploads, "of-another-program"), "stays");
  await startProviderService([provider.entry()], { folder });
  expect(readdirSync(uploads)).toEqual(["of-another-program"]);
});

test("A stop waits for what is being stored, and for no longer than its grace", async () => {
  const provider = scriptProvider();
  const folder = new CliFolder({
    pythonPath: [PROVIDERS],
    config: { media_storage_providers: [provider.entry(LATER)] },
  });
  provider.behave({ store: "gated" });
  const service = await folder.start();
  const mediaId = await uploadTo(service, "just in time");
  await provider.called("store", 1);
  service.kill("SIGTERM");
  await service.logged("stopping").catch(() => undefined);
  provider.open();
  expect((await service.ended).status).toBe(0);
  expect(provider.kept(mediaId)?.toString()).toBe("just in time");
});

async function uploadTo(service: { upload(body: string): Promise<Response> }, body: string): Promise<string> {
  const { content_uri: uri } = (await (await service.upload(body)).json()) as { content_uri: string };
  return uri.split("/").at(-1) ?? "";
}

function keepFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
