import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRuns } from "../../../src/shadow/parity/read-runs.ts";
import { CONTINUE, CRASH, LATE, raised, stop } from "../../shadow/compare/answers.ts";
import { compared, openStore, refused } from "../../shadow/differences/questions.ts";
import { createFolder, dataPath, keep, pairOf } from "./recorded-shadow.ts";

function* equal(count: number) {
  for (let size = 0; size < count; size += 1) yield compared({ args: [`@user${size % 7}:example.test`, size] });
}

/** The row of a table that begins with these words, without the spaces between its cells. */
function row(text: string, words: string, nth = 0): string[] {
  const rows = text.split("\n").filter((line) => line.trim().startsWith(words));
  return (rows[nth] ?? "").trim().split(/ {2,}/);
}

const ALLOWED = "is_user_allowed_to_upload_media_of_size";

test("A shadow that was never asked is named, and proves nothing", async () => {
  const folder = createFolder();
  const shown = await folder.end(["parity"]);
  expect(shown).toMatchObject({ status: 0, stderr: "" });
  expect(shown.stdout).toContain("The candidate was not asked any question yet.");
  const required = await folder.end(["parity", "--require", "1"]);
  expect(required.status).toBe(1);
  expect(required.stdout).toMatch(
    /The proof is not there:\n {2}module 1 \(my_package\.Limits and its candidate \S+limits\.ts\) was not asked any question/,
  );
  expect(folder.files().filter((file) => file.startsWith("data/"))).toEqual([]);
});

test("A configuration without a shadow is told apart from one that proves something", async () => {
  const folder = createFolder();
  folder.write("media-bridge.yaml", JSON.stringify({ ...folder.readConfig(), modules: [] }));
  expect((await folder.end(["parity"])).stdout).toContain("No module has a shadow");
  const { status, stdout } = await folder.end(["parity", "--require", "1", "--json"]);
  expect([status, JSON.parse(stdout)]).toMatchObject([1, { holds: false, reasons: ["no module has a shadow"] }]);
});

test("3,000 independent questions without a difference are a proof, while the service writes and when it does not", async () => {
  const folder = createFolder();
  const store = openStore(dataPath(folder), { pair: pairOf(folder) });
  for (const question of equal(3000)) store.add(question);
  const written = await folder.end(["parity", "--require", "3000"]);
  expect(written).toMatchObject({ status: 0, stderr: "" });
  await store.close();
  const { status, stdout } = await folder.end(["parity", "--require", "3000"]);
  expect(status).toBe(0);
  const zeros = Array.from({ length: 8 }, () => "0");
  expect(row(stdout, ALLOWED)).toEqual([ALLOWED, "3,000", "3,000", ...zeros]);
  expect(row(stdout, ALLOWED, 1)).toEqual([ALLOWED, "101 µs", "50 µs", "101 µs", "50 µs", "7", "3,000"]);
  expect(row(stdout, ALLOWED, 2)).toEqual([ALLOWED, "3,000 of 3,000", "under 0.1 % differ"]);
  expect(stdout).toContain(
    "n is the smaller of the questions that the original answered and of their different arguments",
  );
  expect(stdout).toContain("3,000 independent questions of each callback that was asked show no difference.");
});

test("A thousand times one question are one", async () => {
  const folder = createFolder();
  await keep(
    folder,
    Array.from({ length: 1000 }, () => compared()),
  );
  const { status, stdout } = await folder.end(["parity", "--require", "2"]);
  expect(status).toBe(1);
  expect(stdout).toContain("1 independent questions of 2 (1000 asked, with 1 different arguments)");
});

test.each([
  ["another effect", refused(5000), "1 answers have another effect"],
  ["a failure", compared({ args: ["@a:example.test", 5000], candidate: CRASH }), "the candidate failed 1 times"],
  ["a late answer", compared({ args: ["@a:example.test", 5000], candidate: LATE }), "the candidate was late 1 times"],
])("%s ends the proof", async (_, question, reason) => {
  const folder = createFolder();
  await keep(folder, [...equal(10), question]);
  const { status, stdout } = await folder.end(["parity", "--require", "5"]);
  expect(status).toBe(1);
  expect(stdout).toContain(`${ALLOWED}: ${reason}`);
  expect(row(stdout, ALLOWED, 2)).toEqual([ALLOWED, "11 of 5", "1 of 11 differ"]);
});

test("Other words, other values, and what the original did not answer do not end the proof", async () => {
  const folder = createFolder();
  await keep(folder, [
    ...equal(10),
    compared({ args: ["@a:example.test", 1], original: stop(), candidate: raised(413, "M_TOO_LARGE", "Too much") }),
    compared({ args: ["@a:example.test", 2], original: CRASH }),
    compared({ args: ["@a:example.test", 3], again: stop() }),
    compared({ args: ["@a:example.test", 4], again: CONTINUE }),
  ]);
  const { status, stdout } = await folder.end(["parity", "--require", "13"]);
  expect(status).toBe(0);
  expect(row(stdout, ALLOWED)).toEqual([ALLOWED, "14", "12", "0", "1", "0", "0", "0", "0", "0", "1"]);
  expect(row(stdout, ALLOWED, 1).at(-1)).toBe("50 % of 2");
  expect((await folder.end(["parity", "--require", "14"])).status).toBe(1);
});

test("The smallest differences are shown with both answers", async () => {
  const folder = createFolder();
  await keep(folder, [refused(10_000), refused(9), refused(9)]);
  const { stdout } = await folder.end(["parity"]);
  const shown = stdout.split("\n").filter((line) => line.includes("other effect  "));
  expect(shown.filter((line) => line.includes("@alice")).map((line) => line.trim().split(/ {2,}/))).toEqual([
    [
      ALLOWED,
      "other effect",
      "2",
      '"@alice:example.test",9',
      "lets it pass",
      expect.stringMatching(/^413 M_TOO_LARGE/),
    ],
    [ALLOWED, "other effect", "1", '"@alice:example.test",10000', "lets it pass", expect.stringMatching(/^413/)],
  ]);
});

test("Shadows of former entries are left out", async () => {
  const folder = createFolder();
  await keep(folder, equal(3));
  await keep(folder, [refused(1)], { ...pairOf(folder), index: 4 });
  const { status, stdout } = await folder.end(["parity", "--require", "3", "--json"]);
  expect(status).toBe(0);
  expect((JSON.parse(stdout) as { shadows: unknown[] }).shadows).toHaveLength(1);
});

test("JSON has all that the tables have, and the differences", async () => {
  const folder = createFolder();
  await keep(folder, [...equal(3), refused(9)]);
  const { stdout } = await folder.end(["parity", "--json", "--require", "2"]);
  expect(JSON.parse(stdout)).toMatchObject({
    required: 2,
    holds: false,
    reasons: [expect.stringContaining("1 answers have another effect")],
    shadows: [
      {
        index: 0,
        original: { name: "my_package.Limits", language: "python" },
        candidate: { language: "typescript" },
        callbacks: [
          {
            callback: ALLOWED,
            asked: 4,
            classes: { same: 3, different_effect: 1, dropped: 0 },
            micros: { original: { p50: 101, p99: 101 }, candidate: { p50: 50, p99: 50 } },
            users: { count: 4, isAtLeast: false },
            arguments: { count: 4, isAtLeast: false },
            noise: { asked: 0, disagreed: 0, share: null },
            independent: 4,
            differing: 1,
            differsInLessThan: null,
          },
        ],
        differences: [{ callback: ALLOWED, args: ["@alice:example.test", 9], count: 1 }],
      },
    ],
  });
});

test("On a terminal a bar shows how much of the proof is there", async () => {
  const folder = createFolder();
  await keep(folder, equal(50));
  const { stdout } = await folder.end(["parity", "--require", "100"], { terminal: true });
  expect(stdout).toContain(`${"█".repeat(10)}${"░".repeat(10)}`);
  expect((await folder.end(["parity"])).stdout).not.toContain("░");
  await keep(folder, [refused(1)]);
  expect((await folder.end(["parity"], { terminal: true })).stdout).toContain("✗".repeat(20));
});

test.each(["0", "-1", "1.5", "many"])("--require %s is refused", async (count) => {
  const { status, stderr } = await createFolder().end(["parity", `--require=${count}`]);
  expect(status).toBe(1);
  expect(stderr).toContain("Expected a whole number from 1.");
});

test("With --anonymous neither a user nor a server is told, and equal names stay equal", async () => {
  const folder = createFolder();
  const wordy = raised(403, "M_FORBIDDEN", "ask @admin:other.test or https://help.example.test/x, @alice:example.test");
  await keep(folder, [refused(9), refused(10), refused(11, { candidate: wordy })]);
  const { stdout, status } = await folder.end(["parity", "--json", "--anonymous"]);
  expect(status).toBe(0);
  expect(stdout).not.toMatch(/alice|admin|example\.test|other\.test/);
  const [shadow] = (JSON.parse(stdout) as { shadows: { differences: { user: string; args: string[] }[] }[] }).shadows;
  const users = new Set(shadow?.differences.flatMap(({ user, args }) => [user, args[0]]));
  expect([...users]).toEqual([expect.stringMatching(/^@[0-9a-f]{12}:[0-9a-f]{12}\.invalid$/)]);
  expect((await folder.end(["parity", "--anonymous"])).stdout).not.toMatch(/alice|admin|example\.test|other\.test/);
});

test("A database that is not one of shadows is refused with a remedy", async () => {
  const folder = createFolder();
  await keep(folder, equal(1));
  folder.write("data/shadow.db", "not a database, and long enough to be taken for one".repeat(100));
  const { status, stderr } = await folder.end(["parity"]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^media-bridge: The database \S+shadow\.db cannot be read: file is not a database/);
});

test("media-bridge forget removes the differences that name a user, and leaves those of others", async () => {
  const folder = createFolder();
  const words = raised(403, "M_FORBIDDEN", "ask @alice:example.test");
  await keep(folder, [
    refused(9),
    refused(10, { args: ["@bob:example.test", 10], candidate: words }),
    refused(11, { args: ["@bob:example.test", 11] }),
  ]);
  folder.write("media-bridge.yaml", JSON.stringify({ ...folder.readConfig(), modules: [] }));
  // Makes the database of the service itself.
  const service = await folder.start();
  service.kill("SIGTERM");
  await service.ended;
  const { status, stdout } = await folder.end(["forget", "@alice:example.test"]);
  expect([status, stdout]).toEqual([0, expect.stringContaining("2 differences between modules and their candidates")]);
  const [run] = readRuns(dataPath(folder), { maxDifferences: 10 });
  expect(run?.differences.map(({ args }) => args)).toEqual([["@bob:example.test", 11]]);
  expect(readFileSync(join(dataPath(folder), "shadow.db")).includes("alice")).toBe(false);
});

test("media-bridge forget needs no database of a service where shadows inside a Synapse keep differences", async () => {
  const folder = createFolder();
  await keep(folder, [refused(9), refused(11, { args: ["@bob:example.test", 11] })]);
  const { status, stdout } = await folder.end(["forget", "@alice:example.test"]);
  expect([status, stdout.split("\n").slice(0, 3)]).toEqual([
    0,
    [
      "@alice:example.test is erased",
      "1 differences between modules and their candidates are removed",
      expect.stringMatching(/^\S+\/data is the folder of shadows inside a Synapse: Synapse's own database/),
    ],
  ]);
  const [run] = readRuns(dataPath(folder), { maxDifferences: 10 });
  expect(run?.differences.map(({ args }) => args)).toEqual([["@bob:example.test", 11]]);
  expect((await folder.end(["forget", "@alice:example.test"])).stdout).toContain("nothing named @alice:example.test");
});

test("media-bridge forget says that a database is missing which the configuration names elsewhere", async () => {
  const folder = createFolder();
  await keep(folder, [refused(9)]);
  const config = folder.readConfig() as { readonly media_bridge: object };
  const database = { path: join(folder.path, "elsewhere.db") };
  folder.write("media-bridge.yaml", JSON.stringify({ ...config, media_bridge: { ...config.media_bridge, database } }));
  const { status, stderr } = await folder.end(["forget", "@alice:example.test"]);
  expect([status, stderr]).toEqual([1, expect.stringContaining("There is no database")]);
  expect(readRuns(dataPath(folder), { maxDifferences: 10 })[0]?.differences).toHaveLength(1);
});
