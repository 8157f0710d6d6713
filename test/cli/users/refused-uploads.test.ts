import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { CliFolder, type CliService } from "../../support/cli.ts";
import { FIXTURE_MODULES } from "../../support/service.ts";

const ALICE = "@alice:example.test";
const BOB = "@bob:example.test";

const folder = new CliFolder({
  config: {
    max_upload_size: 5000,
    modules: [{ module: "doorman.Doorman", config: {} }, { typescript: join(FIXTURE_MODULES, "doorman.ts") }],
  },
});
const path = join(folder.path, "data", "media.db");
let service: CliService;

/** How many refusals are in the database, by a connection of the test's own. */
function countRefusals(): number {
  const db = new Database(path, { timeout: 5_000 });
  try {
    return db.prepare("select count(*) from media_bridge_refusals").pluck().get() as number;
  } finally {
    db.close();
  }
}

async function refuse(as: string, body: string, query = ""): Promise<string> {
  const headers = { Authorization: `Bearer token-of-${as}` };
  const answer = await service.request(`/_matrix/media/v3/upload${query}`, { method: "POST", body, headers });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  return answer.headers.get("X-Request-ID") ?? "";
}

let names: string[] = [];

beforeAll(async () => {
  service = await folder.start();
  names = [
    await refuse("alice", "x".repeat(111), "?filename=s3cr3t.txt"),
    await refuse("alice", "typescript spam"),
    await refuse("alice", "x".repeat(212)),
    await refuse("alice", "x".repeat(213)),
    await refuse("alice", "x".repeat(5001)),
    await refuse("bob", "x".repeat(1001)),
  ];
  await vi.waitFor(() => {
    if (countRefusals() < names.length) throw new Error("not all of them are written yet");
  }, 10_000);
});
afterAll(() => service.kill("SIGKILL"));

test("A refusal in words with escapes is printed without them", () => {
  const db = new Database(path, { timeout: 5_000 });
  const [id] = names.slice(-1);
  const set = (errcode: string) =>
    db.prepare("update media_bridge_refusals set errcode = ? where request_id = ?").run(errcode, id);
  const { errcode } = db.prepare("select errcode from media_bridge_refusals where request_id = ?").get(id) as {
    errcode: string;
  };
  set("M_\u001b]0;title\u0007");
  return folder
    .end(["refusals", "--user", BOB])
    .then(({ stdout }) => expect(stdout).toContain("M_\\x1b]0;title\\x07"))
    .finally(() => {
      set(errcode);
      db.close();
    });
});

describe("media-bridge refusals", () => {
  test("says of each refusal of a user when, who decided, which sizes and which request", async () => {
    const { stdout, status } = await folder.end(["refusals", "--user", ALICE]);
    expect(status).toBe(0);
    const time = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g;
    expect(stdout.replaceAll(time, "WHEN").trimEnd().split("\n")).toEqual([
      `WHEN ${ALICE}: an upload was refused with 413 M_TOO_LARGE`,
      "  the module doorman.Doorman (is_user_allowed_to_upload_media_of_size) refused it (UPLOAD_TOO_LARGE)",
      `  declared as 111 bytes, 0 bytes received; request ${names[0]}`,
      `WHEN ${ALICE}: an upload was refused with 400 M_UNKNOWN`,
      "  the module doorman (check_media_file_for_spam) refused it (BAD_CONTENT)",
      `  declared as 15 bytes, 15 bytes received; request ${names[1]}`,
      `WHEN ${ALICE}: an upload was refused with 500 M_UNKNOWN`,
      "  the module doorman (is_user_allowed_to_upload_media_of_size) failed (MODULE_FAILED)",
      "  the cause: the module failed, of which another line of the log tells",
      `  declared as 212 bytes, 0 bytes received; request ${names[2]}`,
      `WHEN ${ALICE}: an upload was refused with 429 ORG_EXAMPLE_TODAY`,
      "  the module doorman (is_user_allowed_to_upload_media_of_size) refused it in words of its own",
      `  declared as 213 bytes, 0 bytes received; request ${names[3]}`,
      `WHEN ${ALICE}: an upload was refused with 413 M_TOO_LARGE`,
      "  it is larger than 5,000 bytes (4.9 KiB) of the configuration (max_upload_size)",
      `  declared as 5,001 bytes (4.9 KiB), 0 bytes received; request ${names[4]}`,
    ]);
  });

  test("says which limit was met, its period, its sum and who gave it", async () => {
    const { stdout } = await folder.end(["refusals", "--user", BOB, "--since", "1h"]);
    expect(stdout).toContain(
      "it would pass the limit of 1,000 bytes in 1 hour that the module doorman.Doorman gave (get_media_upload_limits_for_user): 0 bytes were sent in that time",
    );
  });

  test("prints one JSON object a line for programs", async () => {
    const { stdout } = await folder.end(["refusals", "--json"]);
    const lines = stdout.trimEnd().split("\n");
    const refusals = lines.map((line) => JSON.parse(line) as { requestId: string; userId: string });
    expect(refusals.map(({ requestId }) => requestId)).toEqual(names);
    expect(refusals.at(-1)).toMatchObject({
      userId: BOB,
      limitBytes: 1000,
      limitPeriodMs: 3_600_000,
      code: "LIMIT_EXCEEDED",
    });
    expect(stdout).not.toMatch(/s3cr3t|token-of-|a word of the module/);
  });

  test("says that it knows of no refusal of a user, and since when", async () => {
    const { stdout, status } = await folder.end(["refusals", "--user", "@carol:example.test"]);
    expect(stdout).toMatch(
      /^no refused upload of @carol:example\.test is known since \d{4}-.*keeps the last 100000\n?$/,
    );
    expect(status).toBe(0);
  });

  test.each([
    [
      "@alice:elsewhere.test",
      "@alice:elsewhere.test is a user of elsewhere.test: this service takes uploads of users of example.test alone",
    ],
    ["alice", '"alice" is not a user id: expected @name:example.test'],
  ])("refuses to look for %s, and says why", async (user, message) => {
    for (const command of [
      ["refusals", "--user", user],
      ["forget", user],
    ]) {
      const { stderr, status } = await folder.end(command);
      expect(stderr).toContain(`media-bridge: ${message}`);
      expect(status).toBe(1);
    }
  });

  test("names the form of --since", async () => {
    expect((await folder.end(["refusals", "--since", "yesterday"])).stderr).toContain("--since: expected a duration");
  });
});

describe("without a running service", () => {
  beforeAll(async () => {
    service.kill("SIGTERM");
    await service.ended;
  });

  test("media-bridge refusals answers the same, and leaves every file as it was", async () => {
    const files = () => readdirSync(join(folder.path, "data")).toSorted();
    const before = files();
    const { stdout } = await folder.end(["refusals", "--json"]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(names.length);
    expect(files()).toEqual(before);
  });

  test("media-bridge forget leaves no byte of a user without media in the database", async () => {
    const bytes = () => readFileSync(path).includes(Buffer.from(BOB));
    expect(bytes()).toBe(true);
    const { stdout, status } = await folder.end(["forget", BOB]);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^@bob:example\.test is erased\nrows that count have erased-[0-9a-f]{16} in its place:\n {2}media_bridge_refusals: 1\n/,
    );
    expect(bytes()).toBe(false);
    expect(countRefusals()).toBe(names.length);
    expect((await folder.end(["forget", BOB])).stdout).toContain(`nothing named ${BOB}`);
  });
});

test("What a module words reaches a terminal as text", async () => {
  const db = new Database(path, { timeout: 5_000 });
  db.prepare("update media_bridge_refusals set errcode = ? where request_id = ?").run("M_\u001b[2J\u202eX", names[0]);
  db.close();
  const { stdout } = await folder.end(["refusals", "--user", ALICE], { terminal: true });
  expect(stdout).toContain("refused with 413 M_\\x1b[2J\\u202eX");
  expect(stdout).not.toContain("\u001b");
});
