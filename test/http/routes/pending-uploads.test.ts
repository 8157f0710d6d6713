import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";
import { refusalOf } from "../support/bodies.ts";
import { untilFiles, uploadFiles } from "../support/disk.ts";
import { openGate, type Gate } from "../support/gate.ts";
import { create, download, put } from "../support/pending-media.ts";
import { RawConnection } from "../support/raw-connection.ts";

const OVERWRITES = { status: 409, errcode: "M_CANNOT_OVERWRITE_MEDIA" };

let service: TestService;
let gate: Gate;

beforeAll(async () => {
  gate = await openGate();
  service = await startTestService({
    config: { max_pending_media_uploads: 100, max_upload_size: "1M" },
    mediaBridge: { modules: [gate.module] },
  });
});
afterAll(async () => {
  await service.stop();
  await gate.stop();
});

/** Uploads, and lets the gate allow it. */
async function store(mediaId: string, body: string): Promise<void> {
  const upload = put(service, mediaId, body);
  (await gate.question()).answer(true);
  expect((await upload).status).toBe(200);
}

describe("uploads to one media id side by side", () => {
  test("are stored once: the others are 409 and ask no module, and nothing of them is left", async () => {
    const { mediaId } = await create(service);
    const before = uploadFiles(service);
    const first = put(service, mediaId, "first");
    const question = await gate.question();
    const others = await Promise.all(Array.from({ length: 5 }, (_, index) => put(service, mediaId, `other ${index}`)));
    for (const other of others) expect(other).toMatchObject(OVERWRITES);
    question.answer(true);
    expect((await first).status).toBe(200);
    expect(await download(service, mediaId, 0)).toMatchObject({ status: 200, text: "first" });
    expect(uploadFiles(service)).toHaveLength(before.length + 1);
    expect(await put(service, mediaId, "later")).toMatchObject(OVERWRITES);
  });

  test("Uploads to another user's id, to an unknown id and to another server are refused as such while one is under way", async () => {
    const { mediaId } = await create(service);
    const first = put(service, mediaId, "first");
    const question = await gate.question();
    expect(await put(service, mediaId, "bob's", { as: "bob" })).toMatchObject({ status: 403, errcode: "M_FORBIDDEN" });
    expect(await put(service, `${mediaId}x`, "x")).toMatchObject({ status: 404, errcode: "M_NOT_FOUND" });
    question.answer(true);
    expect((await first).status).toBe(200);
  });
});

describe("a client that expects 100 Continue", () => {
  test("is told to for an id of its own, and refused without it for another's", async () => {
    const { mediaId } = await create(service);
    const refused = await expecting(mediaId, "bob");
    expect(refusalOf(await refused.answer())).toEqual([403, "M_FORBIDDEN"]);
    expect(await refused.closed).toBe("closed");
    const connection = await expecting(mediaId, "alice");
    (await gate.question()).answer(true);
    await connection.continued();
    await connection.write("hello");
    expect((await connection.answer()).status).toBe(200);
    connection.socket.destroy();
  });
});

describe("an upload that fails", () => {
  test("gives the id back: refused, larger than allowed, or with a name that is not UTF-8", async () => {
    const { mediaId } = await create(service);
    const before = uploadFiles(service);
    const refused = put(service, mediaId, "refused");
    (await gate.question()).answer(false);
    expect(await refused).toMatchObject({ status: 413, errcode: "M_TOO_LARGE" });
    expect(await put(service, mediaId, "x".repeat(2 ** 20 + 1))).toMatchObject({ status: 413 });
    const unnamed = put(service, mediaId, "x", { query: "?filename=%FF" });
    (await gate.question()).answer(true);
    expect(await unnamed).toMatchObject({ status: 400, errcode: "M_UNKNOWN" });
    expect(uploadFiles(service)).toEqual(before);
    await store(mediaId, "stored");
    expect(await download(service, mediaId, 0)).toMatchObject({ text: "stored" });
  });

  test("gives the id back when the client leaves half way", async () => {
    const { mediaId } = await create(service);
    const before = uploadFiles(service);
    const connection = await RawConnection.open(service.port);
    connection.send({
      method: "PUT",
      target: `/_matrix/media/v3/upload/example.test/${mediaId}`,
      headers: [
        ["Authorization", "Bearer token-of-alice"],
        ["Content-Length", "1000000"],
      ],
      body: Buffer.alloc(500_000),
    });
    (await gate.question()).answer(true);
    await untilFiles(service, (files) => files.length > before.length);
    connection.socket.destroy();
    expect(await untilFiles(service, (files) => files.length === before.length)).toEqual(before);
    await service.log.waitFor(({ facts }) => facts["aborted"] === true && facts["method"] === "PUT");
    await store(mediaId, "stored");
  });

  test("gives the id back when the disk refuses", async () => {
    const { mediaId } = await create(service);
    const uploads = join(service.folder, "data", "uploads");
    rmSync(uploads, { recursive: true, force: true });
    writeFileSync(uploads, "no folder");
    const failing = put(service, mediaId, "lost");
    (await gate.question()).answer(true);
    expect(await failing).toMatchObject({ status: 500, errcode: "M_UNKNOWN" });
    rmSync(uploads);
    await store(mediaId, "stored");
  });
});

describe("a media id that was created", () => {
  test("is a row as Synapse has it, before and after its upload", async () => {
    const { mediaId, expiresTs } = await create(service);
    const createdTs = expiresTs - 24 * 3_600_000;
    const pending = {
      media_id: mediaId,
      media_type: null,
      media_length: null,
      created_ts: createdTs,
      upload_name: null,
      user_id: "@alice:example.test",
      quarantined_by: null,
      url_cache: null,
      last_access_ts: null,
      safe_from_quarantine: 0,
      authenticated: 1,
      sha256: null,
    };
    expect(rowOf(service, mediaId)).toEqual(pending);
    await store(mediaId, "abc");
    expect(rowOf(service, mediaId)).toEqual({
      ...pending,
      media_type: "text/plain",
      media_length: 3,
      sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    });
  });
});

describe("creating media ids", () => {
  test("is held to rc_media_create, which says when to try again", async () => {
    const limited = await startTestService({ config: { rc_media_create: { per_second: 0.001, burst_count: 2 } } });
    try {
      expect((await create(limited)).status).toBe(200);
      expect((await create(limited)).status).toBe(200);
      const refused = await create(limited);
      expect(refused).toMatchObject({ status: 429, errcode: "M_LIMIT_EXCEEDED" });
      expect(refused.body["retry_after_ms"]).toBeGreaterThan(900_000);
      expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
      expect((await create(limited, { as: "bob" })).status).toBe(200);
    } finally {
      await limited.stop();
    }
  });

  test("is held to max_pending_media_uploads by users who ask for many side by side, and to 0 altogether", async () => {
    const strict = await startTestService({ config: { max_pending_media_uploads: 3, unused_expiration_time: "1h" } });
    try {
      const answers = await Promise.all(Array.from({ length: 12 }, () => create(strict)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
      const refused = answers.find(({ status }) => status === 429);
      expect(Number(refused?.body["retry_after_ms"]) / 3_600_000).toBeCloseTo(1, 1);
    } finally {
      await strict.stop();
    }
    const closed = await startTestService({ config: { max_pending_media_uploads: 0 } });
    try {
      const { status, body, headers } = await create(closed);
      expect([status, body, headers.get("retry-after")]).toEqual([
        429,
        { errcode: "M_LIMIT_EXCEEDED", error: "Too Many Requests" },
        null,
      ]);
    } finally {
      await closed.stop();
    }
  });
});

test("What a killed process left of an upload to a media id is gone before the next upload to it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-test-"));
  try {
    const before = await startTestService({ folder });
    const { mediaId } = await create(before);
    await before.stop();
    // As it is between the file's final name and its row: both names, and a row without content.
    const temporary = join(folder, "data", "uploads", `upload-${mediaId}`);
    const parts = [mediaId.slice(0, 2), mediaId.slice(2, 4), mediaId.slice(4)];
    const content = join(folder, "media", "local_content", ...parts);
    mkdirSync(dirname(content), { recursive: true });
    mkdirSync(dirname(temporary), { recursive: true });
    writeFileSync(temporary, "half of the truth");
    linkSync(temporary, content);
    const after = await startTestService({ folder });
    expect((await put(after, mediaId, "the truth")).status).toBe(200);
    expect(await download(after, mediaId, 0)).toMatchObject({ text: "the truth" });
    expect(uploadFiles(after)).toHaveLength(1);
    await after.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Begins an upload of 5 bytes that are held back until the service asks for them. */
async function expecting(mediaId: string, user: string): Promise<RawConnection> {
  const connection = await RawConnection.open(service.port);
  connection.send({
    method: "PUT",
    target: `/_matrix/media/v3/upload/example.test/${mediaId}`,
    headers: [
      ["Authorization", `Bearer token-of-${user}`],
      ["Expect", "100-continue"],
      ["Content-Length", "5"],
    ],
  });
  return connection;
}

function rowOf({ folder }: TestService, mediaId: string): unknown {
  const database = new Database(join(folder, "data", "media.db"), { readonly: true });
  try {
    return database.prepare("select * from local_media_repository where media_id = ?").get(mediaId);
  } finally {
    database.close();
  }
}
