import { createHash } from "node:crypto";
import { join } from "node:path";
import { readdirSync } from "node:fs";
import Database from "better-sqlite3";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { limit, steps } from "../callbacks/script.ts";
import { MAX_UPLOAD_BYTES, ScriptedService } from "../callbacks/scripted-service.ts";
import { RawConnection } from "../http/support/raw-connection.ts";
import { answers, StubSynapse } from "./support/stub-synapse.ts";

const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const LIMITS = "get_media_upload_limits_for_user";
const SPAM = "check_media_file_for_spam";
const CONFIG = "get_media_config_for_user";

describe.each([["python"], ["typescript"]] as const)("A guarded Synapse, with a module in %s", (language) => {
  let synapse: StubSynapse;
  let scripted: ScriptedService;

  beforeAll(async () => {
    synapse = await StubSynapse.start();
    scripted = await ScriptedService.start([language], { mediaBridge: { upstream: { url: synapse.url } } });
  });
  beforeEach(() => {
    synapse.requests.length = 0;
    synapse.behave = synapse.likeSynapse.bind(synapse);
  });
  afterAll(async () => {
    await scripted.stop();
    await synapse.stop();
  });

  test("gets an upload that is allowed, under the user's own token, and its answer reaches the client to the letter", async () => {
    const person = scripted.person();
    synapse.behave = answers(
      200,
      { content_uri: "mxc://example.test/GivenBySynapse", extra: [1.0, "é"] },
      { Server: "Synapse/1.163" },
    );
    const answer = await person.upload(500, "?filename=a%20b.txt");
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(JSON.stringify({ content_uri: "mxc://example.test/GivenBySynapse", extra: [1.0, "é"] }));
    expect(answer.headers.get("server")).toBe("Synapse/1.163");
    const [seen] = synapse.uploads;
    expect(seen).toMatchObject({
      method: "POST",
      url: "/_matrix/media/v3/upload?filename=a%20b.txt",
      headers: { authorization: `Bearer token-of-${person.name}`, "content-length": "500" },
      end: "whole",
    });
    expect(seen?.body).toEqual(person.file(500));
    // Its answer is read here.
    expect(seen?.headers["accept-encoding"]).toBeUndefined();
  });

  test("has its uploads recorded: media id, size, time, user and hash", async () => {
    const person = scripted.person();
    const mediaId = await person.store(700);
    const row = await vi.waitUntil(() =>
      query(scripted, "select * from media_bridge_uploads where media_id = ?", mediaId),
    );
    expect(row).toMatchObject({
      user_id: person.id,
      media_length: 700,
      sha256: createHash("sha256").update(person.file(700)).digest("hex"),
    });
    expect(Date.now() - Number(row["uploaded_ts"])).toBeLessThan(60_000);
    await vi.waitFor(() => expect(pending(scripted)).toBe(0));
  });

  test("never hears of an upload that a module refuses", async () => {
    const person = scripted.person(steps(ALLOWED, { first: { answer: false } }));
    const { status, body } = await person.upload(500);
    expect([status, body["errcode"]]).toEqual([413, "M_TOO_LARGE"]);
    expect(synapse.requests).toEqual([]);
    // The note that it might be stored was taken while the module was asked.
    await vi.waitFor(() => expect(pending(scripted)).toBe(0));
  });

  test("never hears of an upload that is over quota, and takes the ones before it", async () => {
    const person = scripted.person(steps(LIMITS, { first: { answer: [limit(1000)] } }));
    expect((await person.upload(600)).status).toBe(200);
    expect((await person.upload(400)).status).toBe(200);
    const { status, body } = await person.upload(1);
    expect([status, body["errcode"]]).toEqual([403, "M_USER_LIMIT_EXCEEDED"]);
    expect(synapse.uploads).toHaveLength(2);
  });

  test("never hears of an upload over the service's own maximum, nor of one whose name is not UTF-8", async () => {
    const person = scripted.person();
    expect((await person.upload(MAX_UPLOAD_BYTES + 1)).status).toBe(413);
    expect((await person.upload(10, "?filename=%FF")).status).toBe(400);
    expect(synapse.requests).toEqual([]);
  });

  test("takes parallel uploads up to the limit and not one more", async () => {
    const person = scripted.person(steps(LIMITS, { first: { answer: [limit(1000)] } }));
    const statuses = await Promise.all(Array.from({ length: 12 }, async () => (await person.upload(300)).status));
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(statuses.filter((status) => status === 403)).toHaveLength(9);
    expect(synapse.uploads).toHaveLength(3);
  });

  test("gives a reservation back where it refuses", async () => {
    const person = scripted.person(steps(LIMITS, { first: { answer: [limit(1000)] } }));
    synapse.behave = answers(403, { errcode: "M_FORBIDDEN", error: "no" });
    expect((await person.upload(800)).text).toBe('{"errcode":"M_FORBIDDEN","error":"no"}');
    synapse.behave = synapse.likeSynapse.bind(synapse);
    expect((await person.upload(1000)).status).toBe(200);
  });

  test("is sent a body in chunks with its length, and only once it is whole", async () => {
    const person = scripted.person();
    const { status } = await person.uploadChunks([person.file(3000), "and the end"]);
    expect(status).toBe(200);
    expect(synapse.uploads[0]?.headers).toMatchObject({ "content-length": "3011" });
    expect(synapse.uploads[0]?.headers["transfer-encoding"]).toBeUndefined();
    expect(synapse.uploads[0]?.body.toString().endsWith("xand the end")).toBe(true);
    expect(person.calls(ALLOWED).map(({ args }) => args)).toEqual([[person.id, 3011]]);
    expect(spooled(scripted)).toEqual([]);
  });

  test("never hears of a body in chunks that grows over a limit", async () => {
    const person = scripted.person(steps(LIMITS, { first: { answer: [limit(5000)] } }));
    const { status, body } = await person.uploadChunks([person.file(4000), person.file(4000)]);
    expect([status, body["errcode"]]).toEqual([403, "M_USER_LIMIT_EXCEEDED"]);
    expect(synapse.requests).toEqual([]);
    expect(spooled(scripted)).toEqual([]);
  });

  test("gets a file only after the spam check has seen it, and never one that it refuses", async () => {
    const [clean, spam] = [scripted.person(), scripted.person(steps(SPAM, { first: { answer: true } }))];
    expect((await clean.upload(300)).status).toBe(200);
    const { status, body } = await spam.upload(300);
    expect([status, body["error"]]).toEqual([400, "Bad content"]);
    expect(spam.calls(SPAM)).toHaveLength(1);
    expect(synapse.uploads.map(({ headers }) => headers.authorization)).toEqual([`Bearer token-of-${clean.name}`]);
    expect(spooled(scripted)).toEqual([]);
  });

  test("tells of its media config where no module has a say", async () => {
    const [said, unsaid] = [
      scripted.person(steps(CONFIG, { first: { answer: { "m.upload.size": 123_456_789_012, mine: 1 } } })),
      scripted.person(),
    ];
    expect((await said.config()).text).toBe('{"m.upload.size":123456789012,"mine":1}');
    expect(synapse.requests).toEqual([]);
    expect((await unsaid.config()).text).toBe(`{"m.upload.size":${MAX_UPLOAD_BYTES}}`);
    expect(synapse.requests).toMatchObject([{ method: "GET", url: "/_matrix/client/v1/media/config" }]);
  });

  test("makes ids, and takes an upload to one of them that is allowed", async () => {
    const person = scripted.person(steps(LIMITS, { first: { answer: [limit(1000)] } }));
    const created = await ask(person.open({ "Content-Length": "0" }, "/_matrix/media/v1/create"));
    expect(JSON.parse(created.text)).toMatchObject({ unused_expires_at: 9e12 });
    const mediaId = (JSON.parse(created.text) as { content_uri: string }).content_uri.split("/").at(-1) ?? "";
    const put = (size: number) =>
      ask(person.open({}, `/_matrix/media/v3/upload/example.test/${mediaId}`, "PUT"), person.file(size));
    expect(await put(1001)).toMatchObject({ status: 403 });
    expect(synapse.uploads).toEqual([]);
    expect(await put(999)).toEqual({ status: 200, text: "{}" });
    expect(query(scripted, "select * from media_bridge_uploads where media_id = ?", mediaId)).toMatchObject({
      user_id: person.id,
      media_length: 999,
    });
  });

  test("is not asked, and no module is, about an upload to an id that is another user's, or has content", async () => {
    const [person, other] = [scripted.person(), scripted.person()];
    const created = await ask(person.open({ "Content-Length": "0" }, "/_matrix/media/v1/create"));
    const mediaId = (JSON.parse(created.text) as { content_uri: string }).content_uri.split("/").at(-1) ?? "";
    const path = `/_matrix/media/v3/upload/example.test/${mediaId}`;
    expect(await ask(other.open({}, path, "PUT"), other.file(10))).toMatchObject({ status: 403 });
    expect(other.calls()).toEqual([]);
    expect(await ask(person.open({}, path, "PUT"), person.file(10))).toMatchObject({ status: 200 });
    await person.called("on_media_uploaded", "first");
    const calls = person.calls().length;
    expect(await ask(person.open({}, path, "PUT"), person.file(10))).toMatchObject({ status: 409 });
    expect(person.calls()).toHaveLength(calls);
    expect(synapse.uploads).toHaveLength(1);
  });

  test("is not asked about an upload to another server's id", async () => {
    const person = scripted.person();
    expect(
      await ask(person.open({}, "/_matrix/media/v3/upload/elsewhere.test/abc", "PUT"), person.file(10)),
    ).toMatchObject({
      status: 404,
    });
    expect(synapse.requests).toEqual([]);
  });

  test("is not sent the body before a client that expects 100 Continue was told to continue", async () => {
    const person = scripted.person();
    const connection = await RawConnection.open(scripted.service.port);
    const headers = [
      ["Authorization", `Bearer token-of-${person.name}`],
      ["Expect", "100-continue"],
      ["Content-Length", "5"],
    ] as const;
    connection.send({ method: "POST", target: "/_matrix/media/v3/upload", headers });
    await connection.continued();
    await connection.write("hello");
    expect((await connection.answer()).status).toBe(200);
    expect(synapse.uploads[0]?.headers.expect).toBeUndefined();
    connection.socket.destroy();
  });

  test("gets an empty upload with its length of nothing", async () => {
    const answer = await ask(scripted.person().open({ "Content-Length": "0" }));
    expect(answer.status).toBe(200);
    expect(synapse.uploads[0]?.headers["content-length"]).toBe("0");
  });
});

function query(scripted: ScriptedService, sql: string, ...parameters: unknown[]): Record<string, unknown> {
  const database = new Database(join(scripted.service.folder, "data", "media.db"), { timeout: 5_000 });
  const row = database.prepare(sql).get(...parameters);
  database.close();
  return row as Record<string, unknown>;
}

function pending(scripted: ScriptedService): number {
  return Number(query(scripted, "select count(*) as n from media_bridge_upstream_pending")["n"]);
}

/** What is left of uploads in transit. */
function spooled(scripted: ScriptedService): string[] {
  return readdirSync(join(scripted.service.folder, "data", "spool"));
}

async function ask(request: ReturnType<ReturnType<ScriptedService["person"]>["open"]>, body?: Buffer) {
  const response = new Promise<{ status: number; text: string }>((resolve, reject) => {
    request.once("error", reject).once("response", (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    });
  });
  request.end(body);
  return response;
}
