import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { InsideStatus } from "../../../src/status/inside/inside-status.ts";
import { VERSION } from "../../../src/version.ts";
import { ConnectedSynapse } from "../../inside/connected-synapse.ts";
import { CliFolder } from "../../support/cli.ts";
import { startProcess, type StartedProcess } from "../../support/process.ts";

const CLI = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));

/** Lets 1 pass, throws at 3, and answers about 4 once a file is there. */
const MODULE = `
import { existsSync } from "node:fs";
export default {
  name: "sizes",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      async isUserAllowedToUploadMediaOfSize(_user, size) {
        if (size === 3) throw new Error("three");
        while (size === 4 && !existsSync(new URL("./go", import.meta.url))) await new Promise((next) => setTimeout(next, 5));
        return size < 2;
      },
    });
  },
};
`;

const folder = new CliFolder();
const socket = join(folder.path, "callbacks.sock");
let host: StartedProcess;
let synapse: ConnectedSynapse;

const ask = (...more: string[]) => folder.endBare(["status", "--socket", socket, ...more]);
const read = async () => JSON.parse((await ask("--json")).stdout) as InsideStatus;

beforeAll(async () => {
  const module = join(folder.path, "sizes.ts");
  writeFileSync(module, MODULE);
  host = await startProcess(process.execPath, [CLI, "callbacks", "--socket", socket], { ready: /"msg":"ready"/ });
  synapse = await ConnectedSynapse.connect(socket);
  await synapse.initialize([{ typescript: module, config: "{}" }]);
  await synapse.setUp();
});
afterAll(async () => {
  synapse.leave();
  await host.stop();
});

test("media-bridge status --socket shows what callbacks inside a Synapse were asked, and what came of it", async () => {
  const waiting = synapse.run(4);
  for (const size of [1, 2, 3]) await synapse.run(size);
  expect((await read()).synapses).toMatchObject([{ pid: process.pid, underWay: 1 }]);
  writeFileSync(join(folder.path, "go"), "");
  await waiting;
  const { status, stdout, stderr } = await ask();
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(new RegExp(`^version +${VERSION.replaceAll(".", "\\.")}$`, "m"));
  expect(stdout).toMatch(/^process +\d+$/m);
  expect(stdout).toMatch(new RegExp(`^ {2}${process.pid} +ready +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ +0$`, "m"));
  expect(stdout).toMatch(/^ {2}is_user_allowed_to_upload_media_of_size\n {4}sizes +4 +1 +2 +1 +0 +0 +[\d.]+ [mµ]s/m);
  expect(stdout).toMatch(/^ {2}sizes +typescript +\S+\/sizes\.ts$/m);
});

test("media-bridge status --socket --json prints the same as data", async () => {
  expect(await read()).toMatchObject({
    version: VERSION,
    modules: [{ name: "sizes", language: "typescript", file: join(folder.path, "sizes.ts") }],
    shadows: [],
  });
});

test("media-bridge status says where no media-bridge callbacks listens, and that it needs one of the two", async () => {
  const none = join(folder.path, "none.sock");
  const { status, stdout, stderr } = await folder.endBare(["status", "--socket", none]);
  expect([status, stdout, stderr]).toEqual([1, "", `media-bridge: ${none}: no media-bridge callbacks listens there`]);
  for (const args of [["status"], ["status", "--socket", none, "--config", folder.config]]) {
    const both = await folder.endBare(args);
    expect([both.status, both.stderr]).toEqual([1, expect.stringContaining("status: expected either --config <path>")]);
  }
});
