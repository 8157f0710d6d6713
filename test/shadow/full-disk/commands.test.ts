import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RecordingFile } from "../../../src/shadow/recording/recording-file.ts";
import { toLine } from "../../../src/shadow/recording/format.ts";
import { newHeader } from "../../../src/shadow/recording/recordings.ts";
import { createFolder, keep } from "../../cli/parity/recorded-shadow.ts";
import { refused } from "../differences/questions.ts";
import { canMount, mountDisk } from "./small-disk.ts";

const USER = "@alice:example.test";
const ORIGINAL = `
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "original",
  setup(api) {
    api.registerMediaRepositoryCallbacks({ isUserAllowedToUploadMediaOfSize: (_user, size) => size < 500 });
  },
});
`;

test.skipIf(!canMount)(
  "parity --fixture onto a disk without room for it says so, and leaves no file behind",
  async () => {
    const disk = mountDisk(1);
    const folder = createFolder();
    const long = `@${"a".repeat(5_000)}:example.test`;
    await keep(
      folder,
      Array.from({ length: 300 }, (_item, size) => refused(size, { args: [long, size] })),
    );
    const fixture = join(disk.path, "differences.jsonl");
    const whole = await folder.end(["parity", "--fixture", fixture]);
    expect(whole).toMatchObject({ status: 1, stderr: expect.stringContaining(`${fixture} cannot be written: ENOSPC`) });
    expect(whole.stderr).not.toContain("    at ");
    expect(readdirSync(disk.path)).toEqual([]);
  },
);

test.skipIf(!canMount)(
  "Where a disk has room for the questions of a fixture and not for its test, neither is left",
  async () => {
    const disk = mountDisk(1);
    const folder = createFolder();
    await keep(folder, [refused(1)]);
    disk.fill();
    disk.give(1);
    const fixture = join(disk.path, "differences.jsonl");
    const ended = await folder.end(["parity", "--fixture", fixture]);
    expect(ended.stderr).toContain(`${join(disk.path, "differences.test.ts")} cannot be written: ENOSPC`);
    expect(readdirSync(disk.path)).toEqual(["filler"]);
  },
);

test.skipIf(!canMount)(
  "replay --write and call --record say that a disk is full, and leave no file behind",
  async () => {
    const disk = mountDisk(1);
    const folder = createFolder();
    folder.write("original.ts", ORIGINAL);
    const recording = join(folder.path, "recording.jsonl");
    const file = await RecordingFile.open(recording, newHeader("example.test", "1"));
    const question = { module: "m", callback: "is_user_allowed_to_upload_media_of_size" as const, micros: 1, ts: 1 };
    await file.append(toLine({ ...question, args: [USER, 100], said: { outcome: "continue" } }));
    await file.append(toLine({ ...question, args: [USER, 900], said: { outcome: "stop", value: null } }));
    await file.close();
    disk.fill();
    const written = join(disk.path, "written.jsonl");
    const modules = ["--module", "original.ts", "--original", "original.ts"];
    const replayed = await folder.endBare(["replay", recording, ...modules, "--generate", "--write", written]);
    expect(replayed).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`${written} cannot be written: ENOSPC`),
    });
    const called = await folder.end(["call", "get_media_config_for_user", USER, "--record", written]);
    expect(called).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`${written} cannot be written: ENOSPC`),
    });
    expect(`${replayed.stderr}${called.stderr}`).not.toContain("    at ");
    expect(readdirSync(disk.path)).toEqual(["filler"]);
  },
);
