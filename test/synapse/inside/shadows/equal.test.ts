import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { synapseMinor } from "../../support/synapse.ts";
import { askedIn, CONFIG, PYTHON, ShadowedSynapse, troublesIn, TYPESCRIPT } from "./shadowed-synapse.ts";

const MINOR = synapseMinor();
/** Older releases refuse an upload over a limit in other words. */
const EXCEEDED = MINOR >= 158 ? [403, "M_USER_LIMIT_EXCEEDED"] : [400, "M_RESOURCE_LIMIT_EXCEEDED"];

/** What a client gets of these rules, whoever decides. */
const ANSWERS = [
  [200, 20_000],
  [403, "ORG_EXAMPLE_SEVEN"],
  [200, null],
  [402, "ORG_EXAMPLE_PAY"],
  [400, "M_UNKNOWN"],
  [413, "M_TOO_LARGE"],
  EXCEEDED,
];

let shadowed: ShadowedSynapse | undefined;

afterEach(async () => {
  await shadowed?.stop();
  shadowed = undefined;
});

// Older releases do not ask about limits.
describe.skipIf(MINOR < 139)("Equal modules in two languages inside a Synapse show no difference", () => {
  test.each([
    ["the Python module decides", { ...PYTHON, shadow: { typescript: TYPESCRIPT.typescript } }],
    ["the TypeScript module decides", { ...TYPESCRIPT, shadow: { module: PYTHON.module, config: CONFIG } }],
  ])("where %s", { timeout: 120_000 }, async (_who, entry) => {
    shadowed = await ShadowedSynapse.start([entry]);
    await shadowed.synapse.logged(/the shadow of a module is asked from now on/);
    const limited = await shadowed.synapse.register("limited");
    expect(await shadowed.askAll(limited)).toEqual(ANSWERS);
    const report = await shadowed.reported((found) => askedIn(found) >= 16);
    expect(troublesIn(report)).toEqual({});
    expect(report.callbacks.map(({ callback, asked }) => [callback, asked])).toEqual([
      ["get_media_config_for_user", 1],
      ["is_user_allowed_to_upload_media_of_size", 6],
      ["get_media_upload_limits_for_user", 3],
      ["on_media_upload_limit_exceeded", 2],
      ["check_media_file_for_spam", 4],
    ]);
    const modes = ["shadow.db", "shadow.key", "shadows.yaml"].map((name) => {
      return statSync(join(shadowed?.dataPath ?? "", name)).mode & 0o777;
    });
    expect(modes).toEqual([0o600, 0o600, 0o600]);
    expect(readFileSync(join(shadowed.dataPath, "shadows.yaml"), "utf8")).toContain("media-bridge parity");
    const folders = readdirSync(join(shadowed.dataPath, "shadow-files"));
    const left = folders.flatMap((name) => readdirSync(join(shadowed?.dataPath ?? "", "shadow-files", name)));
    expect(left).toEqual([]);
  });
});
