import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CliFolder, type CliService } from "../../support/cli.ts";
import { checkLive, createGuardFolder, knowing, MAXIMUM, MODULES } from "./live-check.ts";
import { sendJson, StubSynapse } from "../support/stub-synapse.ts";

let synapse: StubSynapse;
let folder: CliFolder;
let service: CliService;
/** What Synapse says that it takes. */
let maximum = MAXIMUM;
let likeSynapse: StubSynapse["behave"];

beforeAll(async () => {
  synapse = await StubSynapse.start();
  likeSynapse = knowing(synapse, () => maximum);
  folder = createGuardFolder(synapse);
  service = await folder.start();
});
beforeEach(() => {
  synapse.behave = likeSynapse;
  maximum = MAXIMUM;
  synapse.requests.length = 0;
});
afterAll(async () => {
  await folder.remove();
  await synapse.stop();
});

/** What is said of these listeners of Synapse, beside one of another kind. */
async function lookAt(...listeners: object[]): Promise<string[]> {
  folder.write("homeserver.yaml", JSON.stringify({ listeners: [...listeners, { port: 9, type: "metrics" }] }));
  const { lines } = await checkLive(folder, "--homeserver-config", `${folder.path}/homeserver.yaml`);
  return lines.filter((line) => /listener.* on port|whether Synapse's listeners/.test(line));
}

describe("check --live", () => {
  test("sees that no proxy sets the address that is believed", async () => {
    const { lines } = await checkLive(folder, "--public-url", `http://127.0.0.1:${service.port}`);
    expect(lines.filter((line) => line.startsWith("problem"))).toEqual([
      expect.stringMatching(/X-Forwarded-For is believed, and no proxy sets it/),
    ]);
  });

  test("names every check that it skipped, and why", async () => {
    const { lines } = await checkLive(folder);
    expect(lines.filter((line) => line.startsWith("skipped"))).toEqual([
      expect.stringMatching(/whether bodies are buffered on the way: not every path arrives here/),
      expect.stringMatching(/listeners believe the client's address: .*not known; .*--homeserver-config/),
      expect.stringMatching(/whether a module is loaded here and in Synapse: .*--homeserver-config/),
    ]);
    const alone = new CliFolder();
    const skipped = (await checkLive(alone)).lines.filter((line) => line.startsWith("skipped"));
    expect(skipped.map((line) => line.replace(/^skipped +/, "").split(":")[0])).toEqual([
      "the homeserver",
      "the upstream",
      "whether uploads arrive here, unbuffered",
      "whether Synapse's listeners believe the client's address",
      "whether a module is loaded here and in Synapse",
    ]);
  });

  test("reports the listener of Synapse behind this service that does not believe the client's address, and no other", async () => {
    const listener = { port: synapse.port, type: "http", resources: [{ names: ["client", "media"] }] };
    expect(await lookAt(listener)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^problem .*port ${synapse.port} .*homeserver\\.yaml.* lacks x_forwarded: true.* → set x_forwarded: true`,
        ),
      ),
    ]);
    expect(await lookAt({ ...listener, x_forwarded: true })).toEqual([expect.stringMatching(/^ok /)]);
    expect(await lookAt()).toEqual([expect.stringMatching(/^skipped .*none of the listeners of .* has the port of/)]);
  });

  test("is known by its User-Agent in Synapse's log, and by the route in the service's", async () => {
    await checkLive(folder, "--public-url", `http://127.0.0.1:${service.port}`);
    expect(synapse.requests.length).toBeGreaterThan(0);
    for (const { headers } of synapse.requests) expect(headers["user-agent"]).toMatch(/^media-bridge-check\/\d/);
    await service.logged('"route":"a probe of check --live"');
  });

  test("names modules and limits that are in two places, and what may be taken out", async () => {
    folder.write("homeserver.yaml", JSON.stringify({ listeners: [], modules: MODULES, media_upload_limits: [] }));
    const { lines } = await checkLive(folder, "--homeserver-config", `${folder.path}/homeserver.yaml`);
    expect(lines).toContainEqual(
      expect.stringMatching(/every\.Every is loaded here and in Synapse .* → it must stay in Synapse for /),
    );
    expect(lines).toContainEqual(expect.stringMatching(/Synapse has media_upload_limits too/));
  });

  test("names a module that Synapse loads as a spam checker of the older kind", async () => {
    const [module] = MODULES;
    folder.write("homeserver.yaml", JSON.stringify({ listeners: [], spam_checker: module }));
    const { lines } = await checkLive(folder, "--homeserver-config", `${folder.path}/homeserver.yaml`);
    expect(lines).toContainEqual(expect.stringMatching(/every\.Every is loaded here and in Synapse/));
  });

  test("names a max_upload_size that Synapse has otherwise, and what to change where its own is the smaller one", async () => {
    expect((await checkLive(folder)).lines).toContainEqual(
      expect.stringMatching(/^ok .*max_upload_size is 52428800 bytes here and in Synapse/),
    );
    maximum = 4711;
    expect((await checkLive(folder)).lines).toContainEqual(
      expect.stringMatching(/^problem .*52428800 bytes here and 4711 in Synapse.* → set the same max_upload_size/),
    );
    maximum = MAXIMUM + 1;
    expect((await checkLive(folder)).lines).toContainEqual(
      expect.stringMatching(/^note .*52428800 bytes here and 52428801 in Synapse/),
    );
  });

  test("says what is wrong with a homeserver that is not a Synapse, or has no media repository", async () => {
    synapse.behave = (_req, res) => sendJson(res, 404, { errcode: "M_UNRECOGNIZED", error: "Unrecognized request" });
    const { status, lines } = await checkLive(folder);
    expect(status).toBe(1);
    expect(lines).toContainEqual(expect.stringMatching(/whoami answers status 404 M_UNRECOGNIZED.*homeserver\.url/));
    expect(lines).toContainEqual(
      expect.stringMatching(/where its media repository would ask for a token.*enable_media_repo/),
    );
  });

  test("says that the homeserver is that of another name, or does not tell its versions", async () => {
    synapse.behave = (req, res, seen) =>
      seen.url.endsWith("/whoami") && req.headers.authorization !== "Bearer media-bridge-check"
        ? sendJson(res, 200, { user_id: "@admin:other.test" })
        : likeSynapse(req, res, seen);
    const other = await checkLive(folder);
    expect(other.lines).toContainEqual(
      expect.stringMatching(/whoami names @admin:other\.test, .* server_name \(example\.test\) → .*homeserver\.url/),
    );
    synapse.behave = (req, res, seen) =>
      seen.url.endsWith("/versions") ? sendJson(res, 404, {}) : likeSynapse(req, res, seen);
    const mute = await checkLive(folder);
    expect(mute.status).toBe(1);
    expect(mute.lines).toContainEqual(expect.stringMatching(/does not tell its versions: status 404 → /));
  });

  test("says that the token is not an administrator's", async () => {
    synapse.behave = (req, res, seen) =>
      seen.url.includes("/_synapse/")
        ? sendJson(res, 403, { errcode: "M_FORBIDDEN", error: "You are not a server admin" })
        : likeSynapse(req, res, seen);
    const { lines } = await checkLive(folder);
    expect(lines).toContainEqual(expect.stringMatching(/administrator's API answers status 403 M_FORBIDDEN/));
  });

  test("says that the service does not run, and that nothing answers", async () => {
    const other = new CliFolder({
      mediaBridge: {
        tokens_file: undefined,
        homeserver: { url: "http://127.0.0.1:1" },
        upstream: { url: "http://127.0.0.1:1" },
      },
    });
    const { status, lines } = await checkLive(other);
    expect(status).toBe(1);
    expect(lines).toContainEqual(expect.stringMatching(/the homeserver does not answer: .*ECONNREFUSED/));
    expect(lines).toContainEqual(expect.stringMatching(/the Synapse of upstream\.url does not answer/));
    expect(lines).toContainEqual(expect.stringMatching(/the service does not run/));
  });

  test("A probe with a word that was not announced is a request like any other", async () => {
    const headers = { "X-Media-Bridge-Probe": "0123456789abcdef" };
    const answer = await service.request("/_matrix/client/v1/media/config", { headers });
    expect(await answer.text()).not.toContain("probe");
  });
});
