import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CliFolder } from "../../support/cli.ts";
import { ALICE, BOB, CONFIG, PYTHON, recordedFolder, replay, reportOf, TYPESCRIPT } from "./plans.ts";

test(
  "Recorded questions find what a rewritten module does differently, and nothing where it is right",
  { timeout: 240_000 },
  async () => {
    const folder = await recordedFolder();
    expect(statSync(join(folder.path, "questions.jsonl")).mode & 0o777).toBe(0o600);
    const candidate = ["--module", "plans.ts", "--entry", "1"];

    const right = await replay(folder, ...candidate);
    expect([right.status, right.stderr]).toEqual([0, ""]);
    expect(right.stdout).toContain("questions to: plans.Plans\nasked: 10\n  10  the same");

    // A Python module is replayed as well, and without a configuration: on the path, with JSON.
    const { media_bridge: own } = folder.readConfig() as { media_bridge: { python: { executable: string } } };
    const bare = ["--python", own.python.executable, "--python-path", folder.path, "--module-config", JSON.stringify(CONFIG)];
    const python = await folder.endBare(["replay", "questions.jsonl", "--module", "plans.Plans", ...bare]);
    expect([python.status, python.stdout]).toEqual([0, expect.stringContaining("  10  the same")]);

    // Every class, the smallest first, and the exit status that goes with it.
    const write = (from: string, to: string) => writeFileSync(join(folder.path, "plans.ts"), TYPESCRIPT.replace(from, to));
    write("size <= maxBytes(user)", "size < 10");
    const different = await replay(folder, ...candidate, "--json");
    expect(different.status).toBe(1);
    expect(reportOf(different).classes["different_effect"]).toMatchObject({
      count: 2,
      smallest: [{ args: [BOB, 10] }, { args: [ALICE, 10] }],
    });
    write('"Enough"', '"Genug"');
    const worded = await replay(folder, ...candidate);
    expect([worded.status, worded.stdout]).toEqual([0, expect.stringContaining("1  worded differently")]);
    expect(worded.stdout).toMatch(/on_media_upload_limit_exceeded .*\(line 9\)\n.*original: {2}403 .*Enough.*\n.*candidate: 403 .*Genug/);
    write("user in config.plans ?", "user.length === 0 ?");
    const limits = await replay(folder, ...candidate, "--callback", "get_media_upload_limits_for_user", "--json");
    expect([limits.status, reportOf(limits).asked]).toEqual([1, 2]);
    write("size <= maxBytes(user)", "{ throw new TypeError(`no ${size}`); }");
    const failed = await replay(folder, ...candidate);
    expect([failed.status, failed.stdout]).toEqual([1, expect.stringContaining("4  THE CANDIDATE FAILED")]);
    writeFileSync(join(folder.path, "plans.ts"), TYPESCRIPT.replace(/isUserAllowedTo.*\n/, ""));
    const less = await replay(folder, ...candidate);
    expect(less.status).toBe(1);
    expect(less.stdout).toContain("warning: the candidate does not register is_user_allowed_to_upload_media_of_size");

    // What does not matter, and files that are gone or others.
    writeFileSync(join(folder.path, "ignore.ts"), 'export default (callback: string) => callback.startsWith("is_user");');
    const ignored = await replay(folder, ...candidate, "--ignore", "ignore.ts");
    expect([ignored.status, ignored.stdout]).toEqual([0, expect.stringContaining("2  different, and ignored")]);
    write("", "");
    writeFileSync(join(folder.path, "spam.txt"), "maps");
    const skipped = reportOf(await replay(folder, ...candidate, "--json"));
    expect([skipped.asked, skipped.skippedFiles]).toEqual([9, 1]);
  },
); // prettier-ignore

test(
  "Borders between recorded numbers are found with the original, and written as a recording",
  { timeout: 120_000 },
  async () => {
    const folder = await recordedFolder();
    const generate = ["--module", "plans.ts", "--entry", "1", "--generate"];
    writeFileSync(join(folder.path, "plans.ts"), TYPESCRIPT.replace("size <= maxBytes(user)", "size < maxBytes(user)"));
    // The recording alone does not show it.
    expect((await replay(folder, "--module", "plans.ts", "--entry", "1")).status).toBe(0);
    const wrong = await replay(folder, ...generate, "--write", "borders.jsonl", "--json");
    expect(wrong.status).toBe(1);
    const report = reportOf(wrong);
    expect(report.borders).toBe(2);
    expect(report.classes["different_effect"]?.smallest.map(({ args }) => args)).toEqual([
      [BOB, 100],
      [ALICE, 5000],
    ]);
    const again = await replay(folder, ...generate, "--write", "again.jsonl");
    expect([again.status, again.stdout]).toEqual([1, expect.stringContaining("2 borders of the original were found")]);
    const [one, other] = ["borders.jsonl", "again.jsonl"].map((name) => argsIn(join(folder.path, name)));
    expect(one).toEqual(other);
    expect(statSync(join(folder.path, "borders.jsonl")).mode & 0o777).toBe(0o600);
    const kept = await replay(folder, ...generate, "--write", "borders.jsonl");
    expect([kept.status, kept.stderr]).toEqual([1, expect.stringContaining("borders.jsonl exists already")]);

    const replayed = await folder.end(["replay", "borders.jsonl", "--module", "plans.ts", "--entry", "1", "--json"]);
    expect(reportOf(replayed).classes["different_effect"]?.count).toBe(2);
    writeFileSync(join(folder.path, "plans.ts"), TYPESCRIPT);
    expect((await replay(folder, ...generate)).status).toBe(0);

    // Without an original, what is not known is not called the same.
    const alone = reportOf(await replay(folder, "--module", "plans.ts", "--module-config", JSON.stringify(CONFIG), "--generate", "--json"));
    expect(alone.classes).toEqual({});
    expect(alone.warnings).toEqual([expect.stringContaining("the original was not asked")]);
    const named = ["--original", "plans.Plans", "--original-config", JSON.stringify(CONFIG)];
    const both = await replay(folder, "--module", "plans.ts", "--module-config", JSON.stringify(CONFIG), "--generate", ...named);
    expect([both.status, both.stdout]).toEqual([0, expect.stringContaining("2 borders of the original were found")]);
  },
); // prettier-ignore

function argsIn(path: string): unknown[] {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n").slice(1);
  return lines.map((line) => (JSON.parse(line) as { args: unknown }).args);
}

function question(module: string): string {
  return `{"module":"${module}","callback":"on_media_deleted","args":["abc"],"said":{"outcome":"continue"},"micros":1,"ts":1}\n`;
}

test("A replay writes nothing and sends nothing, and a command that leaves something open says what", async () => {
  const folder = new CliFolder({ config: { modules: [{ module: "plans.Plans", config: CONFIG }] } });
  writeFileSync(join(folder.path, "plans.py"), PYTHON);
  writeFileSync(join(folder.path, "plans.ts"), TYPESCRIPT);
  const header = '{"format":"media-bridge questions","version":1,"server_name":"example.test","started":"2026-01-01T00:00:00Z","service":"1"}\n';
  const file = join(folder.path, "questions.jsonl");
  writeFileSync(file, header + question("a.A") + question("b.B"));
  const fails = async (...args: string[]) => {
    const { status, stderr } = await replay(folder, ...args);
    expect(status).toBe(1);
    return stderr;
  };
  const before = folder.files();
  expect(await fails()).toContain("expected --module <file or class>, or --config <path> with --entry <number>");
  expect(await fails("--entry", "2")).toContain("--entry 2: this configuration has the modules 1 (plans.Plans)");
  expect(await fails("--entry", "0")).toContain("expected a whole number from 1");
  expect(await fails("--module", "none.ts")).toContain("none.ts: the file does not exist");
  expect(await fails("--module", "plans.ts", "--callback", "on_moon")).toContain("on_moon is not a callback");
  expect(await fails("--module", "plans.ts", "--seed", "7")).toContain("--seed goes with --generate");
  expect(await fails("--module", "plans.ts", "--generate", "--write", "x")).toContain("--write needs the original");
  expect(await fails("--module", "plans.ts", "--entry", "1")).toContain("questions to a.A and to b.B (line 3): choose one with --of");
  const chosen = await replay(folder, "--module", "plans.ts", "--entry", "1", "--of", "b.B");
  expect([chosen.status, chosen.stdout]).toEqual([0, expect.stringContaining("asked: 1\n")]);
  writeFileSync(file, `${header}{"module"`);
  const cut = await replay(folder, "--entry", "1");
  expect(cut.status).toBe(0);
  expect(cut.stdout).toContain(`warning: ${file}:2: the last line was cut, and is left out`);
  expect(cut.stdout).toContain("warning: no question was asked");
  expect(folder.files()).toEqual(before);
  expect(folder.processes()).toEqual([]);
}, 60_000); // prettier-ignore
