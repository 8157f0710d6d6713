import { expect, test } from "vitest";
import { linesThatMatter } from "../../../src/modules/python/children/pip-output.ts";

const PSYCOPG2 = `Collecting psycopg2
  Downloading psycopg2-2.9.11.tar.gz (379 kB)
     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 379.1/379.1 kB 5.0 MB/s eta 0:00:00
  Getting requirements to build wheel: finished with status 'error'
  error: subprocess-exited-with-error

  × Getting requirements to build wheel did not run successfully.
  │ exit code: 1
  ╰─> [35 lines of output]
      running egg_info
      writing psycopg2.egg-info/PKG-INFO
      Error: pg_config executable not found.

      pg_config is required to build psycopg2 from source.  Please add the directory
      containing pg_config to the $PATH or specify the full executable path with the
      option:

          python setup.py build_ext --pg-config /path/to/pg_config build ...

      or with the pg_config option in 'setup.cfg'.

      If you prefer to avoid building psycopg2 from source, please install the PyPI
      'psycopg2-binary' package instead.

      For further information please check the 'doc/src/install.rst' file (also at
      <https://www.psycopg.org/docs/install.html>).

      [end of output]

  note: This error originates from a subprocess, and is likely not a problem with pip.
ERROR: Failed to build 'psycopg2' when getting requirements to build wheel`;

test("What pip says of the cause is shown, however far it is from the end, and its progress is not", () => {
  const shown = linesThatMatter(PSYCOPG2);
  expect(shown).toContain("Error: pg_config executable not found.");
  expect(shown).toContain("ERROR: Failed to build 'psycopg2'");
  expect(shown).not.toMatch(/Collecting|Downloading|━/);
});

test("Of a compiler's long output the first causes and the last lines are shown, with gaps marked", () => {
  const noise = Array.from({ length: 500 }, (_, line) => `    gcc -c part-${line}.c ${"x".repeat(1000)}`);
  const shown = linesThatMatter(
    [...noise, "    fatal error: Python.h: No such file", ...noise, "ERROR: the end"].join("\n"),
  );
  expect(shown).toContain("    fatal error: Python.h: No such file\n  …\n");
  expect(shown).toMatch(/ERROR: the end$/);
  expect(shown.split("\n").length).toBeLessThan(40);
  expect(shown.length).toBeLessThan(12_000);
});

test("Nothing said is nothing shown", () => {
  expect([linesThatMatter(undefined), linesThatMatter("\n\n")]).toEqual(["", ""]);
});
