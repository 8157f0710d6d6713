import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { testPython } from "../support/python.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const CLI = join(PROJECT, "dist/cli/main.js");

/** A project in which this package and a test runner are installed. */
function createProject(): string {
  const folder = createTemporaryFolder();
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(PROJECT, join(folder, "node_modules/synapse-media-bridge"));
  for (const name of ["vitest", "zod"])
    symlinkSync(join(PROJECT, "node_modules", name), join(folder, "node_modules", name));
  return folder;
}

function run(cwd: string, ...args: readonly string[]) {
  return execa(process.execPath, [CLI, ...args], { cwd, reject: false });
}

test(
  "From new-module --python by way of its tests to new-module in TypeScript: the two answer alike",
  { timeout: 180_000 },
  async () => {
    const project = createProject();
    expect((await run(project, "new-module", "small-files", "--python")).stdout).toContain("made small-files/");
    const python = join(project, "small-files");
    const tested = await execa(testPython(), ["-m", "pytest", "-q", "-p", "no:cacheprovider"], {
      cwd: python,
      reject: false,
    });
    expect(tested.stdout).toContain("3 passed");

    expect((await run(project, "new-module", "small-pictures")).exitCode).toBe(0);
    const typescript = join(project, "small-pictures");
    const vitest = join(project, "node_modules/vitest/vitest.mjs");
    const checked = await execa(process.execPath, [vitest, "run"], {
      cwd: typescript,
      reject: false,
      env: { NO_COLOR: "1" },
    });
    expect(checked.stdout).toContain("3 passed");

    // The environment of the tests, in place of one that the service would make.
    const config = join(python, "media-bridge.yaml");
    writeFileSync(
      config,
      readFileSync(config, "utf8").replace("  python:", `  python:\n    executable: ${testPython()}`),
    );
    for (const size of ["1000000", "1000001"]) {
      const [before, after] = await Promise.all([python, typescript].map((folder) => ask(folder, size)));
      expect(before).toMatchObject({ slots: [{ language: "python" }] });
      expect(after).toMatchObject({ slots: [{ language: "typescript", outcome: before?.slots[0]?.outcome }] });
      expect(after?.http).toEqual(before?.http);
    }
  },
);

interface Report {
  readonly slots: readonly { readonly language: string; readonly outcome: string }[];
  readonly http: unknown;
}

async function ask(folder: string, size: string): Promise<Report> {
  const question = ["is_user_allowed_to_upload_media_of_size", "@alice:example.test", size];
  const { stdout } = await run(folder, "call", "--json", "--config", "media-bridge.yaml", ...question);
  return JSON.parse(stdout) as Report;
}

test.each(["Small", "small_files", "9lives", "-x", "a--b", "../escape", "a/b", "", "a".repeat(61)])(
  "new-module refuses the name %j in words, and makes nothing",
  async (name) => {
    const folder = createTemporaryFolder();
    const { exitCode, stderr } = await run(folder, "new-module", "--", name);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("a module's name is made of lower-case letters, digits and single dashes");
    expect(readdirSync(folder)).toEqual([]);
  },
);

test("new-module refuses a name that Python cannot import, and takes it for TypeScript", async () => {
  const folder = createTemporaryFolder();
  const { stderr } = await run(folder, "new-module", "--python", "class");
  expect(stderr).toContain("class: a Python module cannot have this name");
  expect((await run(folder, "new-module", "class")).exitCode).toBe(0);
});

test.each(["a folder", "a file"])("new-module changes nothing where %s of that name is there", async (what) => {
  const folder = createTemporaryFolder();
  const path = join(folder, "small-files");
  if (what === "a folder") mkdirSync(path);
  else writeFileSync(path, "mine");
  const { exitCode, stderr } = await run(folder, "new-module", "small-files");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("there is something of that name already, and nothing was changed");
  expect(statSync(path).isDirectory() ? readdirSync(path) : readFileSync(path, "utf8")).toEqual(
    what === "a folder" ? [] : "mine",
  );
});
