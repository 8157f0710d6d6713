import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startAccounts, type Account, type AccountsHomeserver } from "../accounts-homeserver.ts";
import { startExample, type ExampleService } from "../example-service.ts";

const LANGUAGES = ["python", "typescript"] as const;
const ZIPS = ["PK\x03\x04", "PK\x05\x06", "PK\x07\x08"].map((signature) => `${signature} and more`);
const PNG = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47]), Buffer.alloc(100)]);

async function start(
  example: string,
  language: (typeof LANGUAGES)[number],
  accounts: Readonly<Record<string, Account>>,
): Promise<{ service: ExampleService; homeserver: AccountsHomeserver }> {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-example-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const homeserver = await startAccounts(accounts);
  onTestFinished(() => homeserver.stop());
  const token = join(folder, "admin.token");
  writeFileSync(token, "token-of-the-admin\n", { mode: 0o600 });
  const service = await startExample(example, {
    configs: [`${language}.yaml`],
    folder,
    mediaBridge: { homeserver: { url: homeserver.url, admin_token_file: token, database: "own" } },
  });
  onTestFinished(async () => void (await service.stop()));
  return { service, homeserver };
}

async function answerOf(answer: Promise<Response>): Promise<readonly [number, unknown]> {
  const { status, ...response } = await answer.then(async (it) => ({ status: it.status, body: await it.json() }));
  return [status, response.body];
}

describe.each(LANGUAGES)("The module of examples/no-archives in %s", (language) => {
  test("lets only an administrator upload a ZIP file, and every user other files", async () => {
    const { service, homeserver } = await start("no-archives", language, { alice: {}, carol: { admin: true } });
    const refused = [400, { errcode: "M_FORBIDDEN", error: "ZIP files cannot be shared here" }];
    for (const zip of ZIPS) {
      expect(await answerOf(service.upload(zip, "alice"))).toEqual(refused);
      expect((await service.upload(zip, "carol")).status).toBe(200);
    }
    expect((await service.upload("PK", "alice")).status).toBe(200);
    expect((await service.upload("", "alice")).status).toBe(200);
    homeserver.breakDown();
    expect((await service.upload("hello", "alice")).status).toBe(200);
    expect((await service.upload("PK\x03\x04", "carol")).status).toBe(500);
  });
});

describe.each(LANGUAGES)("The module of examples/newcomer-rules in %s", (language) => {
  test("holds new accounts to images and 5 MB a day and staff to 1 GB, and refuses with a link", async () => {
    const { service } = await start("newcomer-rules", language, {
      alice: { createdDaysAgo: 29 },
      bob: { createdDaysAgo: 31 },
      carol: { createdDaysAgo: 1 },
    });
    const link = { errcode: "M_FORBIDDEN", info_uri: "https://example.test/uploads" };
    expect((await service.upload(PNG, "alice")).status).toBe(200);
    const text = await answerOf(service.upload("hello", "alice"));
    expect(text).toEqual([403, { ...link, error: "New accounts may upload images only" }]);
    const large = await answerOf(service.upload(Buffer.concat([PNG, Buffer.alloc(5_000_000)]), "alice"));
    expect(large).toEqual([403, { ...link, error: `You may upload ${5_000_000 - PNG.length} more bytes today` }]);
    for (const user of ["bob", "carol"]) {
      expect((await service.upload("hello", user)).status).toBe(200);
      expect((await service.upload(Buffer.alloc(6_000_000), user)).status).toBe(200);
    }
  });
});
