import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ADMIN, startAdministered, type AdministeredService } from "../http/support/administration.ts";
import { answerAvatars } from "../http/support/avatars.ts";
import { modulesPython, packageFolder } from "./support/packages.ts";

/** Programs of administrators, as they were published, against the built-in Admin API. */
let administered: AdministeredService;
let configPath: string;
let mediaId: string;
beforeAll(async () => {
  administered = await startAdministered();
  const { service, homeserver } = administered;
  configPath = join(service.folder, "synadm.yaml");
  const config = {
    user: "admin",
    token: homeserver.tokenOf("@admin:example.test"),
    base_url: service.url,
    admin_path: "/_synapse/admin",
    matrix_path: "/_matrix",
    format: "json",
    timeout: 30,
    server_discovery: "well-known",
    homeserver: "example.test",
    ssl_verify: false,
  };
  // JSON is YAML.
  writeFileSync(configPath, JSON.stringify(config), { mode: 0o600 });
});
beforeEach(async () => {
  mediaId = await administered.upload(`media ${Math.random()}`, { by: "bob" });
});
afterAll(() => administered.stop());

/** Runs a command about media, and answers what it printed. Fails where the command says that it failed. */
const synadm = (...command: readonly string[]): Promise<unknown> => run("media", ...command);

/** Runs any command. */
async function run(...command: readonly string[]): Promise<unknown> {
  const args = ["-m", "synadm", "--batch", "--config-file", configPath, "--output", "json", ...command];
  const env = { PYTHONPATH: packageFolder("synadm"), NO_PROXY: "127.0.0.1" };
  const { stdout } = await execa(modulesPython(), args, { env });
  return JSON.parse(stdout);
}

const isServed = async () => (await administered.download(mediaId)) === 200;

describe("synadm media", () => {
  test.each<[string, () => string[]]>([
    ["by id", () => ["--media-id", mediaId]],
    ["by id and server", () => ["--media-id", mediaId, "--server-name", "example.test"]],
    ["by URI", () => ["--mxc-uri", `mxc://example.test/${mediaId}`]],
  ])("quarantines and unquarantines %s", async (_, which) => {
    expect(await synadm("quarantine", ...which())).toEqual({});
    expect(await isServed()).toBe(false);
    expect(await synadm("unquarantine", ...which())).toEqual({});
    expect(await isServed()).toBe(true);
  });

  test("quarantines the media of a room and of a user", async () => {
    administered.homeserver.answer("GET", `${ADMIN}/room/!room:example.test/media`, {
      body: { local: [`mxc://example.test/${mediaId}`], remote: [] },
    });
    expect(await synadm("quarantine", "--room-id", "!room:example.test")).toEqual({ num_quarantined: 1 });
    expect(await isServed()).toBe(false);
    await administered.upload("one of carol's", { by: "carol" });
    expect(await synadm("quarantine", "--user-id", "@carol:example.test")).toEqual({ num_quarantined: 1 });
  });

  test("lists the media of a room and of a user", async () => {
    const listed = { local: [`mxc://example.test/${mediaId}`], remote: [] };
    administered.homeserver.answer("GET", `${ADMIN}/room/!room:example.test/media`, { body: listed });
    expect(await synadm("list", "--room-id", "!room:example.test")).toEqual(listed);
    const page = ["--from", "0", "--limit", "1", "--sort", "created_ts", "--reverse"];
    expect(await synadm("list", "--user-id", "@bob:example.test", ...page)).toMatchObject({
      media: [{ media_id: mediaId }],
      next_token: 1,
    });
  });

  test("protects media from quarantine", async () => {
    expect(await synadm("protect", mediaId)).toEqual({});
    expect(await synadm("quarantine", "--media-id", mediaId)).toEqual({});
    expect(await isServed()).toBe(true);
  });

  test.each<[string, () => string[]]>([
    ["the number of days", () => ["--before-days", "0"]],
    // synadm reads it as a time of the machine's own zone, in whole seconds.
    ["a date", () => ["--before", "2100-01-01"]],
    ["a timestamp", () => ["--before-ts", String(Date.now() + 60_000)]],
  ])("deletes media of a size by %s, and spares what profiles show unless told otherwise", async (_, when) => {
    const [kept, small, large] = await Promise.all(
      [2048, 100, 2048].map((bytes) => administered.upload(Math.random().toString(36).padEnd(bytes, "."))),
    );
    answerAvatars(administered.homeserver, { users: [`mxc://example.test/${kept}`] });
    expect(await synadm("delete", ...when(), "--size", "1")).toEqual({ deleted_media: [large], total: 1 });
    expect(await synadm("delete", ...when(), "--size", "1", "--delete-profiles")).toEqual({
      deleted_media: [kept],
      total: 1,
    });
    expect(await Promise.all([kept, small, large].map((id = "") => administered.download(id)))).toEqual([
      404, 200, 404,
    ]);
  });

  test("deletes one media by its id, even where it is protected", async () => {
    await synadm("protect", mediaId);
    expect(await synadm("delete", "--media-id", mediaId)).toEqual({ deleted_media: [mediaId], total: 1 });
    expect(await isServed()).toBe(false);
    // Of an unknown id synadm prints Synapse's refusal as it is, and says that it succeeded.
    expect(await synadm("delete", "--media-id", mediaId)).toEqual({ errcode: "M_NOT_FOUND", error: "Unknown media" });
  });

  test.each<[string, () => string[]]>([
    ["the number of days", () => ["--before-days", "0"]],
    ["a date", () => ["--before", "2024-01-01"]],
    ["a timestamp", () => ["--before-ts", String(Date.now())]],
  ])("purges nothing by %s: this service keeps no media of other servers", async (_, when) => {
    expect(await synadm("purge", ...when())).toEqual({ deleted: 0 });
    expect(await isServed()).toBe(true);
  });
});

describe("synadm", () => {
  test("lists the media of a user by its command for users", async () => {
    const listed = await run("user", "media", "--sort", "media_id", "--reverse", "@bob:example.test");
    expect(listed).toMatchObject({ media: expect.arrayContaining([expect.objectContaining({ media_id: mediaId })]) });
  });

  test("sends raw requests, of which it has no commands", async () => {
    const path = `v1/media/example.test/${mediaId}`;
    await synadm("protect", mediaId);
    expect(await run("raw", path)).toMatchObject({ media_info: { media_id: mediaId, safe_from_quarantine: 1 } });
    expect(await run("raw", "--method", "post", `v1/media/unprotect/${mediaId}`)).toEqual({});
    expect(await run("raw", path)).toMatchObject({ media_info: { safe_from_quarantine: 0 } });
    expect(await run("raw", "v1/statistics/users/media")).toMatchObject({
      users: expect.arrayContaining([expect.objectContaining({ user_id: "@bob:example.test" })]),
    });
    const body = ["--data", '{"any": ["thing"]}'];
    expect(await run("raw", "--method", "delete", ...body, path)).toEqual({ deleted_media: [mediaId], total: 1 });
  });
});
