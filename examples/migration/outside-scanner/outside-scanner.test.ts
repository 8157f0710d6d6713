import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { loadModule } from "synapse-media-bridge/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

const MODULE = new URL("outside-scanner.ts", import.meta.url);
const FILE = "a file";
const NO_ANSWER = { status: 503, errcode: "M_UNKNOWN", fields: { retry_after_ms: 30_000 } };

/** What the scanner answers; an answer without a body never comes. */
let answer: { readonly status: number; readonly body?: string | Buffer };
const asked: string[] = [];
const scanner = createServer((request, response) => void respond(request, response));

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  asked.push(`${request.method} ${request.url} ${(await buffer(request)).toString()}`);
  if (answer.body !== undefined) response.writeHead(answer.status).end(answer.body);
}

let url: string;

beforeAll(async () => {
  await new Promise<void>((listening) => scanner.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(scanner.address() as AddressInfo).port}/scan`;
});
afterAll(() => {
  scanner.closeAllConnections();
  scanner.close();
});

test.each([
  { send: "hash" as const, question: `GET /scan?sha256=${createHash("sha256").update(FILE).digest("hex")}&size=6 ` },
  { send: "file" as const, question: `POST /scan ${FILE}` },
])("A clean file is let in, where the scanner gets its $send", async ({ send, question }) => {
  answer = { status: 200, body: '{"clean": true}' };
  asked.length = 0;
  await using module = await loadModule(MODULE, { url, send });
  expect(await module.call("checkMediaFileForSpam", FILE)).toBe("NOT_SPAM");
  expect(asked).toEqual([question]);
});

test.each([
  { body: '{"clean": false, "name": "a worm"}', found: "a worm" },
  { body: `{"clean": false, "name": "${"🐛".repeat(101)}"}`, found: "🐛".repeat(100) },
  { body: '{"clean": false, "name": ""}', found: "something harmful" },
  { body: '{"clean": false, "name": 1}', found: "something harmful" },
  { body: '{"clean": false}', found: "something harmful" },
])("A harmful file is refused with what was found: $body", async ({ body, found }) => {
  answer = { status: 200, body };
  await using module = await loadModule(MODULE, { url });
  await expect(module.call("checkMediaFileForSpam", FILE)).rejects.toMatchObject({
    status: 403,
    message: `The scanner found ${found}`,
    fields: { "org.example.found": found },
  });
});

test.each([
  { status: 500, body: '{"clean": true}' },
  { status: 404, body: '{"clean": true}' },
  { status: 204, body: "" },
  { status: 200, body: "" },
  { status: 200, body: "clean" },
  { status: 200, body: "true" },
  { status: 200, body: "{}" },
  { status: 200, body: '{"clean": 1}' },
  { status: 200, body: '{"clean": true, "score": NaN}' },
  { status: 200, body: Buffer.from('{"clean": true, "name": "\xff"}', "latin1") },
  { status: 200, body: '\ufeff{"clean": true}' },
])("Without a usable answer the file is refused: $status $body", async (given) => {
  answer = given;
  await using module = await loadModule(MODULE, { url });
  await expect(module.call("checkMediaFileForSpam", FILE)).rejects.toMatchObject(NO_ANSWER);
});

test("A scanner that is not there, or does not answer in time, lets no file in", async () => {
  answer = { status: 200 };
  for (const config of [{ url: "http://127.0.0.1:1/" }, { url, timeout_ms: 100 }]) {
    await using module = await loadModule(MODULE, config);
    await expect(module.call("checkMediaFileForSpam", FILE)).rejects.toMatchObject(NO_ANSWER);
  }
});

test.each([{ url: "ftp://example.test" }, { send: "all" }, { timeout_ms: 0 }])(
  "A mistake in the configuration ends the start: %j",
  async (wrong) => {
    await expect(loadModule(MODULE, { url, ...wrong })).rejects.toThrow(`config.${Object.keys(wrong)[0]}`);
  },
);
