import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { refuse } from "../../cli/refusals.ts";
import { CliFolder } from "../../support/cli.ts";
import { FIXTURE_MODULES } from "../../support/service.ts";
import { testPython } from "../../support/python.ts";

const BAD_LIST = { module: "badlist.BadList", config: { word: "hunter2-hunter2-hunter2" } };

describe.concurrent("One module of Synapse's list that cannot be loaded", () => {
  test("is told with the list that would load, and every other one that would not", async () => {
    const modules = [
      { module: "loading.Fine" },
      { module: "no_such_package.Module" },
      { module: "loading.RaisesInParse", config: { secret: "hunter2-hunter2-hunter2" } },
      { module: "every.Every" },
    ];
    const config = { modules, spam_checker: BAD_LIST };
    const message = await refuse(new CliFolder({ config, pythonPath: [FIXTURE_MODULES] }), ["check"]);
    expect(message).toContain("module 2 (module: no_such_package.Module) cannot be imported: ModuleNotFoundError");
    expect(message).toMatch(/^module 3 \(module: loading\.RaisesInParse\) refuses its configuration: ValueError: /m);
    expect(message).toMatch(
      /^To start without what cannot be loaded, name the others in media_bridge\.modules, each with its config/m,
    );
    expect(message.trimEnd().split("\n").slice(-5)).toEqual([
      "  media_bridge:",
      "    modules:",
      "      - module: loading.Fine",
      "      - module: every.Every",
      "      - spam_checker: badlist.BadList",
    ]);
  });

  test("is told with that list also where it cannot be constructed, or lives in a child of its own", async () => {
    const modules = [
      { module: "loading.Fine" },
      { module: "loading.RaisesInInit", config: { secret: "hunter2-hunter2-hunter2" } },
    ];
    const constructed = await refuse(new CliFolder({ config: { modules } }), ["check"]);
    expect(constructed).toMatch(/modules:\n {6}- module: loading\.Fine$/);
    const apart = [...modules.slice(0, 1), { module: "no_such_package.A" }, { module: "no_such_package.B" }];
    const python = {
      executable: testPython(),
      isolation: "module",
      path: [join(import.meta.dirname, "../../fixtures/bad-modules")],
    };
    const both = await refuse(new CliFolder({ config: { modules: apart }, mediaBridge: { python } }), ["check"]);
    expect(both).toMatch(/^module 3 \(module: no_such_package\.B\) cannot be imported/m);
    expect(both).toMatch(/modules:\n {6}- module: loading\.Fine$/);
  });

  test("does not keep those behind it from being tried: the list has only what was constructed, or says what was not", async () => {
    const secret = { secret: "hunter2-hunter2-hunter2" };
    const modules = [
      { module: "loading.RaisesInInit", config: secret },
      { module: "loading.RaisesInInit", config: secret },
      { module: "loading.Fine" },
    ];
    const constructed = await refuse(new CliFolder({ config: { modules } }), ["check"]);
    expect(constructed.match(/module \d \(module: loading\.RaisesInInit\) cannot be constructed/g)).toHaveLength(2);
    expect(constructed).toMatch(/its own list:\n {2}media_bridge:\n {4}modules:\n {6}- module: loading\.Fine$/);
    const imported = [{ module: "no_such_package.A" }, ...modules.slice(1)];
    const message = await refuse(new CliFolder({ config: { modules: imported } }), ["check"]);
    expect(message).toMatch(
      /\(not constructed yet, and may fail as well: loading\.RaisesInInit, loading\.Fine\)\n {2}media_bridge:\n/,
    );
  });

  test("The error of a module of media_bridge.modules, or of a storage provider, has no advice about Synapse's list", async () => {
    const own = new CliFolder({
      mediaBridge: { modules: [{ module: "loading.Fine" }, { module: "no_such_package.A" }] },
    });
    expect(await refuse(own, ["check"])).not.toContain("To start without");
    const config = {
      modules: [{ module: "loading.Fine" }],
      media_storage_providers: [{ module: "no_such_package.P" }],
    };
    expect(await refuse(new CliFolder({ config }), ["check"])).not.toContain("To start without");
  });

  test("can be left out by that list, in which spam checkers of the older kind have a key of their own", async () => {
    const folder = new CliFolder({
      config: { modules: [{ module: "no_such_package.Module" }], spam_checker: BAD_LIST },
      mediaBridge: { modules: [{ spam_checker: BAD_LIST.module, config: BAD_LIST.config }] },
      pythonPath: [FIXTURE_MODULES],
    });
    const { status, stdout } = await folder.end(["check"]);
    expect(stdout).toContain("1. badlist.BadList (python) BadList.check_media_file_for_spam");
    expect(status).toBe(0);
  });
});

function refuseOf(module: string, files: Record<string, string>): Promise<string> {
  const folder = new CliFolder({
    mediaBridge: { modules: [{ module }], python: { executable: testPython(), path: ["."] } },
  });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder.path, name, ".."), { recursive: true });
    writeFileSync(join(folder.path, name), text);
  }
  return refuse(folder, ["check"]);
}

describe.concurrent("What a module lacks", () => {
  test("is to be installed into the interpreter that is named, not by requirements", async () => {
    const message = await refuseOf("no_such_package.Module", {});
    expect(message).toContain(
      `(install the package that has it: ${testPython()} -m pip install …, or name its folder in media_bridge.python.path)`,
    );
    expect(message).not.toContain("python.requirements");
  });

  test.each([
    ["pack.sub.Module", { "pack/__init__.py": "" }, /\(the package pack is there \(.*\/pack\), without a module sub\)/],
    ["pack.sub.Module", { "pack/readme.txt": "" }, /\(the package pack is there \(.*\/pack\), without a Python file\)/],
    [
      "single.sub.Module",
      { "single.py": "" },
      /\(single is there \(.*\/single\.py\), and is a module, not a package\)/,
    ],
    [
      "pack.Module",
      { "pack/readme.txt": "" },
      /pack has no class Module: pack is a folder without an __init__\.py \(.*\/pack\)/,
    ],
    [
      "left-out.Module",
      {
        "left_out-1.2.dist-info/METADATA": "Metadata-Version: 2.1\nName: left-out\nVersion: 1.2\n",
        "left_out-1.2.dist-info/RECORD": "",
      },
      /\(the package left-out 1\.2 is installed, without a Python file: its author left it out\)/,
    ],
    [
      "other_name.Module",
      {
        "other_name-2.dist-info/METADATA": "Metadata-Version: 2.1\nName: Other.Name\nVersion: 2\n",
        "other_name-2.dist-info/RECORD": "real_name/__init__.py,,\n",
      },
      /\(the package Other\.Name 2 is installed, and has no module of that name, but real_name\)/,
    ],
  ])("is not to be installed where it is there: %s of %j", async (module, files, said) => {
    const message = await refuseOf(module, files);
    expect(message).toMatch(said);
    expect(message).not.toContain("pip install");
  });
});

test("Requirements beside an interpreter of the operator's are a warning that says how to install them", async () => {
  const folder = new CliFolder({ mediaBridge: { python: { executable: testPython(), requirements: "./wants.txt" } } });
  const { stdout } = await folder.end(["check"]);
  expect(stdout).toContain(
    `warning: media_bridge.python.requirements: not installed, because nothing is installed into the interpreter that python.executable names; install them with: ${testPython()} -m pip install -r ${folder.path}/wants.txt`,
  );
});
