import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../../src/config/load-config.ts";
import { loadHomeserverTokens } from "../../../src/config/build/homeserver-tokens.ts";
import { writeFolder } from "../folder.ts";

const OWN = `server_name: example.com
media_bridge:
  homeserver: {url: "http://127.0.0.1:8008", admin_token_file: admin.token, appservice_token_file: as.token}
`;

function load(files: Readonly<Record<string, string>>, mode = 0o600) {
  const folder = writeFolder({ "own.yaml": OWN, ...files });
  for (const name of Object.keys(files)) chmodSync(join(folder, name), mode);
  const { homeserver } = loadConfig([join(folder, "own.yaml")]).config.mediaBridge;
  return { folder, load: () => loadHomeserverTokens(homeserver) };
}

test("tokens are read from their files, without the white space around them", () => {
  const { load: read } = load({ "admin.token": "  syt_admin\n", "as.token": "as_token" });
  expect(read()).toEqual({ admin: "syt_admin", appservice: "as_token", warnings: [] });
});

test("A configuration without a homeserver has no tokens", () => {
  expect(loadHomeserverTokens(undefined)).toEqual({ admin: undefined, appservice: undefined, warnings: [] });
});

test("a file that every user of the machine may read is a warning", () => {
  const { folder, load: read } = load({ "admin.token": "syt_admin", "as.token": "as_token" }, 0o644);
  expect(read().warnings).toEqual([
    `${join(folder, "admin.token")}: every user of this machine may read the token (chmod o-r)`,
    `${join(folder, "as.token")}: every user of this machine may read the token (chmod o-r)`,
  ]);
});

test.each([
  [
    "a file that is missing",
    { "as.token": "x" },
    /homeserver\.admin_token_file: expected a file with a token: .*ENOENT/,
  ],
  ["an empty file", { "admin.token": "\n", "as.token": "x" }, /admin_token_file: expected one token of visible ASCII/],
  ["two tokens", { "admin.token": "secret1\nsecret2", "as.token": "x" }, /admin_token_file: expected one token/],
  ["a token of other characters", { "admin.token": "x", "as.token": "sécret" }, /appservice_token_file: expected one/],
])("%s ends the start, and the message has no token", (_what, files, message) => {
  const { load: read } = load(files);
  expect(read).toThrow(message);
  expect(read).not.toThrow(/s.cret/);
});

test("a relative path is relative to the file that names it", () => {
  const folder = writeFolder({ "own.yaml": OWN });
  writeFileSync(join(folder, "admin.token"), "x");
  const { homeserver } = loadConfig([join(folder, "own.yaml")]).config.mediaBridge;
  expect(homeserver?.adminTokenFile).toBe(join(folder, "admin.token"));
  expect(homeserver?.callTimeoutMs).toBe(30_000);
});
