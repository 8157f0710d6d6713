import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { NOT_ENDED, ownFolder, SPAM, told, useShadowHost } from "./shadow-host.ts";

const host = useShadowHost();

describe("The shadows of a Synapse's modules", () => {
  test("look at a copy of the file that is handed over, and leave nothing of it", { timeout: 60_000 }, async () => {
    const { synapse, opened } = await host.start();
    await opened();
    await host.loaded(2);
    const mine = join(host.folder, "data", "shadow-files", ownFolder("0"));
    mkdirSync(mine, { recursive: true });
    const file = join(mine, "handed-over");
    writeFileSync(file, "bytes");
    const info = { server_name: null, file_id: "abcdefgh", url_cache: false, thumbnail: null };
    const question = { ...told, kind: SPAM, args: ["/gone", info] };
    synapse.connection.notify("asked", { ...question, file });
    synapse.connection.notify("asked", question);
    await vi.waitFor(() => {
      expect(host.counts(1)).toEqual([
        [SPAM, "dropped", 1],
        [SPAM, "same", 1],
      ]);
    }, 20_000);
    await vi.waitFor(() => expect(existsSync(mine) ? readdirSync(mine) : []).toEqual([]));
  });

  test(
    "remove the links of a process that has left, and no other's of the same number",
    { timeout: 60_000 },
    async () => {
      const one = await host.start();
      await one.opened();
      const other = await host.start({ files: ownFolder("1") });
      await other.opened();
      const [left, kept] = [host.makeFolder(ownFolder("0")), host.makeFolder(ownFolder("1"))];
      one.synapse.leave();
      await vi.waitFor(() => expect(existsSync(left)).toBe(false));
      expect(readdirSync(kept)).toEqual(["1"]);
    },
  );

  test("remove links that were left behind, and none of a process that is there", { timeout: 60_000 }, async () => {
    const gone = spawnSync(process.execPath, ["--version"]).pid;
    const left = [host.makeFolder(`${gone}-${"a".repeat(16)}`), host.makeFolder(ownFolder("b"))];
    const kept = [host.makeFolder(ownFolder("c")), host.makeFolder("another")];
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    utimesSync(left[1] ?? "", longAgo, longAgo);
    const { opened } = await host.start();
    await opened();
    expect([...left, ...kept].map((path) => existsSync(path))).toEqual([false, false, true, true]);
  });

  test.each(["..", "7", `7-${"a".repeat(15)}/`, `../7-${"a".repeat(16)}`])(
    "take no folder of links that has another form, such as %s",
    { timeout: 60_000 },
    async (files) => {
      const { opened } = await host.start({ files });
      await expect(opened()).rejects.toThrow(/files/);
    },
  );

  test("leave the socket to another configuration though a folder cannot be removed", { timeout: 60_000 }, async () => {
    const { synapse, opened } = await host.start();
    mkdirSync(join(host.folder, "data"));
    // A file where the folders belong: none below it can be removed.
    writeFileSync(join(host.folder, "data", "shadow-files"), "");
    await opened();
    synapse.leave();
    await host.freed();
    expect(host.log.lines.filter(({ message }) => message === NOT_ENDED)).toEqual([]);
  });
});
