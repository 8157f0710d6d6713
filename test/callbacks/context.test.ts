import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { FIXTURE_MODULES, startTestService, type TestService, type TestUser } from "../support/service.ts";

const UPLOAD = "/_matrix/media/v3/upload";
const ALICE = "@alice:example.test";
const PATIENCE = { timeout: 20_000 };

let service: TestService;
let lines: string;

function told(callback: string): Record<string, unknown>[] {
  const all = readFileSync(lines, "utf8").trim().split("\n").filter(Boolean);
  const parsed = all.map((line) => JSON.parse(line) as Record<string, unknown>);
  return parsed.filter((line) => line["callback"] === callback);
}

async function start(language: "python" | "typescript", callbacks?: object): Promise<void> {
  lines = join(createTemporaryFolder(), "lines");
  writeFileSync(lines, "");
  const entry =
    language === "python" ? { module: "telling.Telling" } : { typescript: join(FIXTURE_MODULES, "telling.ts") };
  service = await startTestService({
    mediaBridge: { modules: [{ ...entry, config: { lines } }], ...(callbacks && { callbacks }) },
  });
}

function upload(as: TestUser, query = "", type: string | undefined = "image/png"): Promise<Response> {
  return service.request(UPLOAD + query, {
    method: "POST",
    as,
    body: new Uint8Array(100),
    ...(type !== undefined && { headers: { "Content-Type": type } }),
  });
}

afterEach(() => service.stop());

describe("A TypeScript callback", () => {
  beforeEach(() => start("typescript"));
  const requester = { userId: ALICE, isGuest: false, isAppservice: false, isAdmin: false };
  const declared = { userId: ALICE, declaredType: "image/png", fileName: "a b.png", declaredSizeBytes: 100 };

  test("is told of the upload and its user, and of the true size once the body has arrived", async () => {
    expect((await upload("alice", "?filename=a%20b.png")).status).toBe(200);
    const before = { hasId: true, requester, upload: declared, aborted: false };
    expect(told("allowed")).toEqual([{ callback: "allowed", ...before }]);
    expect(told("limits")).toEqual([{ callback: "limits", ...before }]);
    const after = { ...before, upload: { ...declared, sizeBytes: 100 } };
    expect(told("spam")).toEqual([{ callback: "spam", ...after }]);
    await vi.waitFor(() => expect(told("uploaded")).toEqual([{ callback: "uploaded", ...after }]), PATIENCE);
  });

  test("is told by a tokens file that the user is an administrator", async () => {
    expect((await upload("admin")).status).toBe(200);
    expect(told("spam")).toMatchObject([{ requester: { userId: "@admin:example.test", isAdmin: true } }]);
  });

  test("is told of no declared size, type or name where the client gives none", async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(50));
        controller.close();
      },
    });
    const answer = await service.request(UPLOAD, { method: "POST", as: "alice", body, duplex: "half" });
    expect(answer.status).toBe(200);
    expect(told("limits")[0]).toMatchObject({ upload: { userId: ALICE } });
    expect(told("limits")[0]?.["upload"]).toEqual({ userId: ALICE });
    expect(told("allowed")[0]?.["upload"]).toEqual({ userId: ALICE, sizeBytes: 50 });
    expect(told("spam")[0]?.["upload"]).toEqual({ userId: ALICE, sizeBytes: 50 });
  });

  test("is told of the user and of no upload where the media configuration is asked for", async () => {
    const answer = await service.request("/_matrix/client/v1/media/config", { as: "alice" });
    expect(answer.status).toBe(200);
    expect(told("config")).toEqual([{ callback: "config", hasId: true, requester, aborted: false }]);
  });

  test("is told of the upload that a limit refuses", async () => {
    expect((await upload("alice", "?filename=limited")).status).toBe(403);
    expect(told("exceeded")).toMatchObject([{ requester, upload: { fileName: "limited", declaredSizeBytes: 100 } }]);
  });

  test.each(["wait-before-the-body", "wait-behind-the-body"])(
    "sees its signal aborted when the client leaves, as the log names no fault of the module (%s)",
    async (name) => {
      const leaving = new AbortController();
      const request = service.request(`${UPLOAD}?filename=${name}`, {
        method: "POST",
        as: "alice",
        body: new Uint8Array(100),
        signal: leaving.signal,
      });
      request.catch(() => undefined);
      await vi.waitFor(() => expect(told("waits")).toHaveLength(1), PATIENCE);
      leaving.abort();
      await expect(request).rejects.toThrow("aborted");
      await vi.waitFor(
        () =>
          expect(told("aborted")).toEqual([{ callback: "aborted", reason: "The client left before it was answered" }]),
        PATIENCE,
      );
      await service.log.waitFor(({ message, facts }) => message === "request" && facts["aborted"] === true);
      expect(service.log.lines.filter(({ level }) => level === "error")).toEqual([]);
      expect(service.files()).toEqual({});
    },
  );
});

test("A TypeScript callback sees its signal aborted at its deadline, and heeding it is not logged as a late failure", async () => {
  await start("typescript", { check_media_file_for_spam: { deadline: 50 } });
  expect((await upload("alice", "?filename=wait-behind-the-body")).status).toBe(503);
  expect(told("aborted")).toEqual([{ callback: "aborted", reason: "no answer within 50 ms" }]);
  expect(service.log.lines.filter(({ level }) => level === "error")).toEqual([]);
  expect(service.files()).toEqual({});
});

test("A Python callback finds the user of the request in its logging context, before it waits and after", async () => {
  await start("python");
  const users = [ALICE, ALICE, ALICE, ALICE];
  expect((await upload("alice")).status).toBe(200);
  expect((await service.request("/_matrix/client/v1/media/config", { as: "alice" })).status).toBe(200);
  await vi.waitFor(() => expect(told("uploaded")).toHaveLength(1), PATIENCE);
  for (const callback of ["config", "allowed", "limits", "spam", "uploaded"]) {
    expect(told(callback)).toEqual([{ callback, users, hasId: true }]);
  }
});
