import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestService, writeConfig } from "../support/service.ts";
import { startServiceProcess } from "./support/service-process.ts";

const BOUND_MS = 10_000;

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "media-bridge-test-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("Nothing that the service makes under its data path is within reach of other users, whatever the umask", async () => {
  const umask = process.umask(0);
  mkdirSync(join(folder, "data"));
  const service = await startTestService({
    folder,
    config: { modules: [{ module: "web_resources.WebResources", config: { paths: { "/_leaf": "leaf" } } }] },
  }).finally(() => process.umask(umask));
  try {
    await service.upload("content");
    const data = join(folder, "data");
    const open = readdirSync(data, { recursive: true })
      .map(String)
      .filter((name) => isReachable(data, join(data, name)));
    expect(readdirSync(data)).toEqual(expect.arrayContaining(["media.db", "media.db-wal", "control", "sockets"]));
    expect(open.filter((name) => !statSync(join(data, name)).isDirectory())).toEqual([]);
  } finally {
    await service.stop();
  }
});

test.each([
  ["a pipe", (path: string) => void execFileSync("mkfifo", [path])],
  ["a symbolic link", (path: string) => symlinkSync(join(folder, "tokens.yaml"), path)],
])("A download is 404 where %s is in the place of its file, and the service answers on", async (_, put) => {
  const config = writeConfig(folder, join(folder, "media"), {});
  const service = await startServiceProcess(config);
  try {
    const url = `http://127.0.0.1:${service.port}`;
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(url + path, {
        ...init,
        headers: { Authorization: "Bearer token-of-alice" },
        signal: AbortSignal.timeout(BOUND_MS),
      });
    const upload = await ask("/_matrix/media/v3/upload", { method: "POST", body: "content" });
    const mediaId = ((await upload.json()) as { content_uri: string }).content_uri.split("/").at(-1) ?? "";
    const path = join(folder, "media/local_content", mediaId.slice(0, 2), mediaId.slice(2, 4), mediaId.slice(4));
    rmSync(path);
    put(path);
    const answer = await ask(`/_matrix/client/v1/media/download/example.test/${mediaId}`);
    expect([answer.status, await answer.json()]).toMatchObject([404, { errcode: "M_NOT_FOUND" }]);
    expect((await ask("/health")).status).toBe(200);
  } finally {
    await service.stop();
  }
});

/**
 * Whether other users get to a path: every folder from the top one down lets them pass, and the file itself lets them
 * do something.
 */
function isReachable(top: string, path: string): boolean {
  if ((statSync(path).mode & 0o077) === 0) return false;
  for (let above = dirname(path); !relative(top, above).startsWith(".."); above = dirname(above)) {
    if ((statSync(above).mode & 0o011) === 0) return false;
  }
  return true;
}
