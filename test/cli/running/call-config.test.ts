import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliFolder } from "../../support/cli.ts";
import { FIXTURE_MODULES } from "../../support/service.ts";
import { expectRefused } from "../refusals.ts";

const CALL = ["call", "get_media_upload_limits_for_user", "@limits:example.test", "5"];
/** Asks a scanner about each file, in one way or another. */
const SCANNING = `
class Scanning:
    def __init__(self, config, api):
        self.url, self.client = config["url"], api.http_client
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.check)

    async def check(self, file, info):
        if file.path.endswith("get.txt"):
            return (await self.client.get_json(self.url))["infected"]
        return (await self.client.post_json_get_json(self.url, {}))["infected"]
`;

describe.concurrent("call --config", () => {
  test("asks the configuration while a service runs with it: the comparison of two languages compares both", async () => {
    const folder = new CliFolder({ config: { modules: [{ module: "twin.Twin" }] }, pythonPath: [FIXTURE_MODULES] });
    const after = join(folder.path, "after.yaml");
    writeFileSync(after, JSON.stringify({ modules: [{ typescript: join(FIXTURE_MODULES, "twin.ts") }] }));
    const service = await folder.start();
    const python = await folder.end(CALL);
    const typescript = await folder.endBare([...CALL, "--config", folder.config, "--config", after]);
    expect(python.stdout).toMatch(/^asked: the configuration, .*\n1\. twin\.Twin \(python\): stop .*"max_bytes":1000/);
    expect(typescript.stdout).toMatch(/^asked: the configuration, .*\n1\. twin \(typescript\): stop /);
    expect(plain(typescript).replace("(typescript)", "(python)")).toBe(plain(python));
    service.kill("SIGTERM");
    await service.ended;
  });

  test("lets a Python module send GET to a scanner, and nothing that may change something there", async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer(({ method }, res) => {
      asked.push(method);
      res.end('{"infected":true}');
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const folder = new CliFolder({ config: { modules: [{ module: "scanning.Scanning", config: { url } }] } });
    folder.write("scanning.py", SCANNING);
    for (const name of ["get.txt", "post.txt"]) folder.write(name, "");
    const got = await folder.end(["call", "check_media_file_for_spam", "get.txt"]);
    expect(got.stdout).toContain("1. scanning.Scanning (python): stop");
    const posted = await folder.end(["call", "check_media_file_for_spam", "post.txt"]);
    expect(posted.stdout).toContain(`outgoing requests are held back during a check: POST ${url}`);
    expect(asked).toEqual(["GET"]);
    server.close();
  });

  test("or --running is needed, and not both", async () => {
    const folder = new CliFolder();
    for (const more of [[], ["--running", folder.config, "--config", folder.config]]) {
      const end = await folder.endBare([...CALL, ...more]);
      expectRefused(end);
      expect(end.stderr).toContain("call: expected either --config <path>, ");
    }
  });
});

/** What was printed, without what differs between any two calls and any two languages. */
function plain({ stdout }: { stdout: string }): string {
  return stdout.replace(/ in [\d.]+ ms/, "").replaceAll("twin.Twin", "twin");
}
