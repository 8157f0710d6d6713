import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliFolder } from "../../support/cli.ts";
import { refuse, SECRET } from "../../cli/refusals.ts";

/** What `check` says of a module; it is the second of two, so that a position is told from a constant. */
const REFUSALS: [situation: string, module: string, said: RegExp][] = [
  ["whose package is missing", "no_such_package.Module", /cannot be imported: ModuleNotFoundError: No module named 'no_such_package'/],
  ["with a dependency that is missing", "missing_dependency.Module", /cannot be imported: ModuleNotFoundError: .*'a_package_that_nobody_installed'[^]*missing_dependency\.py", line 3/],
  ["with a syntax error", "syntax_error.Module", /cannot be imported: SyntaxError: [^]*syntax_error\.py", line 2/],
  ["without such a class", "loading.Nope", /cannot be imported: ImportError: loading has no class Nope/],
  ["that calls sys.exit as it is imported", "exits_at_import.Module", /cannot be imported: SystemExit: 3/],
  ["that ends the process as it is imported", "dies_at_import.Module", /ended the Python child while it was loaded: .*its last words:\nthe library says goodbye/],
  ["that raises in parse_config", "loading.RaisesInParse", /refuses its configuration: ValueError: the token <value> does not open anything/],
  ["that raises ConfigError with a path", "loading.ConfigErrorWithPath", /refuses its configuration: ConfigError: .*expected a number of bytes .*plans\.free\.max_bytes/],
  ["that calls sys.exit in parse_config", "loading.ExitsInParse", /refuses its configuration: SystemExit: cannot work with <value>/],
  ["that raises in __init__", "loading.RaisesInInit", /cannot be constructed: RuntimeError: cannot log in with '<value>'[^]*loading\.py", line \d+, in __init__/],
  ["that calls sys.exit in __init__", "loading.ExitsInInit", /cannot be constructed: SystemExit: 0/],
  ["that ends the process in __init__", "loading.DiesInInit", /ended the Python child while it was loaded/],
  ["that registers what cannot be called", "loading.RegistersText", /cannot be constructed: .*registered a str as get_media_config_for_user, which cannot be called/],
  ["that registers an unknown callback", "loading.RegistersUnknown", /cannot be constructed: .*'on_full_moon'.*newer than 1\.163\?/],
  ["that registers by position", "loading.RegistersByPosition", /cannot be constructed: .*by keyword only/],
  ["that needs a homeserver", "loading.NeedsSynapse", /cannot be constructed: .*register_user\(\) is not supported.*only Synapse itself has it, and what needs it runs there alone/],
]; // prettier-ignore

describe.concurrent("check refuses a Python module", () => {
  test.each(REFUSALS)("%s", async (_situation, module, said) => {
    const message = await refuse(folderOf({ module, config: { secret: SECRET } }), ["check"]);
    expect(message).toMatch(said);
    // Of a child that died while it imported all of them it is not known which one it was.
    const named = module.startsWith("dies_at_import")
      ? `one of the modules loading.Fine, ${module}`
      : `module 2 (module: ${module})`;
    expect(message).toContain(named);
  });

  test.each([["loading.ExitsInParse"], ["loading.DiesInInit"]])("%s, and start does as well", async (module) => {
    const message = await refuse(folderOf({ module, config: { secret: SECRET } }), ["start"]);
    expect(message).toContain(`module 2 (module: ${module})`);
  });

  test("check refuses a Python module whose path is not a dotted path, and names the key", async () => {
    const message = await refuse(folderOf({ module: "Module", config: { secret: SECRET } }), ["check"]);
    expect(message).toMatch(/modules\[1\]\.module: expected the dotted path of a Python class .*, found text/);
  });

  test("check refuses a Python module whose config cannot be passed on, and names the line", async () => {
    const folder = new CliFolder();
    writeFileSync(folder.config, `modules:\n  - module: a.B\n    config: {k: !!binary ${SECRET}}\nserver_name: example.test\nmedia_bridge: {tokens_file: ./tokens.yaml}\n`);
    expect(await refuse(folder, ["check"])).toMatch(/media-bridge\.yaml:3: the tag !!binary is not supported/);
  }); // prettier-ignore
});

function folderOf(module: object): CliFolder {
  const folder = new CliFolder({ config: { modules: [{ module: "loading.Fine" }, module] } });
  writeFileSync(join(folder.path, "syntax_error.py"), "class Module:\n    def __init__(self config, api):\n");
  return folder;
}
