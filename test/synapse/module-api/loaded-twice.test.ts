import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { MODULES, startMediaService, type MediaService } from "../support/media-service.ts";
import { startDatabase } from "../support/database.ts";
import { startSynapse } from "../support/synapse.ts";

const RoomSchema = z.object({ room_id: z.string() });

/**
 * As the documents say of a module with more than media callbacks: in both, with the homeserver's database between
 * them.
 */
describe.each(["sqlite3", "psycopg2"] as const)("A module in the homeserver and here, on %s", (engine) => {
  const steps: (() => Promise<void>)[] = [];
  let service: MediaService;

  beforeAll(async () => {
    const modules = [{ module: "talkers.Talkers", config: {} }];
    const database = await startDatabase(engine);
    steps.unshift(() => database.stop());
    const synapse = await startSynapse({ ...database.options, config: { modules }, pythonPath: [MODULES] });
    steps.unshift(() => synapse.stop());
    const { homeserver } = synapse;
    service = await startMediaService({
      homeserver,
      homeserverKeys: { database: homeserver.database },
      config: { modules },
    });
    steps.unshift(() => service.stop());
  });
  afterAll(async () => {
    for (const step of steps) await step();
  });

  test("decides here by what it has seen there", async () => {
    const { accessToken } = await service.register("quiet");
    const send = async (method: string, path: string, body: string) =>
      fetch(service.url + path, { method, body, headers: { Authorization: `Bearer ${accessToken}` } });
    const upload = () => send("POST", "/_matrix/media/v3/upload", "a file");
    expect((await upload()).status).toBe(413);
    const created: unknown = await (await send("POST", "/_matrix/client/v3/createRoom", "{}")).json();
    const { room_id: roomId } = RoomSchema.parse(created);
    const message = JSON.stringify({ msgtype: "m.text", body: "hello" });
    const sent = await send("PUT", `/_matrix/client/v3/rooms/${roomId}/send/m.room.message/1`, message);
    expect(sent.status).toBe(200);
    expect((await upload()).status).toBe(200);
  });

  test("runs its loop there alone", async () => {
    const { accessToken } = await service.register("watcher");
    const headers = { Authorization: `Bearer ${accessToken}` };
    const config = async () => (await fetch(`${service.url}/_matrix/client/v1/media/config`, { headers })).json();
    await expect
      .poll(config, { timeout: 20_000 })
      .toEqual({ "org.example.messages": 0, "org.example.sweepers": ["main"] });
  });

  test("is named at the start, with what this service never calls", () => {
    expect(service.lastLines()).toMatch(
      /talkers\.Talkers.*check_event_for_spam|check_event_for_spam.*talkers\.Talkers/,
    );
  });
});
