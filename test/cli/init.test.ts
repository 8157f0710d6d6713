import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { GUARDED_PATHS } from "../../src/cli/init/guarded-paths.ts";
import { CliFolder } from "../support/cli.ts";
import { findFreePort } from "../support/free-port.ts";
import { expectRefused } from "./refusals.ts";

const HOMESERVER = `
server_name: matrix.example.test
public_baseurl: https://chat.example.test/
max_upload_size: 20M
media_upload_limits:
  - {time_period: 1d, max_size: 100M}
modules:
  - {module: synapse_http_antispam.HTTPAntispam, config: {secret: hunter2}}
listeners:
  - {port: 9000, type: metrics, bind_addresses: [127.0.0.1]}
  - {port: 8448, type: http, tls: true, resources: [{names: [client]}]}
  - {port: 8018, type: http, bind_addresses: ["::1", 127.0.0.1], resources: [{names: [client, federation]}]}
`;

/** What init wrote into a new folder, from the homeserver.yaml above. */
async function runInit(...args: string[]) {
  const folder = new CliFolder();
  folder.write("homeserver.yaml", HOMESERVER);
  const written = join(folder.path, "new");
  const data = ["--folder", written, "--data-path", join(folder.path, "state")];
  const end = await folder.endBare(["init", "--from", "homeserver.yaml", ...data, ...args]);
  const read = (name: string) => readFileSync(join(written, name), "utf8");
  return { folder, written, end, read };
}

describe.concurrent("init", () => {
  test("writes a configuration that check finds nothing wrong with, from what homeserver.yaml says, and prints the next steps", async () => {
    const { folder, written, end, read } = await runInit();
    expect([end.status, end.stderr]).toEqual([0, ""]);
    expect(readdirSync(written).toSorted()).toEqual(["media-bridge.nginx.conf", "media-bridge.service", "media-bridge.yaml"]); // prettier-ignore
    const text = read("media-bridge.yaml");
    expect(text).toContain("upstream: { url: http://127.0.0.1:8018, mode: guard }");
    expect(text).toContain("#   - module: synapse_http_antispam.HTTPAntispam");
    expect(text).not.toContain("hunter2");
    // The port of the file may be in use on this machine.
    writeFileSync(join(written, "media-bridge.yaml"), text.replace("port: 8800", `port: ${await findFreePort()}`));
    const checked = await folder.endBare(["check", "--config", join(written, "media-bridge.yaml")]);
    expect([checked.status, checked.stderr]).toEqual([0, ""]);
    expect(checked.stdout).not.toContain("warning:");
    expect(checked.stdout).toContain("server name:  matrix.example.test\n");
    expect(checked.stdout).toContain("mode:         guard");
    expect(checked.stdout).toContain(`largest:      ${20 * 2 ** 20} bytes`);
    expect(checked.stdout).toContain(`limit:        ${100 * 2 ** 20} bytes within 1 day (`);
    for (const step of [
      "take media_upload_limits out of homeserver.yaml",
      "move modules that decide over uploads (of synapse_http_antispam.HTTPAntispam)",
      `media-bridge check --config ${written}/media-bridge.yaml`,
      `check --live --config ${written}/media-bridge.yaml --homeserver-config ${folder.path}/homeserver.yaml`,
    ]) expect(end.stdout).toContain(step); // prettier-ignore
  });

  test("writes a unit that systemd finds nothing wrong with, and that may write where the service keeps its files", async () => {
    const { folder, written, read } = await runInit();
    const unit = read("media-bridge.service");
    expect(unit).toContain(` start --config ${written}/media-bridge.yaml\n`);
    expect(unit).toContain(`ReadWritePaths=${folder.path}/state\n`);
    expect(unit).toContain(`ExecStart=${process.execPath} `);
    const { exitCode, stderr } = await execa("systemd-analyze", ["verify", "--man=no", join(written, "media-bridge.service")], { reject: false }); // prettier-ignore
    expect([exitCode, stderr]).toEqual([0, ""]);
  });

  test("writes a unit that names folders with spaces, quotes, percent and dollar signs as systemd reads them", async () => {
    const folder = new CliFolder();
    const [written, data] = ["new %h $HOME", `state "s' %n`].map((name) => join(folder.path, name));
    const options = ["--server-name", "a.test", "--folder", written ?? "", "--data-path", data ?? ""];
    const { stdout } = await folder.endBare(["init", ...options]);
    expect(stdout).toContain(`media-bridge check --config '${written}/media-bridge.yaml'`);
    const unit = join(written ?? "", "media-bridge.service");
    expect(readFileSync(unit, "utf8")).toContain(` start --config "${folder.path}/new %%h $$HOME/media-bridge.yaml"\n`);
    const { exitCode, stderr } = await execa("systemd-analyze", ["verify", "--man=no", unit], { reject: false });
    expect([exitCode, stderr]).toEqual([0, ""]);
  });

  test("writes a file for nginx that nginx takes", async () => {
    const { written } = await runInit("--proxy", "nginx");
    const conf = join(written, "nginx.conf");
    writeFileSync(conf, `pid ${written}/pid; error_log stderr; events {} http { access_log off; server { listen 127.0.0.1:1; include ${written}/media-bridge.nginx.conf; location / { return 404; } } }`); // prettier-ignore
    const { exitCode, stderr } = await execa("nginx", ["-t", "-p", written, "-c", conf], { reject: false });
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining("test is successful")]);
  });

  test("writes a file for HAProxy that HAProxy takes", async () => {
    const { written } = await runInit("--proxy", "haproxy");
    const { exitCode, stderr, stdout } = await execa("haproxy", ["-c", "-f", join(written, "media-bridge.haproxy.cfg")], { reject: false }); // prettier-ignore
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^(?:Configuration file is valid)?$/);
  });

  test("writes a file for Caddy that Caddy takes", async () => {
    const { written } = await runInit("--proxy", "caddy");
    const file = join(written, "Caddyfile");
    writeFileSync(file, `http://127.0.0.1:1 {\n\timport ${written}/media-bridge.Caddyfile\n}\n`);
    const { exitCode, stderr, stdout } = await execa("caddy", ["validate", "--adapter", "caddyfile", "--config", file], { env: { HOME: written }, reject: false }); // prettier-ignore
    expect([exitCode, stdout + stderr]).toEqual([0, expect.stringContaining("Valid configuration")]);
  });

  test("never overwrites: names the file that is there and what to do, and writes nothing", async () => {
    const { folder, written, read } = await runInit();
    writeFileSync(join(written, "media-bridge.yaml"), "mine");
    const end = await folder.endBare(["init", "--server-name", "other.test", "--folder", written, "--proxy", "caddy"]);
    expectRefused(end);
    expect(end.stderr).toContain(`${written}/media-bridge.yaml, ${written}/media-bridge.service: there already`);
    expect(end.stderr).toContain("Move it away, or name another folder with --folder");
    expect(read("media-bridge.yaml")).toBe("mine");
    expect(existsSync(join(written, "media-bridge.Caddyfile"))).toBe(false);
  });

  test("writes all of its files or none, also where one of its names is a link that leads nowhere", async () => {
    const folder = new CliFolder();
    const written = join(folder.path, "new");
    mkdirSync(written);
    symlinkSync("nowhere", join(written, "media-bridge.service"));
    expectRefused(await folder.endBare(["init", "--server-name", "a.test", "--folder", written]));
    expect(readdirSync(written)).toEqual(["media-bridge.service"]);
  });

  test.each([
    ["that is not there", undefined, /nowhere\.yaml.*(?:ENOENT|no such file)/],
    ["that is a folder", "folder", /nowhere\.yaml/],
    ["that is not YAML", "a: [", /nowhere\.yaml:\d+/],
    ["of another program", "name: x\n", /nowhere\.yaml: expected server_name: this does not look like a homeserver\.yaml/],
  ])("refuses a homeserver.yaml %s, and writes nothing", async (_what, text, said) => {
    const folder = new CliFolder();
    if (text === "folder") mkdirSync(join(folder.path, "nowhere.yaml"));
    else if (text !== undefined) folder.write("nowhere.yaml", text);
    const before = folder.files();
    const end = await folder.endBare(["init", "--from", "nowhere.yaml"]);
    expectRefused(end);
    expect(end.stderr).toMatch(said);
    expect(folder.files()).toEqual(before);
  }); // prettier-ignore

  test("needs a name for the server", async () => {
    const end = await new CliFolder().endBare(["init"]);
    expectRefused(end);
    expect(end.stderr).toContain("expected --from with Synapse's homeserver.yaml, or --server-name");
  });
});

test("The paths that init sends to the service are those of the example", () => {
  const example = readFileSync(new URL("../../examples/guard/nginx.conf", import.meta.url), "utf8");
  expect(example).toContain(`location ~ ${GUARDED_PATHS} {`);
});
