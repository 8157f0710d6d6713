import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ADMIN_TOKEN, APPSERVICE_TOKEN, startAskingService, type AskingService } from "./asking-service.ts";
import { LOCAL_ROWS } from "./local-rows.ts";
import { MEMBERS, OBJECT_ROWS } from "./members.ts";
import { ROOM_ACTING_ROWS } from "./room-acting-rows.ts";
import { ROOM_READING_ROWS } from "./room-reading-rows.ts";
import type { Trial } from "./row.ts";
import { startScriptedHomeserver, type ScriptedHomeserver } from "./scripted-homeserver.ts";
import { USER_ROWS } from "./user-rows.ts";

const TRIALS: Readonly<Record<string, Trial>> = {
  ...LOCAL_ROWS,
  ...USER_ROWS,
  ...ROOM_READING_ROWS,
  ...ROOM_ACTING_ROWS,
};
const REFUSED = OBJECT_ROWS.filter(({ row }) => row.works === "no").map(({ path }) => path);
/** Not a method: it is missing, as an attribute is. */
const MISSING = ["email_app_name"];

const TOKENS = { admin: ADMIN_TOKEN, appservice: APPSERVICE_TOKEN };
const ASKING = OBJECT_ROWS.flatMap(({ path, row: { token } }) => {
  const trial = TRIALS[path];
  const asks = trial?.script !== undefined && token !== undefined && token !== "url";
  return asks ? [{ path, trial, token: TOKENS[token] }] : [];
});

let homeserver: ScriptedHomeserver;
let service: AskingService;

beforeAll(async () => {
  homeserver = await startScriptedHomeserver();
  service = await startAskingService({ url: homeserver.url });
});
afterAll(async () => {
  await service?.stop();
  await homeserver?.stop();
});
beforeEach(() => {
  homeserver.script = {};
  homeserver.asked.length = 0;
});

test("Every row of the list is tried, and no other", () => {
  const tried = [...Object.keys(TRIALS), ...REFUSED];
  expect(tried.toSorted()).toEqual(OBJECT_ROWS.map(({ path }) => path).toSorted());
});

describe("ModuleApi", () => {
  test.each(Object.entries(TRIALS))("%s works", async (_path, { run, script = {}, asked, returns }) => {
    homeserver.script = script;
    expect(await service.run(`HOMESERVER = ${JSON.stringify(homeserver.url)}\n${run}`)).toEqual(returns);
    const tokens = homeserver.asked.map((line) =>
      line.replace(ADMIN_TOKEN, "ADMIN").replace(APPSERVICE_TOKEN, "APPSERVICE"),
    );
    // Requests of one call may be under way together.
    expect(tokens.toSorted()).toEqual([...(asked ?? tokens)].toSorted());
  });

  test.each(ASKING)("$path takes the token that the list names", async ({ trial, token }) => {
    homeserver.script = trial.script ?? {};
    await service.run(trial.run);
    expect(homeserver.asked[0]?.split(" ")[0]).toBe(token);
  });

  test.each(REFUSED.filter((path) => !MISSING.includes(path)))(
    "%s fails when it is called, with its name",
    async (path) => {
      const error = await service.raised(`method = api.${path}\nassert hasattr(api, "${path}")\nmethod()`);
      expect(error.types).toContain("UnsupportedByMediaService");
      expect(error.message).toContain(`asking.Asking: ModuleApi.${path}() is not supported`);
      expect(error.message).toContain("only Synapse itself has it, and what needs it runs there alone");
    },
  );

  test.each(MISSING)("%s is missing, as an attribute is", async (path) => {
    const error = await service.raised(`assert not hasattr(api, "${path}")\napi.${path}`);
    expect(error.types).toContain("AttributeError");
    expect(error.message).toContain(`ModuleApi.${path} is not supported`);
  });
});

describe("synapse.module_api", () => {
  test.each(["synapse.module_api", "synapse.module_api.errors"] as const)(
    "Every name of %s can be imported; those that fail clearly do so when they are called",
    async (module) => {
      const rows = MEMBERS[module];
      const names = rows.map(({ name }) => name);
      const failing = rows.filter(({ works }) => works === "no").map(({ name }) => name);
      expect(await service.run(callEach(module, names))).toEqual(failing);
    },
  );
});

/** Calls each name and lists those that refuse, with their name, since they are not supported here. */
function callEach(module: string, names: readonly string[]): string {
  return `
import ${module} as module_api
from media_bridge_shim.api.absent.unsupported import UnsupportedByMediaService
refusing = []
for name in ${JSON.stringify(names)}:
    value = getattr(module_api, name)
    try: value()
    except UnsupportedByMediaService as error:
        assert str(error).startswith(f"{name}() is not supported by the media service"), error
        refusing.append(name)
    except Exception: pass
return refusing`;
}
