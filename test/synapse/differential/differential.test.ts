import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FIXTURE_MODULES } from "../../support/service.ts";
import { startMediaService, type MediaService } from "../support/media-service.ts";
import { register, startSynapse, type Synapse } from "../support/synapse.ts";
import type { Answer, Case } from "./case.ts";
import { applyDifference } from "./difference.ts";
import { CONFIG_CASES } from "./cases-config.ts";
import { ALLOWED_CASES, LIMIT_CASES, SPAM_CASES } from "./cases-uploads.ts";
import { Side } from "./side.ts";

const CASES = [...CONFIG_CASES, ...ALLOWED_CASES, ...SPAM_CASES, ...LIMIT_CASES];
const DIFFERENCES = readFileSync(new URL("../../../docs/differences-from-synapse.md", import.meta.url), "utf8");
/** Both have the same configuration and the same modules. */
const CONFIG = {
  max_upload_size: "64K",
  media_upload_limits: [
    { time_period: "1h", max_size: "20K", info_uri: "https://example.test/hour" },
    { time_period: "1d", max_size: "30K" },
  ],
};

const before = new Side();
const after = new Side();
let synapse: Synapse;
let service: MediaService;

beforeAll(async () => {
  const scripts = CASES.map(({ title, script = {} }) => [userOf(title), script] as const);
  for (const side of [before, after]) side.script(Object.fromEntries(scripts));
  synapse = await startSynapse({
    mediaRepo: true,
    config: { ...CONFIG, modules: before.modules() },
    pythonPath: [FIXTURE_MODULES],
  });
  before.answersAt(synapse.homeserver.url);
  // The Synapse that serves media itself is the service's homeserver as well: one user, one token, two stores.
  service = await startMediaService({
    homeserver: synapse.homeserver,
    config: { ...CONFIG, modules: after.modules() },
    pythonPath: [FIXTURE_MODULES],
  });
  after.answersAt(service.directUrl);
});
afterAll(async () => {
  await service?.stop();
  await synapse?.stop();
  before.remove();
  after.remove();
});

test.each(CASES.filter(({ differs }) => differs === undefined))(
  "The same modules answer alike before and after the move: $title",
  async (entry) => {
    const { inSynapse, here } = await askBoth(entry);
    expect(here).toEqual(inSynapse);
  },
);

test.each(CASES.flatMap(({ differs, ...rest }) => (differs ? [{ ...rest, differs }] : [])))(
  "The same modules are answered as the table of differences says: $title",
  async (entry) => {
    const { inSynapse, here } = await askBoth(entry);
    expect(DIFFERENCES).toContain(`\n| ${entry.differs.row}`);
    expect(inSynapse.at(-1)).toMatchObject(entry.differs.synapse);
    expect(here).not.toEqual(inSynapse);
    expect(here).toEqual([
      ...inSynapse.slice(0, -1),
      applyDifference(entry.differs, inSynapse.at(-1), userOf(entry.title)),
    ]);
  },
);

async function askBoth({ title, requests }: Case): Promise<{ inSynapse: Answer[]; here: Answer[] }> {
  const user = userOf(title);
  const { accessToken } = await register(synapse.homeserver, user);
  const [inSynapse, here] = await Promise.all([
    before.answers(user, accessToken, requests),
    after.answers(user, accessToken, requests),
  ]);
  return { inSynapse, here };
}

function userOf(title: string): string {
  return `case${CASES.findIndex((entry) => entry.title === title)}`;
}
