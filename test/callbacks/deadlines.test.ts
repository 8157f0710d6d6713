import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KindName } from "../../src/callbacks/kinds.ts";
import type { LogLine } from "../support/captured-log.ts";
import type { Person } from "./person.ts";
import { INSTANCES, limit, steps, upTo, type Instance, type Language, type Step } from "./script.ts";
import { ScriptedService } from "./scripted-service.ts";

const DECIDING = [
  "get_media_config_for_user",
  "is_user_allowed_to_upload_media_of_size",
  "get_media_upload_limits_for_user",
  "check_media_file_for_spam",
] as const;
const NOTIFYING = ["on_media_upload_limit_exceeded", "on_media_uploaded"] as const;
const UNAVAILABLE =
  '{"errcode":"M_UNKNOWN","error":"A module that decides about this request cannot be asked, try again later"}';
const LANGUAGES: Language[] = ["python", "typescript", "python"];
const PLACES = INSTANCES.map((instance, index) => ({ instance, language: LANGUAGES[index] }));

describe("a callback past its deadline", () => {
  let scripted: ScriptedService;
  beforeAll(async () => {
    scripted = await ScriptedService.start(LANGUAGES, { mediaBridge: { callbacks: deadlines({}) } });
  });
  afterAll(() => scripted.stop());

  describe.each(DECIDING)("of %s", (kind) => {
    it.each(PLACES)(
      "A late callback in $language ($instance) is answered 503, named in the log, and leaves nothing",
      async ({ instance, language }) => {
        const person = scripted.person(steps(kind, { [instance]: { never: true } }));
        const before = scripted.service.files();
        const linesBefore = scripted.service.log.lines.length;
        const { status, text, headers } = await provoke(kind, person);
        expect({ status, text }).toEqual({ status: 503, text: UNAVAILABLE });
        expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
        expect(person.asked(kind)).toEqual(upTo(instance));
        expect(scripted.service.files()).toEqual(before);
        const guilty = scripted.service.log.lines.slice(linesBefore).filter(isTimeoutOf(kind));
        expect(guilty.map(({ facts }) => facts["module"])).toEqual([scripted.moduleName(instance)]);
        if (language === "python") await gaveUp(scripted, person);
      },
    );
  });

  it("is cancelled in Python by an error that it can see", async () => {
    const person = scripted.person(steps("get_media_config_for_user", { first: { never: true } }));
    await person.config();
    expect((await gaveUp(scripted, person)).error).toBe("CancelledError");
  });

  it("is heard of in the log where a TypeScript one rejects after it", async () => {
    const gate = scripted.gate();
    const person = scripted.person(
      steps("get_media_config_for_user", { second: { until: gate.path, raise: "error" } }),
    );
    expect((await person.config()).status).toBe(503);
    gate.open();
    const line = await scripted.service.log.waitFor(({ message }) => message.includes("rejected after its deadline"));
    expect(line).toMatchObject({
      level: "error",
      facts: { module: "scripted", callback: "get_media_config_for_user" },
    });
  });

  it("changes nothing where it is a notification, and the others are told", async () => {
    const never = { never: true };
    const person = scripted.person({
      first: { get_media_upload_limits_for_user: { answer: [limit(50)] }, on_media_upload_limit_exceeded: never },
      second: { on_media_upload_limit_exceeded: never },
    });
    expect((await person.upload(51)).body).toMatchObject({ errcode: "M_USER_LIMIT_EXCEEDED" });
    expect(person.asked("on_media_upload_limit_exceeded")).toEqual(INSTANCES);
  });

  it("holds up no other request, and the next request is asked anew", async () => {
    const person = scripted.person(steps("is_user_allowed_to_upload_media_of_size", { third: { never: true } }));
    const stuck = person.upload();
    await person.called("is_user_allowed_to_upload_media_of_size", "third");
    expect((await scripted.person().upload()).status).toBe(200);
    expect((await stuck).status).toBe(503);
    person.script({});
    expect((await person.upload()).status).toBe(200);
  });
});

describe("a callback past its deadline that may be skipped", () => {
  let scripted: ScriptedService;
  beforeAll(async () => {
    scripted = await ScriptedService.start(LANGUAGES, {
      mediaBridge: { callbacks: deadlines({ on_unavailable: "skip" }) },
    });
  });
  afterAll(() => scripted.stop());

  describe.each(DECIDING)("of %s", (kind) => {
    it.each(PLACES)(
      "A late callback in $language ($instance) that may be skipped counts as absent: the others decide",
      async ({ instance }) => {
        const person = scripted.person(steps(kind, { [instance]: { never: true } }));
        expect((await provoke(kind, person)).status).toBe(200);
        expect(person.asked(kind)).toEqual(INSTANCES);
      },
    );

    it("A late callback that may be skipped leaves the decision to the next one", async () => {
      const person = scripted.person(
        steps(kind, { first: { never: true }, second: { never: true }, third: REFUSING[kind] }),
      );
      expect((await provoke(kind, person)).status).toBe(kind === "get_media_config_for_user" ? 200 : REFUSED[kind]);
      expect(person.asked(kind)).toEqual(INSTANCES);
    });
  });

  it("does not excuse a callback that fails", async () => {
    const person = scripted.person(steps("get_media_config_for_user", { first: { raise: "error" } }));
    expect((await person.config()).status).toBe(500);
  });
});

describe("two chains of Python alone, asked in one go", () => {
  let scripted: ScriptedService;
  beforeAll(async () => {
    const callbacks = deadlines({ on_unavailable: "skip" });
    scripted = await ScriptedService.start(["python", "python"], { mediaBridge: { callbacks } });
  });
  afterAll(() => scripted.stop());

  const ALLOWED = "is_user_allowed_to_upload_media_of_size";
  const LIMITS = "get_media_upload_limits_for_user";
  const both: Instance[] = ["first", "second"];

  it.each([
    ["the first of both chains", { first: { [ALLOWED]: { never: true }, [LIMITS]: { never: true } } }],
    ["the second of both chains", { second: { [ALLOWED]: { never: true }, [LIMITS]: { never: true } } }],
    [
      "every module",
      {
        first: { [ALLOWED]: { never: true }, [LIMITS]: { never: true } },
        second: { [ALLOWED]: { never: true }, [LIMITS]: { never: true } },
      },
    ],
  ])("still ask every module once where %s runs past the deadline and is skipped", async (_who, script) => {
    const person = scripted.person(script);
    expect((await person.upload()).status).toBe(200);
    expect([person.asked(ALLOWED), person.asked(LIMITS)]).toEqual([both, both]);
  });

  it("still decide by the callbacks that answer", async () => {
    const denied = scripted.person({ first: { [ALLOWED]: { never: true } }, second: { [ALLOWED]: { answer: false } } });
    expect((await denied.upload()).status).toBe(413);
    expect(denied.asked(LIMITS)).toEqual([]);
    const limited = scripted.person({
      first: { [LIMITS]: { never: true } },
      second: { [LIMITS]: { answer: [limit(1)] } },
    });
    expect((await limited.upload()).status).toBe(403);
  });
});

const REFUSING: Record<(typeof DECIDING)[number], Step> = {
  get_media_config_for_user: { answer: {} },
  is_user_allowed_to_upload_media_of_size: { answer: false },
  get_media_upload_limits_for_user: { answer: [limit(1)] },
  check_media_file_for_spam: { answer: true },
};
const REFUSED: Partial<Record<KindName, number>> = {
  is_user_allowed_to_upload_media_of_size: 413,
  get_media_upload_limits_for_user: 403,
  check_media_file_for_spam: 400,
};

function deadlines(policy: { on_unavailable?: "skip" }): object {
  const deadline = { deadline: 200 };
  return Object.fromEntries([
    ...DECIDING.map((kind) => [kind, { ...deadline, ...policy }]),
    ...NOTIFYING.map((kind) => [kind, deadline]),
  ]);
}

function provoke(kind: KindName, person: Person) {
  return kind === "get_media_config_for_user" ? person.config() : person.upload();
}

function isTimeoutOf(kind: KindName) {
  return ({ level, facts, message }: LogLine) =>
    level === "warn" && facts["callback"] === kind && message.includes("timeout");
}

function gaveUp(scripted: ScriptedService, person: Person) {
  return scripted.traced(({ event, user }) => event === "gave up" && user === person.name);
}
