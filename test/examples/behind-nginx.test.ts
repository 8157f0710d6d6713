import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findFreePort } from "../support/free-port.ts";
import { findNginx } from "../support/servers/has-nginx.ts";
import { startNginx, type Nginx } from "../support/servers/nginx.ts";
import { PROJECT, readMediaId, startExample, type ExampleService } from "./example-service.ts";

const hasNginx = findNginx();
const AUTHORIZATION = { Authorization: "Bearer try-out-token-of-bob" };

let service: ExampleService;

beforeAll(async () => {
  // Whoami needs a Synapse; everything else is as the example has it.
  const tokens = join(PROJECT, "examples/quick-start/tokens.yaml");
  service = await startExample("behind-nginx", { mediaBridge: { homeserver: undefined, tokens_file: tokens } });
});
afterAll(() => service.stop());

test("The service of the example starts and takes an upload", async () => {
  expect((await service.upload("hello", "bob")).status).toBe(200);
});

describe.runIf(hasNginx)("Through nginx", () => {
  let nginx: Nginx;

  beforeAll(async () => {
    nginx = await startNginx(service.port, await findFreePort());
  });
  afterAll(() => nginx.stop());

  test("An upload is stored and comes back", async () => {
    const headers = { ...AUTHORIZATION, "Content-Type": "text/plain" };
    const mediaId = await readMediaId(
      await fetch(`${nginx.url}/_matrix/media/v3/upload`, { method: "POST", headers, body: "hello" }),
    );
    const response = await fetch(`${nginx.url}/_matrix/client/v1/media/download/example.test/${mediaId}`, { headers });
    expect(await response.text()).toBe("hello");
  });

  test("A media id is created, waited for and uploaded to", async () => {
    const created = await fetch(`${nginx.url}/_matrix/media/v1/create`, { method: "POST", headers: AUTHORIZATION });
    const { content_uri } = (await created.json()) as { content_uri: string };
    const path = content_uri.slice("mxc://".length);
    const waiting = fetch(`${nginx.url}/_matrix/client/v1/media/download/${path}`, { headers: AUTHORIZATION });
    const headers = { ...AUTHORIZATION, "Content-Type": "text/plain" };
    const put = await fetch(`${nginx.url}/_matrix/media/v3/upload/${path}`, { method: "PUT", headers, body: "later" });
    expect([put.status, await put.json()]).toEqual([200, {}]);
    expect(await (await waiting).text()).toBe("later");
  });

  test.each([21, 60])("A refused body of %i MB is answered with our JSON, and not reset", async (megabytes) => {
    const { status, text } = await sendWholeBody(`${nginx.url}/_matrix/media/v3/upload`, megabytes);
    expect(status).toBe(413);
    expect(JSON.parse(text)).toMatchObject({ errcode: "M_TOO_LARGE" });
  });

  test("An upload in chunks gets through", async () => {
    const { status } = await sendWholeBody(`${nginx.url}/_matrix/media/v3/upload`, 3, {
      "Transfer-Encoding": "chunked",
    });
    expect(status).toBe(200);
  });

  test.each([
    "media/example.test/abc",
    "media/quarantine/example.test/abc",
    "media/unquarantine/example.test/abc",
    "media/protect/abc",
    "media/unprotect/abc",
    "media/quarantine_changes?from=1",
    "media/delete?before_ts=1700000000000",
    "media/example.test/delete",
    "purge_media_cache?before_ts=1700000000000",
    "quarantine_media/!room:example.test",
    "room/!room:example.test/media",
    "room/%21ro%2Fom%3Aexample.test/media/quarantine",
    "user/@a:example.test/media/quarantine",
    "users/%40a%3Aexample.test/media",
    "statistics/users/media?limit=10",
  ])("Administration of media is sent to the service: %s", async (path) => {
    // Synapse is not there: what goes to it is 502.
    expect((await fetch(`${nginx.url}/_synapse/admin/v1/${path}`)).status).not.toBe(502);
  });

  test.each(["v1/rooms", "v2/users/@a:example.test", "v1/users/@a:example.test/admin", "v1/statistics/database/rooms"])(
    "Other administration stays with Synapse: %s",
    async (path) => {
      expect((await fetch(`${nginx.url}/_synapse/admin/${path}`)).status).toBe(502);
    },
  );

  test("A path of Synapse's is not sent to the service", async () => {
    const response = await fetch(`${nginx.url}/_matrix/client/versions`);
    expect(response.status).toBe(502);
  });
});

/** Sends a body to its end, also when the answer is there before; rejects where the connection breaks. */
async function sendWholeBody(
  url: string,
  megabytes: number,
  headers: Record<string, string> = { "Content-Length": String(megabytes * 1_000_000) },
): Promise<{ status: number | undefined; text: string }> {
  const outgoing = request(url, { method: "POST", headers: { ...AUTHORIZATION, ...headers }, agent: false });
  const sent = once(outgoing, "finish");
  const answered = new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    outgoing.on("error", reject).on("response", (response) => {
      let text = "";
      response.on("error", reject).on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode, text }));
    });
  });
  const piece = Buffer.alloc(1_000_000);
  for (let sentPieces = 0; sentPieces < megabytes; sentPieces += 1) outgoing.write(piece);
  outgoing.end();
  const [answer] = await Promise.all([answered, sent]);
  return answer;
}
