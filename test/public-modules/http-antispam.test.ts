import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { CliFolder, type CliService } from "../support/cli.ts";
import { startJsonServer, type JsonAnswer, type JsonRequest, type JsonServer } from "./support/json-server.ts";
import { pythonWith } from "./support/packages.ts";
import { downloadMedia, tryUpload, uploadMedia } from "./support/requests.ts";

const PYTHON = fileURLToPath(new URL("python", import.meta.url));
const SECRET = "secret-of-the-antispam-server";
const CHECK = "/check_media_file_for_spam";
const MAX_SIZE = 1_000;
const AskedSchema = z.object({ media_id: z.string(), size: z.int() });

let server: JsonServer;
beforeAll(async () => {
  server = await startJsonServer(answer);
});
afterAll(() => server.stop());

describe("synapse-http-antispam as it is", () => {
  let folder: CliFolder;
  let service: CliService;
  beforeAll(async () => {
    const some = { enabled_callbacks: ["user_may_invite", "check_event_for_spam"] };
    folder = folderWith("synapse_http_antispam.HTTPAntispam", { do_ping: true, ...some });
    service = await folder.start();
  });

  test("pings its server at the start, with its secret, which the service's log never has", async () => {
    await service.logged("Successfully pinged antispam server");
    const pings = server.requests.filter(({ path }) => path === "/ping");
    expect(pings.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${SECRET}`]);
    expect(service.log()).not.toContain(SECRET);
  });

  test("has no callback about media, so that an upload is accepted and its server is not asked", async () => {
    const mediaId = await uploadMedia(service, "x".repeat(MAX_SIZE + 1));
    expect((await downloadMedia(service, mediaId)).status).toBe(200);
    expect(server.requests.filter(({ path }) => path !== "/ping")).toEqual([]);
  });

  test("is named by check as a module whose callbacks are never fired here", async () => {
    const { status, stdout } = await folder.end(["check"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/HTTPAntispam .*\n.* never fires .*: user_may_invite, check_event_for_spam\n/);
  });
});

test("synapse-http-antispam without enabled_callbacks is refused, by the name of the one that Synapse 1.163 does not have", async () => {
  const { status, stderr } = await folderWith("synapse_http_antispam.HTTPAntispam", {}).end(["check"]);
  expect([status, stderr]).toEqual([1, expect.stringContaining("accept_make_join")]);
});

describe("synapse-http-antispam with a subclass that asks about files", () => {
  let service: CliService;
  beforeAll(async () => {
    const only = { enabled_callbacks: ["check_media_file_for_spam"] };
    service = await folderWith("media_antispam.MediaAntispam", only).start();
  });

  test("stores what the server allows, which is told the id and the size with the secret", async () => {
    const mediaId = await uploadMedia(service, "hello");
    expect(await (await downloadMedia(service, mediaId)).text()).toBe("hello");
    const asked = server.requests.findLast(({ path }) => path === CHECK);
    expect(asked).toMatchObject({
      body: { media_id: mediaId, size: 5 },
      headers: { authorization: `Bearer ${SECRET}` },
    });
  });

  test("refuses what the server refuses, in Synapse's words for a file, and keeps nothing of it", async () => {
    const answered = await tryUpload(service, "x".repeat(MAX_SIZE + 1));
    expect([answered.status, await answered.json()]).toEqual([400, { errcode: "M_UNKNOWN", error: "Bad content" }]);
    const { media_id: mediaId } = AskedSchema.parse(server.requests.at(-1)?.body);
    expect((await downloadMedia(service, mediaId)).status).toBe(404);
  });

  test("refuses what the server answers with words that are not JSON, rather than guess", async () => {
    const answered = await tryUpload(service, "x".repeat(13));
    expect([answered.status, await answered.json()]).toEqual([400, expect.objectContaining({ errcode: "M_UNKNOWN" })]);
  });
});

describe("synapse-http-antispam whose server cannot be reached", () => {
  const lost = { base_url: "http://127.0.0.1:1", enabled_callbacks: ["check_media_file_for_spam"] };

  test("refuses uploads, as it does by default", async () => {
    const service = await folderWith("media_antispam.MediaAntispam", lost).start();
    const answered = await tryUpload(service, "hello");
    expect([answered.status, await answered.json()]).toEqual([400, expect.objectContaining({ errcode: "M_UNKNOWN" })]);
    await service.logged("Failed to connect to antispam server");
  });

  test("lets uploads through where its fail_open says so", async () => {
    const open = { ...lost, fail_open: { check_media_file_for_spam: true } };
    const service = await folderWith("media_antispam.MediaAntispam", open).start();
    expect((await tryUpload(service, "hello")).status).toBe(200);
  });
});

function folderWith(module: string, config: object): CliFolder {
  const entry = { module, config: { base_url: server.url, authorization: SECRET, ...config } };
  return new CliFolder({
    config: { modules: [entry] },
    mediaBridge: { python: pythonWith("synapse-http-antispam", PYTHON) },
  });
}

function answer({ path, body }: JsonRequest): JsonAnswer {
  if (path === "/ping") return { body: { ...(body as object), status: "ok" } };
  const { size } = AskedSchema.parse(body);
  if (size === 13) return { status: 418, body: "I am a teapot" };
  if (size > MAX_SIZE) return { status: 403, body: { errcode: "M_TOO_LARGE", error: "Too large for us" } };
  return { body: {} };
}
