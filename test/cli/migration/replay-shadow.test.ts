import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BOB, CONFIG, recordedFolder, replay, reportOf, TYPESCRIPT } from "./plans.ts";

test(
  "The shadow of an entry is asked with its own configuration and its ignore, and its borders with the entry's answers",
  { timeout: 120_000 },
  async () => {
    const folder = await recordedFolder();
    const configure = (shadow: object | undefined) => {
      const modules = [{ module: "plans.Plans", config: CONFIG, ...(shadow !== undefined && { shadow }) }];
      folder.write("media-bridge.yaml", JSON.stringify({ ...folder.readConfig(), modules }));
    };
    const shadowed = ["--entry", "1", "--shadow"];
    // Its own configuration lets Bob upload less than he did.
    configure({ typescript: "./plans.ts", config: { ...CONFIG, default: 9 } });
    const lower = await replay(folder, ...shadowed, "--json");
    expect(lower.status).toBe(1);
    expect(reportOf(lower)).toMatchObject({ asked: 10, candidate: join(folder.path, "plans.ts") });
    expect(reportOf(lower).classes["different_effect"]?.smallest[0]?.args).toEqual([BOB, 10]);
    // Where it has none it gets the entry's.
    configure({ typescript: "./plans.ts" });
    const right = await replay(folder, ...shadowed);
    expect([right.status, right.stdout]).toEqual([0, expect.stringContaining("asked: 10\n  10  the same")]);
    // The entry itself is asked as before.
    expect((await replay(folder, "--entry", "1")).stdout).toContain("candidate: plans.Plans");

    writeFileSync(join(folder.path, "plans.ts"), TYPESCRIPT.replace("size <= maxBytes(user)", "size < maxBytes(user)"));
    const borders = await replay(folder, ...shadowed, "--generate", "--write", "borders.jsonl", "--json");
    expect([borders.status, reportOf(borders).borders]).toEqual([1, 2]);

    writeFileSync(join(folder.path, "mine.ts"), 'export default (callback: string) => callback.startsWith("is_user");');
    writeFileSync(join(folder.path, "none.ts"), "export default () => false;");
    configure({ typescript: "./plans.ts", config: { ...CONFIG, default: 9 }, ignore: "./mine.ts" });
    const ignored = await replay(folder, ...shadowed, "--callback", "is_user_allowed_to_upload_media_of_size");
    expect([ignored.status, ignored.stdout]).toEqual([0, expect.stringContaining("1  different, and ignored")]);
    expect((await replay(folder, ...shadowed, "--ignore", "none.ts")).status).toBe(1);

    const fails = async (...args: string[]) => {
      const { status, stderr } = await folder.endBare(["replay", "questions.jsonl", ...args]);
      return [status, stderr];
    };
    const config = ["--config", folder.config];
    expect(await fails("--shadow")).toEqual([1, expect.stringContaining("--shadow is that of an entry: add --config <path> and --entry <number>")]);
    expect(await fails(...config, ...shadowed, "--module", "plans.ts")).toEqual([1, expect.stringContaining("both name the module: leave one out")]);
    expect(await fails(...config, ...shadowed, "--module-config", "{}")).toEqual([1, expect.stringContaining("--module-config is the configuration of --module")]);
    configure(undefined);
    expect(await fails(...config, ...shadowed)).toEqual([1, expect.stringContaining("entry 1 of the configuration has no shadow: name a module by --module")]);
  },
); // prettier-ignore
