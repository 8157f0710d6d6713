import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ADMIN, startAdministered, type AdministeredService } from "../http/support/administration.ts";
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

/** Runs a command, and answers what it printed. Fails where the command says that it failed. */
async function synadm(...command: readonly string[]): Promise<unknown> {
  const args = ["-m", "synadm", "--batch", "--config-file", configPath, "--output", "json", "media", ...command];
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
});
