import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { startTestService, type TestService } from "../../support/service.ts";
import { mediaIdOf } from "../support/bodies.ts";
import { untilFiles, uploadFiles } from "../support/disk.ts";
import { FACTS } from "./facts.ts";
import { runSteps } from "./facts-runner.ts";
import { create, download, makeOlder, put, quarantine } from "../support/pending-media.ts";
import type { CaseService } from "./case.ts";
import { seePicture } from "../../thumbnailing/see-picture.ts";
import { RawConnection } from "../support/raw-connection.ts";
import { startStubHomeserver, type StubHomeserver } from "../support/stub-homeserver.ts";

const AUTHORIZATION = ["Authorization", "Bearer token-of-alice"] as const;
const UPLOAD = { method: "POST", target: "/_matrix/media/v3/upload" };

/** Those of administration are in `admin.test.ts` and `admin-deletion.test.ts`. */
const HERE = FACTS.filter(({ id }) => !id.startsWith("admin."));

let services: Record<CaseService, TestService>;
let homeserver: StubHomeserver;
let folder: string;
let old: string;
let oldPicture: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-test-"));
  const config = { max_upload_size: "1M" };
  const before = await startTestService({ folder, config: { ...config, enable_authenticated_media: false } });
  old = await before.upload("old text", { query: "?filename=old.txt" });
  const png = readFileSync(new URL("../../fixtures/pictures/png-rgb.png", import.meta.url));
  oldPicture = await before.upload(png, { type: "image/png" });
  await before.stop();
  homeserver = await startStubHomeserver();
  services = {
    main: await startTestService({ folder, config }),
    unfrozen: await startTestService({ config: { ...config, enable_authenticated_media: false } }),
    dynamic: await startTestService({ config: { ...config, dynamic_thumbnails: true } }),
    homeserver: await startTestService({
      config,
      mediaBridge: { tokens_file: undefined, homeserver: { url: homeserver.url } },
    }),
  };
});

afterAll(async () => {
  for (const service of Object.values(services)) await service.stop();
  await homeserver.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("the table of HTTP cases", () => {
  test("holds every recorded case once, and no other", () => {
    const text = readFileSync(new URL("../../fixtures/http/case-ids.json", import.meta.url), "utf8");
    const groups = z.record(z.string(), z.array(z.string())).parse(JSON.parse(text));
    expect(FACTS.map(({ id }) => id).toSorted()).toEqual(Object.values(groups).flat().toSorted());
  });

  test("gives every case a test of its title, or the reason why there is none", ({ task }) => {
    const suites = task.file.tasks.filter((suite) => "tasks" in suite);
    const titles = new Set(suites.flatMap(({ tasks }) => tasks.map(({ name }) => name)));
    const withoutTest = HERE.filter(({ id, status }) => status !== "waits" && !titles.has(id));
    const withoutReason = FACTS.filter((fact) => fact.status !== "as recorded" && fact.reason === "");
    expect([...withoutTest, ...withoutReason]).toEqual([]);
  });
});

describe("HTTP case", () => {
  const cases = HERE.filter((fact) => "steps" in fact).map((fact) => [fact.id, fact] as const);
  test.each(cases)("%s", async (_, { service, steps }) => {
    expect(await runSteps(services[service], steps, { old, oldPicture })).toBe(steps.length);
  });
});

describe("HTTP case, with a test of its own", () => {
  test("auth.appservice.upload", async () => {
    const service = services.homeserver;
    const target = `${UPLOAD.target}?user_id=%40_conf_ghost%3Aexample.test`;
    const answer = await RawConnection.ask(service.port, {
      ...UPLOAD,
      target,
      headers: [["Authorization", "Bearer token-of-as"]],
      body: "0123456789",
    });
    expect(answer.status).toBe(200);
    expect(ownerOf(service, mediaIdOf(answer))).toBe("@_conf_ghost:example.test");
  });

  test("upload.client_leaves.half_way", async () => {
    const service = services.main;
    const before = uploadFiles(service);
    const connection = await RawConnection.open(service.port);
    connection.send({
      ...UPLOAD,
      headers: [AUTHORIZATION, ["Content-Length", "1000000"]],
      body: Buffer.alloc(500_000),
    });
    await untilFiles(service, (files) => files.length > before.length);
    connection.socket.destroy();
    expect(await untilFiles(service, (files) => isDeepStrictEqual(files, before))).toEqual(before);
  });

  test("upload.content_length.longer_than_body", async () => {
    const service = services.main;
    const before = uploadFiles(service);
    const connection = await RawConnection.open(service.port);
    connection.send({ ...UPLOAD, headers: [AUTHORIZATION, ["Content-Length", "50"]], body: "hello" });
    connection.socket.end();
    const answer = await connection.answer();
    expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([400, { errcode: "M_UNKNOWN" }]);
    expect(await connection.closed).toBe("closed");
    expect(await untilFiles(service, (files) => isDeepStrictEqual(files, before))).toEqual(before);
  });

  test("upload.expect.plain", async () => {
    const connection = await RawConnection.open(services.main.port);
    connection.send({ ...UPLOAD, headers: [AUTHORIZATION, ["Expect", "100-continue"], ["Content-Length", "5"]] });
    await connection.continued();
    await connection.write("hello");
    expect((await connection.answer()).status).toBe(200);
    connection.socket.destroy();
  });

  test("upload.over_max_leaves_nothing", async () => {
    const before = uploadFiles(services.main);
    const answer = await RawConnection.ask(services.main.port, {
      ...UPLOAD,
      headers: [AUTHORIZATION],
      body: Buffer.alloc(1_048_577),
    });
    expect([answer.status, JSON.parse(answer.body.toString())]).toMatchObject([413, { errcode: "M_TOO_LARGE" }]);
    expect(uploadFiles(services.main)).toEqual(before);
  });

  test("upload.same_bytes_twice", async () => {
    const [first, second] = [await services.main.upload("twice"), await services.main.upload("twice")];
    expect(first).not.toBe(second);
    expect([first, second]).toEqual([expect.stringMatching(/^[A-Za-z]{24}$/), expect.stringMatching(/^[A-Za-z]{24}$/)]);
  });
});

describe("HTTP case of a thumbnail", () => {
  test("thumbnail.quarantined", async () => {
    const { main } = services;
    const body = readFileSync(new URL("../../fixtures/pictures/png-alpha.png", import.meta.url));
    const mediaId = await main.upload(body, { type: "image/png" });
    const path = `/_matrix/client/v1/media/thumbnail/example.test/${mediaId}?width=96&height=96&method=crop`;
    const before = await main.request(path, { as: "alice" });
    expect(before.status).toBe(200);
    const seen = await seePicture(Buffer.from(await before.arrayBuffer()));
    expect(seen).toBe("image/png 96x96 transparent [red clear blue yellow]");
    quarantine(main, mediaId);
    const etag = before.headers.get("etag") ?? "";
    for (const headers of [{}, { "If-None-Match": "1" }, { "If-None-Match": etag }]) {
      const after = await main.request(path, { as: "alice", headers });
      expect([after.status, await after.json()]).toMatchObject([404, { errcode: "M_NOT_FOUND" }]);
    }
  });
});

describe("HTTP case of a media id that is created first", () => {
  test("pending.cap", async () => {
    const { main } = services;
    const asCarol = { as: "carol" } as const;
    const first = await create(main, asCarol);
    for (let count = 2; count <= 5; count += 1) expect((await create(main, asCarol)).status).toBe(200);
    const refused = await create(main, asCarol);
    expect([refused.status, refused.body["errcode"]]).toEqual([429, "M_LIMIT_EXCEEDED"]);
    const retryAfterMs = Number(refused.body["retry_after_ms"]);
    expect(retryAfterMs / 3_600_000).toBeCloseTo(24, 1);
    expect(refused.headers.get("retry-after")).toBe(String(Math.ceil(retryAfterMs / 1000)));
    const bobs = await create(main, { as: "bob" });
    expect(bobs.status).toBe(200);
    expect((await put(main, bobs.mediaId, "used", { as: "bob" })).status).toBe(200);
    await main.upload("a post still works", asCarol);
    expect((await put(main, first.mediaId, "used", asCarol)).status).toBe(200);
    expect((await create(main, asCarol)).status).toBe(200);
  });

  test("pending.download_timeout_0", async () => {
    const { mediaId } = await create(services.main);
    const order: number[] = [];
    const later = noteEnd(download(services.main, mediaId, 20_000), 20_000, order);
    expect(await download(services.main, mediaId, 0)).toMatchObject({ status: 504, errcode: "M_NOT_YET_UPLOADED" });
    expect(order).toEqual([]);
    await put(services.main, mediaId, "used");
    expect(await later).toMatchObject({ status: 200, text: "used" });
  });

  test("pending.download_timeout_2000", async () => {
    const { mediaId } = await create(services.main);
    const order: number[] = [];
    const waiting = noteEnd(download(services.main, mediaId, 2000), 2000, order);
    await noteEnd(download(services.main, mediaId, 0), 0, order);
    expect(await waiting).toMatchObject({ status: 504, errcode: "M_NOT_YET_UPLOADED" });
    expect(order).toEqual([0, 2000]);
    await put(services.main, mediaId, "used");
  });

  test("pending.released_by_put", async () => {
    const { mediaId } = await create(services.main);
    const other = await create(services.main);
    const order: number[] = [];
    const unreleased = noteEnd(download(services.main, other.mediaId, 14_000), 14_000, order);
    const waiting = noteEnd(download(services.main, mediaId, 15_000), 15_000, order);
    await services.main.request("/health");
    expect((await put(services.main, mediaId, "content")).status).toBe(200);
    const disposition = "inline";
    expect(await waiting).toMatchObject({ status: 200, text: "content", disposition });
    expect(order).toEqual([15_000]);
    await put(services.main, other.mediaId, "content");
    await unreleased;
  });

  test("expiry.put_after_expiry", async () => {
    const { mediaId } = await create(services.main);
    makeOlder(services.main, mediaId, 24 * 3_600_000 + 1);
    expect(await put(services.main, mediaId, "late")).toMatchObject({ status: 404, errcode: "M_NOT_FOUND" });
    expect(await download(services.main, mediaId, 0)).toMatchObject({ status: 404, errcode: "M_NOT_FOUND" });
  });

  test("expiry.used_does_not_expire", async () => {
    const { mediaId, expiresTs } = await create(services.main);
    expect((expiresTs - Date.now()) / 3_600_000).toBeCloseTo(24, 1);
    expect((await put(services.main, mediaId, "in time")).status).toBe(200);
    makeOlder(services.main, mediaId, 48 * 3_600_000);
    expect(await download(services.main, mediaId, 20_000)).toMatchObject({ status: 200, text: "in time" });
  });
});

function ownerOf(service: TestService, mediaId: string): unknown {
  const database = new Database(join(service.folder, "data", "media.db"), { readonly: true });
  try {
    return database.prepare("SELECT user_id FROM local_media_repository WHERE media_id = ?").pluck().get(mediaId);
  } finally {
    database.close();
  }
}

/** Adds to the order when an answer has come, under the time that it may take. */
async function noteEnd<T>(answer: Promise<T>, timeoutMs: number, order: number[]): Promise<T> {
  const value = await answer;
  order.push(timeoutMs);
  return value;
}
