import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FIXTURE_MODULES, startTestService, TOKENS, type TestService, type TestUser } from "../../support/service.ts";
import { INSTANCES, type Language } from "../script.ts";
import { ScriptedService, type ScriptedOptions } from "../scripted-service.ts";

const CONFIG = "get_media_config_for_user";
const CHAINS: [Language, Language, Language][] = [
  ["typescript", "typescript", "typescript"],
  ["python", "typescript", "python"],
  ["typescript", "python", "typescript"],
];

describe.each(CHAINS)("the modules %s, %s, %s", (...languages) => {
  it("have all their configurations parsed before the first is constructed, then are constructed in order", async () => {
    const scripted = await startScripted(languages);
    const events = scripted.trace().map(({ event, instance }) => `${event} ${instance}`);
    expect(events.slice(0, 3).toSorted()).toEqual(INSTANCES.map((instance) => `parsed ${instance}`).toSorted());
    expect(events.slice(3)).toEqual(
      INSTANCES.flatMap((instance) => [`constructed ${instance}`, `registered ${instance}`]),
    );
  });

  it("are called twice where they register twice, in their places", async () => {
    const scripted = await startScripted(languages, { moduleConfig: { second: { times: 2 } } });
    const person = scripted.person();
    expect((await person.upload()).status).toBe(200);
    expect(person.asked("is_user_allowed_to_upload_media_of_size")).toEqual(["first", "second", "second", "third"]);
    await person.called("on_media_uploaded", "third");
    expect(person.asked("on_media_uploaded")).toEqual(["first", "second", "second", "third"]);
  });

  it("come after the others where they register late", async () => {
    const gates = createFolder();
    const late = (name: string) => ({ late: join(gates, name) });
    const scripted = await startScripted(languages, { moduleConfig: { first: late("first"), second: late("second") } });
    const chain = async () => {
      const person = scripted.person();
      await person.config();
      return person.asked(CONFIG);
    };
    expect(await chain()).toEqual(["third"]);
    writeFileSync(join(gates, "second"), "");
    await expect.poll(chain, { interval: 10, timeout: 10_000 }).toEqual(["third", "second"]);
    writeFileSync(join(gates, "first"), "");
    await expect.poll(chain, { interval: 10, timeout: 10_000 }).toEqual(["third", "second", "first"]);
  });
});

const SHAPED = { alice: "function", bob: "partial", carol: "object" } as const;

describe("whatever can be called is a callback", () => {
  it.each([
    ["python", { module: "shapes.Shapes" }, { ...SHAPED, admin: "lambda" }],
    ["typescript", { typescript: join(FIXTURE_MODULES, "shapes.ts") }, { ...SHAPED, admin: "class" }],
  ])("Whatever can be called is a callback in %s", async (_language, entry, shapes) => {
    const users = Object.fromEntries(
      Object.entries(shapes).map(([user, shape]) => [shape, TOKENS[user as TestUser].user_id]),
    );
    const service = await startModules([{ ...entry, config: { users } }]);
    for (const [user, shape] of Object.entries(shapes))
      expect(await configOf(service, user as TestUser)).toEqual({ shape });
  });
});

describe("a limits callback with a second argument", () => {
  it("gets the size where it requires one, and keeps its default where it does not", async () => {
    const service = await startModules([
      { module: "shapes.SecondArgument", config: { required: true, user: "@alice:example.test" } },
      { module: "shapes.SecondArgument", config: { required: false, user: "@bob:example.test" } },
    ]);
    const uri = async (as: TestUser) => {
      const response = await service.request("/_matrix/media/v3/upload", { method: "POST", body: "12345", as });
      return ((await response.json()) as { info_uri: string }).info_uri;
    };
    expect(await uri("alice")).toBe("https://example.test/int/5");
    expect(await uri("bob")).toBe("https://example.test/str/default");
  });
});

describe("a missing config", () => {
  it.each([
    ["python", { module: "shapes.EmptyConfig" }],
    ["typescript", { typescript: join(FIXTURE_MODULES, "empty-config.ts") }],
  ])("is an empty mapping in %s", async (_language, entry) => {
    expect(await configOf(await startModules([entry]), "alice")).toEqual({ config: {} });
  });
});

describe("callbacks that a media service never fires", () => {
  it("are accepted, and reported once with the module's name", async () => {
    const service = await startModules([{ module: "shapes.Unfired" }]);
    expect(await configOf(service, "alice")).toEqual({ answered: true });
    const reports = service.log.lines.filter(
      ({ level, facts }) => level === "warn" && facts["module"] === "shapes.Unfired",
    );
    expect(reports.map(({ facts }) => facts["callbacks"])).toEqual([
      ["user_may_create_room", "check_event_for_spam", "on_new_event"],
    ]);
  });
});

describe("a registration that cannot be", () => {
  it.each([
    ["python", "text", /shapes\.Wrong.*cannot be constructed[^]*get_media_config_for_user/],
    ["python", "unknown", /shapes\.Wrong[^]*on_full_moon[^]*newer than 1\.163\?/],
    ["python", "positional", /shapes\.Wrong[^]*keyword/],
    ["typescript", "text", /wrong\.ts.*getMediaConfigForUser.*cannot be called/],
    ["typescript", "unknown", /wrong\.ts.*onFullMoon/],
  ])("ends the start with the module's name (%s, %s)", async (language, how, message) => {
    const entry =
      language === "python" ? { module: "shapes.Wrong" } : { typescript: join(FIXTURE_MODULES, "wrong.ts") };
    const starting = startModules([{ ...entry, config: { how } }]);
    await expect(starting).rejects.toMatchObject({ code: "MODULE", message: expect.stringMatching(message) });
  });
});

async function startScripted(languages: readonly Language[], options: ScriptedOptions = {}): Promise<ScriptedService> {
  const scripted = await ScriptedService.start(languages, options);
  onTestFinished(() => scripted.stop());
  return scripted;
}

async function startModules(modules: object[]): Promise<TestService> {
  const service = await startTestService({ folder: createFolder(), mediaBridge: { modules } });
  onTestFinished(() => service.stop());
  return service;
}

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-registration-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function configOf(service: TestService, as: TestUser): Promise<unknown> {
  return (await service.request("/_matrix/client/v1/media/config", { as })).json();
}
