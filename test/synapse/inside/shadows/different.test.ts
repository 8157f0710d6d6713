import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Account } from "../../support/synapse.ts";
import {
  askedIn,
  CONFIG,
  MOST,
  PYTHON,
  readParity,
  ShadowedSynapse,
  troublesIn,
  TYPESCRIPT,
} from "./shadowed-synapse.ts";

const ALLOWED = "is_user_allowed_to_upload_media_of_size";

const started: ShadowedSynapse[] = [];

afterEach(async () => {
  for (const shadowed of started.splice(0)) await shadowed.stop();
});

async function start(entry: object, more?: object): Promise<ShadowedSynapse> {
  const shadowed = await ShadowedSynapse.start([entry], more);
  started.push(shadowed);
  return shadowed;
}

/** Statuses of uploads around the border at which a candidate that is off by one differs. */
async function uploadAtBorder(shadowed: ShadowedSynapse, username = "alice"): Promise<number[]> {
  return uploadAtBorderAs(await shadowed.synapse.register(username), shadowed);
}

async function uploadAtBorderAs(user: Account, { synapse }: ShadowedSynapse): Promise<number[]> {
  const statuses = [];
  for (const size of [MOST - 1, MOST, MOST + 1]) statuses.push((await synapse.upload(user, "x".repeat(size))).status);
  return statuses;
}

describe("A candidate inside a Synapse that is off by one", () => {
  test.each([
    ["in TypeScript", { ...PYTHON, shadow: { ...TYPESCRIPT, config: { ...CONFIG, more: 1 } } }],
    ["in Python", { ...TYPESCRIPT, shadow: { ...PYTHON, config: { most: MOST + 1 } } }],
  ])(
    "is found, %s, changes no answer, and is forgotten with the user",
    { timeout: 120_000 },
    async (_language, entry) => {
      const shadowed = await start(entry);
      const { synapse } = shadowed;
      await synapse.logged(/the shadow of a module is asked from now on/);
      expect(await uploadAtBorder(shadowed)).toEqual([200, 200, 413]);
      const report = await shadowed.reported((found) => askedIn(found) >= 7);
      expect(troublesIn(report)).toEqual({ [`${ALLOWED} different_effect`]: 1 });
      expect(report.differences).toMatchObject([
        { callback: ALLOWED, args: ["@alice:matrix.test", MOST + 1], user: "@alice:matrix.test" },
      ]);
      expect(shadowed.forget("@alice:matrix.test")).toContain("@alice:matrix.test is erased\n1 differences");
      const left = readParity(shadowed.dataPath);
      expect([left?.differences, left && troublesIn(left)]).toEqual([[], troublesIn(report)]);
      expect(readFileSync(join(shadowed.dataPath, "shadow.db")).includes("@alice")).toBe(false);
    },
  );
});

describe("A candidate inside a Synapse that", () => {
  test.each(["hangs", "exits"])("%s changes no answer, and costs no time", { timeout: 120_000 }, async (fails) => {
    const shadowed = await start({ ...PYTHON, shadow: { ...TYPESCRIPT, config: { ...CONFIG, fails } } });
    const { synapse } = shadowed;
    await synapse.logged(/the shadow of a module is asked from now on/);
    const before = synapse.children();
    expect(await uploadAtBorder(shadowed)).toEqual([200, 200, 413]);
    await synapse.logged(/the shadow is lost: it is started again/);
    expect(await uploadAtBorder(shadowed, "bob")).toEqual([200, 200, 413]);
    expect(synapse.children()).toEqual(before);
  });

  test("cannot be loaded is a warning, and nothing is compared", { timeout: 60_000 }, async () => {
    const shadowed = await start({ ...PYTHON, shadow: { typescript: "/no/such/candidate.ts" } });
    const { synapse } = shadowed;
    await synapse.logged(
      /modules\.0\.shadow \(\/no\/such\/candidate\.ts\) cannot be loaded: .*; the module decides as/s,
    );
    expect(await uploadAtBorder(shadowed)).toEqual([200, 200, 413]);
  });

  test("cannot be loaded and is required ends Synapse's start", { timeout: 60_000 }, async () => {
    const shadow = { typescript: "/no/such/candidate.ts", required: true };
    await expect(start({ ...PYTHON, shadow })).rejects.toThrow(/modules\.0\.shadow .*cannot be loaded.*required/s);
  });
});

describe("Where Node", () => {
  test(
    "is killed, a Python module decides on, and is compared again once Node is back",
    { timeout: 120_000 },
    async () => {
      const shadowed = await start({ ...PYTHON, shadow: { typescript: TYPESCRIPT.typescript } });
      const { synapse } = shadowed;
      await synapse.logged(/the shadow of a module is asked from now on/);
      // To register takes longer than Node is away on a slow machine.
      const user = await synapse.register("alice");
      const [node = 0] = synapse.children();
      process.kill(node, "SIGKILL");
      await synapse.logged(/it is started again/);
      expect(await uploadAtBorderAs(user, shadowed)).toEqual([200, 200, 413]);
      await vi.waitFor(() => expect(synapse.log().match(/is asked from now on/g)).toHaveLength(2), { timeout: 30_000 });
      expect(await uploadAtBorder(shadowed, "bob")).toEqual([200, 200, 413]);
      const report = await shadowed.reported((found) => troublesIn(found)[`${ALLOWED} dropped`] === 3);
      expect(askedIn(report)).toBeGreaterThanOrEqual(7);
    },
  );

  test("is not installed, a Python module decides, and the log says what is missing", { timeout: 60_000 }, async () => {
    const shadow = { typescript: TYPESCRIPT.typescript };
    const shadowed = await start({ ...PYTHON, shadow }, { command: ["no-such-media-bridge", "callbacks"] });
    const { synapse } = shadowed;
    await synapse.logged(/no-such-media-bridge cannot be started: No such file/);
    expect(await uploadAtBorder(shadowed)).toEqual([200, 200, 413]);
  });

  test(
    "stands still, a Python module decides, and what Node leaves unread is bounded",
    { timeout: 60_000 },
    async () => {
      const shadowed = await start({ ...PYTHON, shadow: { typescript: TYPESCRIPT.typescript } });
      const { synapse } = shadowed;
      await synapse.logged(/the shadow of a module is asked from now on/);
      const [node = 0] = synapse.children();
      process.kill(node, "SIGSTOP");
      try {
        expect(await uploadAtBorder(shadowed)).toEqual([200, 200, 413]);
      } finally {
        process.kill(node, "SIGCONT");
      }
      await shadowed.reported((found) => askedIn(found) >= 7);
    },
  );
});
