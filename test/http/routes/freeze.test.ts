import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { create, put, quarantine } from "../support/pending-media.ts";

let folder: string;
let service: TestService | undefined;

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "media-bridge-test-"))));
afterEach(async () => {
  await service?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function restart(enabled: boolean): Promise<TestService> {
  await service?.stop();
  service = await startTestService({ folder, config: { enable_authenticated_media: enabled } });
  return service;
}

/** What the deprecated route answers to who has no token. */
async function ask(running: TestService, mediaId: string): Promise<[status: number, text: string]> {
  const response = await running.request(`/_matrix/media/v3/download/example.test/${mediaId}?timeout_ms=0`);
  return [response.status, response.ok ? await response.text() : ""];
}

test("Media stored while enable_authenticated_media is on needs a token for as long as it is on, and no longer", async () => {
  const on = await restart(true);
  const mediaId = await on.upload("content");
  expect(await ask(on, mediaId)).toEqual([404, ""]);
  const off = await restart(false);
  expect(await ask(off, mediaId)).toEqual([200, "content"]);
  const later = await off.upload("later");
  const onAgain = await restart(true);
  expect(await ask(onAgain, mediaId)).toEqual([404, ""]);
  expect(await ask(onAgain, later)).toEqual([200, "later"]);
});

test("A media id that was created while the option was on is waited for, and served, without a token once it is off", async () => {
  const { mediaId } = await create(await restart(true));
  const off = await restart(false);
  expect(await ask(off, mediaId)).toEqual([504, ""]);
  await put(off, mediaId, "content");
  expect(await ask(off, mediaId)).toEqual([200, "content"]);
});

test("Quarantined media stays hidden when the option is switched off", async () => {
  const on = await restart(true);
  const mediaId = await on.upload("content");
  quarantine(on, mediaId);
  expect(await ask(await restart(false), mediaId)).toEqual([404, ""]);
});
