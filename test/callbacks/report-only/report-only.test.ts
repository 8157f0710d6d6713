import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KindName } from "../../../src/callbacks/kinds.ts";
import type { Person } from "../person.ts";
import { type Instance, INSTANCES, type Language, limit, steps, type Step } from "../script.ts";
import { ScriptedService } from "../scripted-service.ts";

const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const LIMITS = "get_media_upload_limits_for_user";
const CONFIG = "get_media_config_for_user";
const SPAM = "check_media_file_for_spam";
const EXCEEDED = "on_media_upload_limit_exceeded";
const REPORT = { enforce: "report" };
const DEADLINE = { deadline: 300 };

let scripted: ScriptedService;

/** What was logged of a user that is not enforced, in order. */
function reportsOf({ id }: Person): Record<string, unknown>[] {
  return scripted.service.log.lines
    .filter(({ message, facts }) => /^would (?:refuse|answer): /.test(message) && facts["user"] === id)
    .map(({ message, facts }) => ({ would: /^would (\w+)/.exec(message)?.[1], ...facts }));
}

function start(languages: readonly Language[], reportOnly: readonly Instance[], mediaBridge: object = {}) {
  return ScriptedService.start(languages, {
    moduleEntry: Object.fromEntries(reportOnly.map((instance) => [instance, REPORT])),
    mediaBridge: { callbacks: { [ALLOWED]: DEADLINE, [LIMITS]: DEADLINE, [CONFIG]: DEADLINE, [SPAM]: DEADLINE }, ...mediaBridge }, // prettier-ignore
  });
}

/** Ends of a callback that would refuse a request, and the answer that its client would get. */
const FAILURES: Record<string, [Step, { status: number; errcode: string; code?: string }]> = {
  "a Matrix error": [
    { refuse: { code: 429, msg: "Not today", errcode: "ORG_TODAY" } },
    { status: 429, errcode: "ORG_TODAY" },
  ],
  "an exception": [{ raise: "error" }, { status: 500, errcode: "M_UNKNOWN", code: "MODULE_FAILED" }],
  "a wrong type": [{ answer: { $: "bytes" } }, { status: 500, errcode: "M_UNKNOWN", code: "MODULE_FAILED" }],
  "no answer in time": [{ never: true }, { status: 503, errcode: "M_UNKNOWN", code: "MODULE_UNAVAILABLE" }],
};

describe.each<[string, readonly Language[]]>([
  ["Python, TypeScript and Python", ["python", "typescript", "python"]],
  ["Python alone, which is asked in one frame,", ["python", "python", "python"]],
])("A chain of %s whose first two modules are report only", (_name, languages) => {
  beforeAll(async () => {
    scripted = await start(languages, ["first", "second"]);
  });
  afterAll(() => scripted.stop());

  const ask = (person: Person, kind: KindName) => (kind === CONFIG ? person.config() : person.upload());

  describe.each([ALLOWED, LIMITS, SPAM, CONFIG] as const)("asked by %s", (kind) => {
    test.each(["first", "second"] as const)("lets requests pass on which the %s fails, and reports it", async (at) => {
      for (const [name, [step, answer]] of Object.entries(FAILURES)) {
        // Anything that is neither an acceptance nor a refusal refuses a file, without being a failure.
        if (kind === SPAM && name === "a wrong type") continue;
        // Python finds every value true or false.
        const isPython = languages[INSTANCES.indexOf(at)] === "python";
        if (kind === ALLOWED && name === "a wrong type" && isPython) continue;
        const person = scripted.person(steps(kind, { [at]: step }));
        const { status, text } = await ask(person, kind);
        expect([name, status, text]).toEqual([name, 200, expect.any(String)]);
        expect(person.asked(kind)).toEqual([...INSTANCES]);
        const module = scripted.moduleName(at);
        expect(reportsOf(person)).toEqual([
          expect.objectContaining({ would: "refuse", module, callback: kind, user: person.id, ...answer }),
        ]);
      }
    });

    test("still gets the failure of its enforced module, after it has asked the others in order", async () => {
      const refuse = { code: 403, msg: "No", errcode: "ORG_NO" };
      const person = scripted.person(
        steps(kind, { first: { raise: "error" }, second: { raise: "error" }, third: { refuse } }),
      );
      const { status, body } = await ask(person, kind);
      expect([status, body["errcode"]]).toEqual([403, "ORG_NO"]);
      expect(person.asked(kind)).toEqual([...INSTANCES]);
      expect(reportsOf(person)).toHaveLength(2);
    });
  });

  test("stores what they would deny, and is refused what the third denies", async () => {
    const person = scripted.person(steps(ALLOWED, { first: { answer: false }, second: { answer: false } }));
    expect((await person.upload()).status).toBe(200);
    expect(person.asked(ALLOWED)).toEqual([...INSTANCES]);
    expect(reportsOf(person)[0]).toMatchObject({ status: 413, errcode: "M_TOO_LARGE", code: "UPLOAD_TOO_LARGE" });
    person.script(steps(ALLOWED, { third: { answer: false } }));
    expect((await person.upload()).status).toBe(413);
  });

  test("stores a file in which they find spam, and keeps no file in which the third does", async () => {
    const person = scripted.person(steps(SPAM, { first: { answer: { $: "code" } }, second: { answer: true } }));
    expect((await person.download(await person.store(100))).status).toBe(200);
    expect(reportsOf(person)[0]).toMatchObject({ would: "refuse", callback: SPAM, status: 400, code: "BAD_CONTENT" });
    person.script(steps(SPAM, { third: { answer: true } }));
    const before = scripted.service.files();
    expect((await person.upload()).status).toBe(400);
    expect(scripted.service.files()).toEqual(before);
  });

  test("answers the media configuration of the third or of the service, never theirs", async () => {
    const answer = { "m.upload.size": 1 };
    const person = scripted.person(
      steps(CONFIG, { first: { answer }, second: { answer }, third: { answer: { a: 1 } } }),
    );
    expect((await person.config()).body).toEqual({ a: 1 });
    expect(reportsOf(person)[0]).toMatchObject({ would: "answer", callback: CONFIG });
    person.script(steps(CONFIG, { first: { answer }, second: { answer } }));
    expect((await person.config()).body).toEqual({ "m.upload.size": 65_536 });
  });

  test("compares their limits with what the user has sent, and holds the user to those of the third", async () => {
    const person = scripted.person(
      steps(LIMITS, { first: { answer: [limit(150)] }, third: { answer: [limit(1000)] } }),
    );
    await person.store(100);
    expect(reportsOf(person).filter(({ would }) => would === "refuse")).toEqual([]);
    await person.store(51);
    expect(reportsOf(person).filter(({ would }) => would === "refuse")).toEqual([
      expect.objectContaining({
        module: scripted.moduleName("first"),
        callback: LIMITS,
        status: 403,
        errcode: "M_USER_LIMIT_EXCEEDED",
        code: "LIMIT_EXCEEDED",
        limit: { maxBytes: 150, periodMs: 60_000, sentBytes: 100 },
      }),
    ]);
    expect(person.asked(EXCEEDED)).toEqual([]);
    expect((await person.upload(850)).status).toBe(403);
    expect(person.asked(EXCEEDED)).toEqual([...INSTANCES]);
  });

  test("counts other uploads under way of the user against their limits, exactly", async () => {
    const gate = scripted.gate();
    const script = steps(LIMITS, { first: { answer: [limit(150)] } });
    const person = scripted.person({ ...script, third: { [SPAM]: { until: gate.path } } });
    const first = person.upload(100);
    await person.called(SPAM, "third");
    const second = person.upload(100);
    await scripted.service.log.waitFor(
      ({ message, facts }) => message.startsWith("would refuse") && facts["user"] === person.id,
    );
    gate.open();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect(reportsOf(person).filter(({ would }) => would === "refuse")).toHaveLength(1);
  });

  test("holds the user to the configured limits where only they give some, an empty list included", async () => {
    const person = scripted.person(steps(LIMITS, { first: { answer: [] } }));
    expect((await person.upload(20 * 1024 + 1)).status).toBe(403);
  });

  test("uses no words of theirs for a refusal by a limit", async () => {
    const refuse = { code: 402, msg: "Pay", errcode: "ORG_PAY" };
    const person = scripted.person({ first: { [EXCEEDED]: { refuse } }, second: { [EXCEEDED]: { refuse } } });
    const { status, body } = await person.upload(20 * 1024 + 1);
    expect([status, body["errcode"]]).toEqual([403, "M_USER_LIMIT_EXCEEDED"]);
    expect(person.asked(EXCEEDED)).toEqual([...INSTANCES]);
    person.script(steps(EXCEEDED, { third: { refuse } }));
    expect((await person.upload(20 * 1024 + 1)).status).toBe(402);
  });

  test("reports an upload in chunks once for each limit, however many chunks pass it", async () => {
    const person = scripted.person(steps(LIMITS, { first: { answer: [limit(10)] } }));
    const { status } = await person.uploadChunks([person.file(50), Buffer.alloc(50), Buffer.alloc(50)]);
    expect(status).toBe(200);
    expect(reportsOf(person).filter(({ would }) => would === "refuse")).toHaveLength(1);
    person.script(steps(ALLOWED, { second: { answer: false } }));
    expect((await person.uploadChunks([person.file(50)])).status).toBe(200);
    expect(reportsOf(person).at(-1)).toMatchObject({ would: "refuse", callback: ALLOWED });
  });

  test("lets an upload to an id that was created before pass as well", async () => {
    const person = scripted.person(steps(ALLOWED, { first: { answer: false } }));
    const mediaId = await person.create();
    expect((await person.put(mediaId)).status).toBe(200);
    expect(reportsOf(person)).toMatchObject([{ would: "refuse", callback: ALLOWED }]);
  });
});

describe("media_bridge.enforce: report", () => {
  beforeAll(async () => {
    const enforced = { third: { enforce: "enforce" } };
    scripted = await ScriptedService.start(["python", "typescript", "python"], {
      moduleEntry: enforced,
      mediaBridge: { enforce: "report" },
    });
  });
  afterAll(() => scripted.stop());

  test("lets pass what limits of the configuration would refuse, and reports it", async () => {
    const person = scripted.person();
    expect((await person.upload(20 * 1024 + 1)).status).toBe(200);
    expect(reportsOf(person)).toMatchObject([
      { would: "refuse", setting: "media_upload_limits", code: "LIMIT_EXCEEDED", limit: { maxBytes: 20_480 } },
    ]);
    expect(person.asked(EXCEEDED)).toEqual([]);
  });

  test("compares with limits of the configuration only where no module gives any, as when they are enforced", async () => {
    const person = scripted.person(steps(LIMITS, { first: { answer: [] } }));
    expect((await person.upload(20 * 1024 + 1)).status).toBe(200);
    expect(reportsOf(person)).toMatchObject([{ would: "answer", callback: LIMITS }]);
  });

  test("enforces max_upload_size, and a module whose entry says so", async () => {
    const person = scripted.person(steps(ALLOWED, { first: { answer: false }, third: { answer: false } }));
    expect((await person.upload()).status).toBe(413);
    person.script(steps(ALLOWED, { first: { answer: false }, second: { answer: false } }));
    expect((await person.upload()).status).toBe(200);
    expect((await scripted.person().upload(64 * 1024 + 1)).status).toBe(413);
  });
});

describe("A callback that the policy allows to be skipped", () => {
  beforeAll(async () => {
    const callbacks = { [ALLOWED]: { ...DEADLINE, on_unavailable: "skip" } };
    scripted = await start(["python", "typescript", "python"], ["first", "second"], { callbacks });
  });
  afterAll(() => scripted.stop());

  test("is not reported where it gives no answer in time: it would not have refused", async () => {
    const person = scripted.person(steps(ALLOWED, { first: { never: true }, second: { answer: false } }));
    expect((await person.upload()).status).toBe(200);
    expect(reportsOf(person)).toMatchObject([{ callback: ALLOWED, module: "scripted", status: 413 }]);
  });
});
