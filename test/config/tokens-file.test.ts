import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadTokensFile } from "../../src/config/tokens-file.ts";
import { writeFolder } from "./folder.ts";

function writeTokens(text: string, mode = 0o600): string {
  const file = join(writeFolder({ "tokens.yaml": text }), "tokens.yaml");
  chmodSync(file, mode);
  return file;
}

test("tokens belong to users, who may be administrators or guests", () => {
  const { tokens, warnings } = loadTokensFile(
    writeTokens(
      "alice-token: {user_id: '@alice:[::1]:8448', admin: yes}\nbob: {user_id: '@Bob/1:[::1]:8448', guest: true}\n",
    ),
    "[::1]:8448",
  );
  expect([...tokens]).toEqual([
    ["alice-token", { userId: "@alice:[::1]:8448", admin: true, guest: false }],
    ["bob", { userId: "@Bob/1:[::1]:8448", admin: false, guest: true }],
  ]);
  expect(warnings).toEqual([]);
});

test("a file that every user may read is a warning", () => {
  const file = writeTokens("t: {user_id: '@a:b'}", 0o644);
  expect(loadTokensFile(file, "b").warnings).toEqual([
    `${file}: every user of this machine may read the tokens (chmod o-r)`,
  ]);
});

test.each([
  ["ok: {user_id: '@a:b'}\ns3cr3t: {user_id: alice}", /:2: entry 2: user_id: expected a user id .*, found text$/],
  ["s3cr3t: {user_id: '@a b:c'}", /entry 1: user_id: expected a user id/],
  ["s3cr3t: {user_id: '@a:b_c'}", /entry 1: user_id: expected a user id/],
  ["s3cr3t: {}", /entry 1: user_id: expected a user id .*, found nothing$/],
  ["s3cr3t: '@a:b'", /entry 1: expected a mapping with user_id, admin and guest, found text$/],
  ["s3cr3t: {user_id: '@a:b', admin: 1}", /entry 1: admin: expected true or false, found a whole number$/],
  ["s3cr3t: {user_id: '@a:b', admn: s3cr3t}", /entry 1: expected no keys but user_id, admin and guest$/],
  ["'s3cr3t with space': {user_id: '@a:b'}", /entry 1: expected a token of visible ASCII characters$/],
  ["12345: {user_id: '@a:b'}", /:1: expected a token in quotes, found a whole number$/],
  ["s3cr3t: {user_id: '@a:b'}\ns3cr3t: {user_id: '@c:d'}", /:2: this key is given twice/],
  [
    "ok: {user_id: '@a:b'}\ns3cr3t: {user_id: '@a:b:8448'}",
    /:2: entry 2: user_id: expected a user of server_name \(b\), found a user of another server; correct /,
  ],
  ["- s3cr3t", /:1: expected a mapping of keys to values$/],
  ["", /expected a mapping, found an empty file$/],
])("a mistake names the file and the entry, never the token: %j", (text, message) => {
  const file = writeTokens(text);
  const load = (): unknown => loadTokensFile(file, "b");
  expect(load).toThrow(expect.objectContaining({ code: "CONFIG", message: expect.stringMatching(message) as unknown }));
  expect(load).toThrow(new RegExp(`^${file}`));
  expect(load).not.toThrow(/s3cr3t|12345/);
});

test("a missing file is named", () => {
  expect(() => loadTokensFile("/nowhere/tokens.yaml", "b")).toThrow("/nowhere/tokens.yaml: cannot be read: ENOENT");
});
