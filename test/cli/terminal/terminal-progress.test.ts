import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CliFolder } from "../../support/cli.ts";

const CLEAR = "\r\u001b[K";

/** What stood on the line of progress, one after the other. */
const lines = (shown: string) =>
  shown.split(CLEAR).flatMap((line) => (line === "" || line.includes("\n") ? [] : [line]));

test("verify shows on a terminal how far it is, and its findings above that", async () => {
  const folder = new CliFolder();
  const service = await folder.start();
  for (const text of ["one", "two", "three"]) await service.upload(text);
  service.kill("SIGTERM");
  await service.ended;
  const alien = join(folder.path, "media/local_content/aa/bb");
  mkdirSync(alien, { recursive: true });
  writeFileSync(join(alien, "cccccccccccccccccccc"), "");
  const { stdout, status } = await folder.end(["verify"], { terminal: true });
  expect(status).toBe(1);
  expect(lines(stdout)[0]).toMatch(/^\d of 3 media \(\d+ %\), 0 MB, \d files(?:, \d+ a second)?$/);
  expect(stdout).toContain(`${CLEAR}file-unknown: aabbcccccccccccccccccccc`);
  expect(stdout.split(CLEAR).at(-1)).toMatch(/^3 media, 11 bytes, .* 1 findings, 0 files moved\r?$/);
  const { stderr } = await folder.end(["verify"]);
  expect(stderr).toBe("");
});

/** A python3 that takes its time with nothing: it makes no environment, and its pip says what pip says. */
const PYTHON3 = `#!/bin/sh
case "$*" in
  "-c "*) echo 3 11 ;;
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  *) printf 'Collecting Twisted>=24 (from -r x)\\n  Downloading it\\nCollecting attrs\\nInstalling collected packages: Twisted, attrs\\nERROR: no room\\n'; exit 1 ;;
esac
`;

test.each([["check"], ["start"]])(
  "%s shows on a terminal the steps of making the Python environment, and what failed on a line of its own",
  async (command) => {
    const folder = new CliFolder({
      config: { modules: [{ module: "it.It" }] },
      mediaBridge: { python: { path: ["."] } },
    });
    mkdirSync(join(folder.path, "bin"));
    writeFileSync(join(folder.path, "bin/python3"), PYTHON3, { mode: 0o755 });
    const environment = { PATH: `${folder.path}/bin:/usr/bin:/bin` };
    const { stdout } = await folder.end([command], { terminal: true, environment });
    // However many seconds each of them took.
    const steps = lines(stdout).map((line) => line.replace(/ \(\d+ s\)$/, ""));
    expect([...new Set(steps)]).toEqual([
      expect.stringMatching(/^making the Python environment in /),
      "Python environment: package 1: Collecting Twisted>=24",
      "Python environment: package 2: Collecting attrs",
      "Python environment: package 2: Installing 2 packages",
    ]);
    expect(stdout.split(CLEAR).at(-1)).toMatch(/^media-bridge: pip cannot install .*no room/s);
  },
);
