import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openHomeserver, type Homeserver } from "../../src/homeserver/client/homeserver.ts";
import { startScriptedHomeserver, type ScriptedHomeserver } from "../module-api/scripted-homeserver.ts";

const BOB = "@bob:hs.test";

let server: ScriptedHomeserver;
let homeserver: Homeserver;
beforeAll(async () => {
  server = await startScriptedHomeserver();
  homeserver = openHomeserver({ url: server.url, adminToken: "ADMIN", appserviceToken: undefined, timeoutMs: 10_000 });
});
afterAll(async () => {
  await homeserver.close();
  await server.stop();
});
beforeEach(() => {
  server.script = {};
  server.asked.length = 0;
});

describe("What goes wrong has a code", () => {
  test("a refusal keeps its body, where no log looks", async () => {
    server.script = { "*": [403, { errcode: "M_FORBIDDEN", error: "No" }] };
    const error = await homeserver.client.getUser(BOB).catch((refusal: unknown) => refusal);
    expect(error).toMatchObject({ code: "HOMESERVER_REFUSED", status: 403, errcode: "M_FORBIDDEN" });
    expect(error).toMatchObject({ bodyText: '{"errcode":"M_FORBIDDEN","error":"No"}' });
    expect(Object.keys(error as object)).not.toContain("bodyText");
    expect(String(error)).not.toContain("No");
  });

  test("nonsense is a bad answer", async () => {
    server.script = { "*": [200, "<html>"] };
    await expect(homeserver.client.getUser(BOB)).rejects.toMatchObject({ code: "HOMESERVER_BAD_ANSWER" });
    server.script = { "*": [200, { name: BOB }] };
    await expect(homeserver.client.getUser(BOB)).rejects.toThrow(/without a valid .*admin/);
  });

  test("a call that needs what is not configured names the keys, and asks no server", async () => {
    const closed = { adminToken: undefined, appserviceToken: undefined, timeoutMs: 1000 };
    const bare = openHomeserver({ url: server.url, ...closed });
    await expect(bare.client.getUser(BOB)).rejects.toMatchObject({
      code: "HOMESERVER_NOT_CONFIGURED",
      keys: ["media_bridge.homeserver.admin_token_file"],
    });
    const none = openHomeserver({ url: undefined, ...closed });
    await expect(none.client.getAccountData(BOB, "m.x")).rejects.toMatchObject({
      keys: ["media_bridge.homeserver.url", "media_bridge.homeserver.appservice_token_file"],
    });
    await Promise.all([bare.close(), none.close()]);
    expect(server.asked).toEqual([]);
  });

  test("silence ends with the deadline, and a close ends it at once", async () => {
    server.script = { "*": () => undefined };
    const options = { url: server.url, adminToken: "ADMIN", appserviceToken: undefined };
    const impatient = openHomeserver({ ...options, timeoutMs: 50 });
    await expect(impatient.client.getUser(BOB)).rejects.toMatchObject({ code: "HOMESERVER_TIMEOUT" });
    await impatient.close();
    const patient = openHomeserver({ ...options, timeoutMs: 600_000 });
    const asked = patient.client.getUser(BOB).catch((error: unknown) => error);
    await expect.poll(() => server.asked.length).toBe(2);
    await patient.close();
    expect(await asked).toMatchObject({ code: "HOMESERVER_UNREACHABLE" });
  });

  test("ids that would lead elsewhere do not become paths", async () => {
    for (const id of ["..", ".", "\ud800"]) {
      await expect(homeserver.client.getUser(id)).rejects.toThrow(TypeError);
    }
    expect(server.asked).toEqual([]);
  });
});
