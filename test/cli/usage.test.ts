import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliFolder } from "../support/cli.ts";
import { expectRefused, refuse } from "./refusals.ts";

describe.concurrent("the command line", () => {
  test.each([
    ["an unknown command", ["frobnicate"], /^error: unknown command 'frobnicate'/],
    [
      "an unknown option",
      ["check", "--config", "media-bridge.yaml", "--frobnicate"],
      /^error: unknown option '--frobnicate'/,
    ],
    ["no --config", ["check"], /^error: required option '-c, --config <path>' not specified/],
    ["a --config without a path", ["start", "--config"], /^error: option '-c, --config <path>' argument missing/],
    ["no callback", ["call", "--config", "media-bridge.yaml"], /^error: missing required argument 'callback'/],
    ["arguments too many", ["check", "--config", "media-bridge.yaml", "more"], /^error: too many arguments/],
  ])("refuses %s and points to --help", async (_what, args, said) => {
    const { status, stdout, stderr } = await new CliFolder().endBare(args);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(said);
    expect(stderr).toContain("--help");
  });

  test("tells the version of the package", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    const { status, stdout } = await new CliFolder().endBare(["--version"]);
    expect([status, stdout.trim()]).toEqual([0, version]);
  });

  test("shows its commands", async () => {
    const { status, stdout } = await new CliFolder().endBare(["--help"]);
    expect(status).toBe(0);
    for (const command of ["start", "check", "call"]) expect(stdout).toContain(`  ${command} `);
  });

  test("takes --config again and again, the later file replacing whole top-level keys", async () => {
    const folder = new CliFolder();
    writeFileSync(join(folder.path, "more.yaml"), "server_name: later.test\n");
    folder.write("tokens.yaml", "{}");
    const { status, stdout } = await folder.end(["check", "--config", "media-bridge.yaml", "-c", "more.yaml"]);
    expect([status, /^server name: +(.*)$/m.exec(stdout)?.[1]]).toEqual([0, "example.test"]);
    const later = await folder.endBare(["check", "-c", "media-bridge.yaml", "-c", "more.yaml"]);
    expect(/^server name: +(.*)$/m.exec(later.stdout)?.[1]).toBe("later.test");
  });

  test("takes a folder, whose *.yaml it reads in sorted order", async () => {
    const folder = new CliFolder();
    mkdirSync(join(folder.path, "conf"));
    renameSync(folder.config, join(folder.path, "conf", "10-main.yaml"));
    folder.write("conf/tokens.yml", "t: {user_id: '@alice:later.test'}\n");
    const tokens = `{listen: {port: 0}, tokens_file: ./tokens.yml}`;
    writeFileSync(join(folder.path, "conf", "20-more.yaml"), `server_name: later.test\nmedia_bridge: ${tokens}\n`);
    const { status, stdout } = await folder.endBare(["check", "--config", "conf"]);
    expect(stdout).toContain(
      `${join(folder.path, "conf", "10-main.yaml")}, ${join(folder.path, "conf", "20-more.yaml")}`,
    );
    expect(stdout).toContain("later.test");
    expect(status).toBe(0);
  });

  test.each(["check", "start"])("%s refuses a configuration by the key's path", async (command) => {
    const folder = new CliFolder({ mediaBridge: { listen: { port: "many" } }, config: { server_name: 5 } });
    const message = await refuse(folder, [command]);
    expect(message).toMatch(/media_bridge\.listen\.port: expected a port number .*, found text/);
    expect(message).toMatch(/server_name: expected .*, found a whole number/);
  });

  test("refuses a file that is not there, and a folder without *.yaml", async () => {
    const folder = new CliFolder();
    const missing = await folder.endBare(["check", "--config", "nowhere.yaml"]);
    expectRefused(missing);
    expect(missing.stderr).toContain("nowhere.yaml");
    const empty = await folder.endBare(["check", "--config", "tmp"]);
    expectRefused(empty);
    expect(empty.stderr).toContain("tmp: expected *.yaml files");
  });
});
