import { createHash, randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTestService, writeConfig } from "../../support/service.ts";
import { mediaIdOf } from "../support/bodies.ts";
import { RawConnection, type RawAnswer } from "../support/raw-connection.ts";
import { startServiceProcess } from "../support/service-process.ts";

const ALICE = ["Authorization", "Bearer token-of-alice"] as const;
const MEGABYTE = 2 ** 20;
/** Nobody, where the tests run as root, whom no permission stops. */
const UID = process.getuid?.() === 0 ? 65_534 : undefined;

let folder: string;
let store: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-test-"));
  store = join(folder, "media");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const upload = (port: number, body: Buffer) =>
  RawConnection.ask(port, { method: "POST", target: "/_matrix/media/v3/upload", headers: [ALICE], body });
const answerOf = ({ status, body }: RawAnswer) => [status, JSON.parse(body.toString()) as unknown];
const FAILED = [500, { errcode: "M_UNKNOWN", error: "Internal server error" }];

function filesBelow(path: string): string[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe("an upload that the disk refuses", () => {
  test("is answered 500, tells the client nothing of it, and leaves nothing", async () => {
    const service = await startTestService({ folder });
    try {
      const uploads = join(folder, "data", "uploads");
      rmSync(uploads, { recursive: true, force: true });
      writeFileSync(uploads, "no folder");
      expect(answerOf(await upload(service.port, Buffer.alloc(10)))).toEqual(FAILED);
      expect(answerOf(await upload(service.port, Buffer.alloc(MEGABYTE)))).toEqual(FAILED);
      expect(service.files()).toEqual({});
      const line = await service.log.waitFor(({ level }) => level === "error");
      expect(line.facts["err"]).toMatchObject({ code: "ENOTDIR" });
      rmSync(uploads);
      await service.upload("as if nothing had been");
    } finally {
      await service.stop();
    }
  });

  test("An upload that a full disk refuses leaves nothing, and the next one that fits is stored", async () => {
    const service = await startServiceProcess(writeConfig(folder, store, {}), { fileBlocks: "2048" });
    try {
      expect(answerOf(await upload(service.port, Buffer.alloc(3 * MEGABYTE)))).toEqual(FAILED);
      expect([...filesBelow(store), ...filesBelow(join(folder, "data", "uploads"))]).toEqual([]);
      expect((await upload(service.port, Buffer.alloc(1000))).status).toBe(200);
    } finally {
      await service.stop();
    }
  });
});

test("a media folder without write permission ends the start with a message that names it", async () => {
  const config = writeConfig(folder, store, {});
  mkdirSync(join(folder, "data"));
  mkdirSync(store);
  for (const [path, mode] of [
    [folder, 0o755],
    [join(folder, "data"), 0o777],
    [join(folder, "tokens.yaml"), 0o644],
    [store, 0o555],
  ] as const)
    chmodSync(path, mode);
  const attempt = startServiceProcess(config, { uid: UID });
  await expect(attempt).rejects.toThrow(new RegExp(`^media-bridge: .*${store}`));
  expect(filesBelow(store)).toEqual([]);
});

test("an upload and a download of 100 MB go through whole, in memory that stays flat", async () => {
  const service = await startServiceProcess(writeConfig(folder, store, { config: { max_upload_size: "200M" } }));
  try {
    // A first one, so that what is measured is not what is loaded once.
    await upload(service.port, Buffer.alloc(MEGABYTE));
    const before = peakMemory(service.pid);
    const piece = randomBytes(MEGABYTE);
    const hash = createHash("sha256");
    const connection = await RawConnection.open(service.port);
    connection.send({
      method: "POST",
      target: "/_matrix/media/v3/upload",
      headers: [ALICE, ["Content-Length", String(100 * MEGABYTE)]],
    });
    for (let sent = 0; sent < 100; sent++) {
      hash.update(piece);
      await connection.write(piece);
    }
    const mediaId = mediaIdOf(await connection.answer());
    connection.socket.destroy();
    const url = `http://127.0.0.1:${service.port}/_matrix/client/v1/media/download/example.test/${mediaId}`;
    const response = await fetch(url, { headers: { Authorization: ALICE[1] } });
    expect(response.headers.get("etag")).toBe(`"${hash.digest("hex")}"`);
    expect((await response.arrayBuffer()).byteLength).toBe(100 * MEGABYTE);
    expect(peakMemory(service.pid) - before).toBeLessThan(50 * MEGABYTE);
  } finally {
    await service.stop();
  }
});

/** The most memory that a process has had resident, in bytes. */
function peakMemory(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}
