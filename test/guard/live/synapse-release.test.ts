import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkRelease } from "../../../src/cli/live/synapse-release.ts";

let server: Server;
let url: string;
/** What is answered to each path; 404 to any other. */
let answers: Record<string, unknown>;

beforeEach(async () => {
  server = createServer((request, response) => {
    const answer = answers[request.url ?? ""];
    response.writeHead(answer === undefined ? 404 : 200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(answer ?? { errcode: "M_UNRECOGNIZED" }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => void server.close());

const tells = (version: string) =>
  void (answers = { "/_synapse/admin/v1/server_version": { server_version: version } });

describe("check --live says of Synapse's release", () => {
  test.each([
    ["1.139.0", "ok", "is one of the releases"],
    ["1.163.2 (b=develop,0123456)", "ok", "Synapse 1.163.2 is one of"],
    ["1.138.4", "note", "is older than 1.139.0"],
    ["1.9.1", "note", "is older than 1.139.0"],
    ["1.164.0rc1", "note", "is newer than 1.163.2"],
  ])("%s: %s", async (version, level, words) => {
    tells(version);
    expect(await checkRelease(url)).toEqual([{ level, text: expect.stringContaining(words) as string }]);
  });

  test("what it tells other homeservers, where it tells no one else", async () => {
    answers = { "/_matrix/federation/v1/version": { server: { name: "Synapse", version: "1.120.0" } } };
    expect(await checkRelease(url)).toMatchObject([{ level: "note" }]);
  });

  test.each([
    [{}],
    [{ "/_matrix/federation/v1/version": { server: { name: "Dendrite", version: "0.13.8" } } }],
    [{ "/_matrix/federation/v1/version": { server: null } }],
    [{ "/_synapse/admin/v1/server_version": { server_version: "of our own" } }],
    [{ "/_synapse/admin/v1/server_version": { server_version: "2.0.0" } }],
  ])("nothing where the homeserver tells none that can be compared: %j", async (told) => {
    answers = told;
    expect(await checkRelease(url)).toEqual([]);
  });

  test("the newest that the tests run with", async () => {
    const pinned = /^matrix-synapse==(\S+)$/m.exec(readFileSync("test/synapse/requirements.txt", "utf8"))?.[1] ?? "";
    const [, minor] = pinned.split(".");
    tells(`1.${Number(minor) + 1}.0`);
    expect((await checkRelease(url))[0]?.text).toContain(`is newer than ${pinned}`);
  });
});
