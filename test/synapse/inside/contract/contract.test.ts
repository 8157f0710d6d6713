import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseExactJson } from "../../../../src/inside/wire/exact-json.ts";
import type { TraceLine } from "../../../callbacks/script.ts";
import { ScriptedService } from "../../../callbacks/scripted-service.ts";
import { synapseMinor } from "../../support/synapse.ts";
import { CASES, type Case } from "./cases.ts";
import { ScriptedSynapse } from "./scripted-synapse.ts";

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

let service: ScriptedService;
let synapse: ScriptedSynapse;

// Older releases word the refusal of a limit in another way.
describe.skipIf(synapseMinor() < 158)("A chain of TypeScript modules", () => {
  beforeAll(async () => {
    service = await ScriptedService.start(["typescript", "typescript", "typescript"]);
    synapse = await ScriptedSynapse.start(
      Object.fromEntries(CASES.map(({ script }, index) => [`user${index + 1}`, script])),
    );
  });
  afterAll(async () => {
    await synapse?.stop();
    await service?.stop();
  });

  test.each(CASES.filter(({ differs }) => differs === undefined))(
    "decides in a Synapse as in the service: $title",
    async (entry) => {
      const { inService, inSynapse } = await askBoth(entry);
      expect(inSynapse).toEqual(inService);
    },
  );

  test.each(CASES.filter(({ differs }) => differs !== undefined))(
    "is answered in a Synapse as in the service, though its modules are not all asked: $differs",
    async (entry) => {
      const { inService, inSynapse } = await askBoth(entry);
      expect(inSynapse.answers).toEqual(inService.answers);
      expect(inSynapse.calls).not.toEqual(inService.calls);
    },
  );
});

/** What both answered, and what their modules were asked. */
async function askBoth({ script, requests, kinds }: Case) {
  const here = service.person(script);
  const there = await synapse.person(here.name);
  const answers: { service: unknown; synapse: unknown }[] = [];
  for (const request of requests) {
    const both =
      request === "config"
        ? [await here.config(), await there.config()]
        : [await here.upload(request), await there.upload(here.file(request))];
    answers.push({ service: verdictOf(both[0]), synapse: verdictOf(both[1]) });
  }
  return {
    inService: { answers: answers.map((both) => both.service), calls: callsOf(here.calls(), kinds) },
    inSynapse: { answers: answers.map((both) => both.synapse), calls: callsOf(synapse.calls(here.name), kinds) },
  };
}

/** The answer without what differs by chance, or by who serves it. */
function verdictOf(answer: Answered | undefined) {
  if (answer === undefined) throw new Error("there is no answer");
  const { status, text, headers } = answer;
  const body = parseExactJson(text) as Record<string, unknown>;
  if ("content_uri" in body) return { status, stored: true };
  return { status, body, plan: headers.get("x-plan"), retryAfter: headers.get("retry-after") };
}

/** The calls of some callbacks, callback by callback. Each server has media ids and paths of its own. */
function callsOf(calls: readonly TraceLine[], kinds: Case["kinds"]): unknown[] {
  return kinds.flatMap((kind) =>
    calls
      .filter(({ callback }) => callback === kind)
      .map(({ instance, args = [] }) => [kind, instance, ...(kind === "check_media_file_for_spam" ? [] : args)]),
  );
}
