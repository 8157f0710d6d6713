import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import type { CliFolder } from "../../support/cli.ts";
import { CRASH, limit, raised, stop } from "../../shadow/compare/answers.ts";
import { compared, PAIR, refused } from "../../shadow/differences/questions.ts";
import { createFolder, keep, mendCandidate, SECRET } from "./recorded-shadow.ts";

const PROJECT = fileURLToPath(new URL("../../..", import.meta.url));

interface Line {
  readonly callback?: string;
  readonly args?: readonly unknown[];
}

function readLines(folder: CliFolder, name: string): Line[] {
  return readFileSync(join(folder.path, name), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

/** Runs the test that was written, where this package and a test runner are installed. */
async function runTests(folder: CliFolder): Promise<{ readonly exitCode: number | undefined; readonly text: string }> {
  const installed = join(folder.path, "node_modules");
  mkdirSync(installed, { recursive: true });
  for (const [name, target] of [
    ["synapse-media-bridge", PROJECT],
    ["vitest", join(PROJECT, "node_modules/vitest")],
    ["zod", join(PROJECT, "node_modules/zod")],
  ] as const) {
    symlinkSync(target, join(installed, name));
  }
  return runAgain(folder);
}

async function runAgain(folder: CliFolder): Promise<{ readonly exitCode: number | undefined; readonly text: string }> {
  const vitest = join(folder.path, "node_modules/vitest/vitest.mjs");
  const { exitCode, all } = await execa(process.execPath, [vitest, "run"], {
    cwd: folder.path,
    reject: false,
    all: true,
    env: { NO_COLOR: "1" },
  });
  return { exitCode, text: all };
}

test(
  "The test of a fixture fails with both answers until the candidate is mended, and passes then",
  { timeout: 120_000 },
  async () => {
    const folder = createFolder();
    await keep(folder, [refused(1000), compared(), refused(1000)]);
    const { status, stdout } = await folder.end(["parity", "--fixture", "found/differences.jsonl"]);
    expect(status).toBe(1);
    expect(stdout).toContain("2 of 3 differ");
    mkdirSync(join(folder.path, "found"));
    const written = await folder.end(["parity", "--fixture", "found/differences.jsonl"]);
    expect(written).toMatchObject({ status: 0, stderr: "" });
    expect(written.stdout).toContain("differences.jsonl: 1 questions that the candidate answers differently");
    expect(written.stdout).not.toContain(SECRET);
    for (const name of ["differences.jsonl", "differences.test.ts", "differences.config.json"]) {
      expect(statSync(join(folder.path, "found", name)).mode & 0o777).toBe(0o600);
    }

    const failed = await runTests(folder);
    expect(failed.exitCode).toBe(1);
    expect(failed.text).toContain('1: is_user_allowed_to_upload_media_of_size("@alice:example.test",1000)');
    expect(failed.text).toContain('"errcode": "M_TOO_LARGE"');
    expect(failed.text).toMatch(/Tests +1 failed \(1\)/);

    mendCandidate(folder);
    const passed = await runAgain(folder);
    expect(passed.text).toMatch(/Tests +1 passed \(1\)/);
    expect(passed.exitCode).toBe(0);
  },
);

const EVERYTHING = `
import { defineModule, MatrixError, refuse } from "synapse-media-bridge";
export default defineModule({
  name: "everything",
  setup(api, { isMended, big }) {
    if (big !== 12345678901234567890n) throw new Error("the configuration is rounded");
    api.registerMediaRepositoryCallbacks({
      getMediaConfigForUser: () => ({ "m.upload.size": isMended ? 1 : 2 }),
      getMediaUploadLimitsForUser: () => [{ maxBytes: isMended ? 9007199254740993n : 1, timePeriodMs: 1000 }],
      onMediaUploadLimitExceeded(_userId, limit) {
        if (isMended) throw new MatrixError(403, "M_FORBIDDEN", "more than " + limit.maxBytes);
      },
      onMediaDeleted() {
        if (!isMended) throw new TypeError("no");
      },
    });
    api.registerSpamCheckerCallbacks({
      checkMediaFileForSpam: async (file, _info, context) => {
        const text = (await file.stream().toArray()).join("");
        const isKnown = text === "eicar" && context.requester?.userId === "@bob:example.test";
        return isMended && isKnown ? refuse({ errcode: "M_FORBIDDEN", fields: { "org.example.size": text.length } }) : false;
      },
    });
  },
});
`;

test(
  "A fixture can hold every callback, and the file of a spam check is found by its hash",
  { timeout: 120_000 },
  async () => {
    const folder = createFolder({ typescript: "./everything.ts", config: { isMended: false } });
    folder.write("everything.ts", EVERYTHING);
    // JSON.stringify cannot write such a number.
    const config = readFileSync(folder.config, "utf8").replace(
      '"isMended": false',
      '"isMended": false, "big": 12345678901234567890',
    );
    writeFileSync(folder.config, config);
    const eicar = join(folder.path, "eicar");
    writeFileSync(eicar, "eicar");
    const info = { server_name: null, file_id: "abcdef", url_cache: false, thumbnail: null };
    await keep(folder, [
      compared({
        kind: "get_media_config_for_user",
        args: ["@a:example.test"],
        original: stop('{"m.upload.size": 1.0}'),
        candidate: stop('{"m.upload.size":2}'),
      }),
      compared({
        kind: "get_media_upload_limits_for_user",
        args: ["@a:example.test", 1],
        original: stop([limit("9007199254740993", "1000.0")]),
        candidate: stop([limit("1", "1000")]),
      }),
      compared({
        kind: "on_media_upload_limit_exceeded",
        args: ["@a:example.test", limit("100.0", "1000"), 1, 2],
        original: raised(403, "M_FORBIDDEN", "more than 100"),
      }),
      compared({ kind: "on_media_deleted", args: ["abcdef"], candidate: CRASH }),
      compared({
        kind: "check_media_file_for_spam",
        args: [eicar, info],
        user: "@bob:example.test",
        file: { path: eicar, lengthBytes: 5 },
        original: stop({ errcode: "M_FORBIDDEN", fields: '{"org.example.size":5}' }),
      }),
    ]);
    expect((await folder.end(["parity", "--fixture", "found.jsonl"])).status).toBe(0);
    const [header, ...questions] = readLines(folder, "found.jsonl");
    expect(header).toMatchObject({ format: "media-bridge questions", version: 1, server_name: "example.test" });
    const sizes = questions.map(({ args }) => JSON.stringify(args).length);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));

    const failed = await runTests(folder);
    expect(failed.text).toMatch(/Tests +4 failed \| 1 skipped \(5\)/);
    mkdirSync(join(folder.path, "files"));
    writeFileSync(join(folder.path, "files", createHash("sha256").update("eicar").digest("hex")), "eicar");
    expect((await runAgain(folder)).text).toMatch(/Tests +5 failed \(5\)/);
    const own = join(folder.path, "found.config.json");
    writeFileSync(own, readFileSync(own, "utf8").replace('"isMended":false', '"isMended":true'));
    expect((await runAgain(folder)).text).toMatch(/Tests +5 passed \(5\)/);
  },
);

test("Nothing is overwritten", async () => {
  const folder = createFolder();
  await keep(folder, [refused(1000)]);
  folder.write("found.test.ts", "mine");
  const { status, stderr } = await folder.end(["parity", "--fixture", "found.jsonl"]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^media-bridge: \S+found\.test\.ts exists: delete it, or name another file/m);
  expect(folder.files()).not.toContain("found.jsonl");
  expect(readFileSync(join(folder.path, "found.test.ts"), "utf8")).toBe("mine");
});

test("Without a difference nothing is written", async () => {
  const folder = createFolder();
  await keep(folder, [compared()]);
  const { stdout } = await folder.end(["parity", "--fixture", "found.jsonl"]);
  expect(stdout).toContain("No difference is kept: there is nothing to write.");
  expect(folder.files()).not.toContain("found.jsonl");
});

test("An anonymous fixture has neither names nor the candidate's configuration", async () => {
  const folder = createFolder();
  await keep(folder, [refused(1000)]);
  const { stdout } = await folder.end(["parity", "--anonymous", "--fixture", "found.jsonl"]);
  expect(stdout).toContain("write found.config.json for it");
  expect(folder.files()).not.toContain("found.config.json");
  for (const name of ["found.jsonl", "found.test.ts"]) {
    expect(readFileSync(join(folder.path, name), "utf8")).not.toMatch(/alice|example\.test|hunter2|media-bridge-cli/);
  }
});

test("For a candidate in Python the questions are written, and that there is no test is said", async () => {
  const folder = createFolder({ module: "my_package.NewLimits" });
  await keep(folder, [refused(1000)]);
  const { stdout } = await folder.end(["parity", "--fixture", "found.jsonl"]);
  expect(stdout).toContain("(no test: the candidate is not a TypeScript module)");
  expect(readLines(folder, "found.jsonl")).toHaveLength(2);
  expect(folder.files()).not.toContain("found.test.ts");
});

test("Where several modules have a shadow each has files of its own", async () => {
  const folder = createFolder();
  const config = folder.readConfig() as { modules: object[] };
  folder.write("media-bridge.yaml", JSON.stringify({ ...config, modules: [...config.modules, ...config.modules] }));
  await keep(folder, [refused(1000)]);
  await keep(folder, [refused(1001)], { ...PAIR, index: 1 });
  expect((await folder.end(["parity", "--fixture", "found.jsonl"])).status).toBe(0);
  expect(readLines(folder, "found-1.jsonl")[1]?.args).toEqual(["@alice:example.test", 1000]);
  expect(readLines(folder, "found-2.jsonl")[1]?.args).toEqual(["@alice:example.test", 1001]);
});
