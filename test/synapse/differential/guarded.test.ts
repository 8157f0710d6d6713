import { afterAll, beforeAll, expect, test } from "vitest";
import { FIXTURE_MODULES } from "../../support/service.ts";
import { startGuardedSynapse, type GuardedSynapse } from "../support/guarded-synapse.ts";
import { register, startSynapse, type Synapse } from "../support/synapse.ts";
import type { Answer, Case } from "./case.ts";
import { CONFIG_CASES } from "./cases-config.ts";
import { ALLOWED_CASES, LIMIT_CASES, SPAM_CASES } from "./cases-uploads.ts";
import { applyDifference } from "./difference.ts";
import { Side } from "./side.ts";

const CASES = [...CONFIG_CASES, ...ALLOWED_CASES, ...SPAM_CASES, ...LIMIT_CASES];
const LIMITS = [
  { time_period: "1h", max_size: "20K", info_uri: "https://example.test/hour" },
  { time_period: "1d", max_size: "30K" },
];
const CONFIG = { max_upload_size: "64K" };

const before = new Side();
const after = new Side();
let synapse: Synapse;
let guarded: GuardedSynapse;

beforeAll(async () => {
  const scripts = CASES.map(({ title, script = {} }) => [userOf(title), script] as const);
  for (const side of [before, after]) side.script(Object.fromEntries(scripts));
  const config = { ...CONFIG, media_upload_limits: LIMITS, modules: before.modules() };
  synapse = await startSynapse({ mediaRepo: true, config, pythonPath: [FIXTURE_MODULES] });
  before.answersAt(synapse.homeserver.url);
  guarded = await startGuardedSynapse({
    modules: after.modules(),
    limits: LIMITS,
    config: CONFIG,
    pythonPath: [FIXTURE_MODULES],
  });
  after.answersAt(guarded.url);
});
afterAll(async () => {
  await guarded?.stop();
  await synapse?.stop();
  before.remove();
  after.remove();
});

test.each(CASES.filter(({ differs }) => differs === undefined))(
  "The same modules answer alike in a Synapse and in front of one: $title",
  async (entry) => {
    const { inSynapse, inFront } = await askBoth(entry);
    expect(inFront).toEqual(inSynapse);
  },
);

test.each(CASES.flatMap(({ differs, ...rest }) => (differs ? [{ ...rest, differs }] : [])))(
  "The same modules are answered in front of a Synapse as the table of differences says: $title",
  async (entry) => {
    const { inSynapse, inFront } = await askBoth(entry);
    const last = applyDifference(entry.differs, inSynapse.at(-1), userOf(entry.title));
    expect(inFront).toEqual([...inSynapse.slice(0, -1), last]);
  },
);

async function askBoth({ title, requests }: Case): Promise<{ inSynapse: Answer[]; inFront: Answer[] }> {
  const user = userOf(title);
  const [there, here] = await Promise.all([register(synapse.homeserver, user), guarded.register(user)]);
  const [inSynapse, inFront] = await Promise.all([
    before.answers(user, there.accessToken, requests),
    after.answers(user, here.accessToken, requests),
  ]);
  return { inSynapse, inFront };
}

function userOf(title: string): string {
  return `case${CASES.findIndex((entry) => entry.title === title)}`;
}
