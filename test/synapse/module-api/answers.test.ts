import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { startDatabase } from "../support/database.ts";
import { startMediaService } from "../support/media-service.ts";
import { register, startSynapse, type Homeserver } from "../support/synapse.ts";
import type { Question } from "./question.ts";
import { DATABASE_QUESTIONS } from "./questions-database.ts";
import { LOCAL_QUESTIONS, ROOM_QUESTIONS, USER_QUESTIONS } from "./questions-homeserver.ts";

const ASKING = fileURLToPath(new URL("../../fixtures/module-api", import.meta.url));
const PATH = "/_matrix/client/v1/media/config";
const QUESTIONS = [...USER_QUESTIONS, ...ROOM_QUESTIONS, ...LOCAL_QUESTIONS, ...DATABASE_QUESTIONS];
type Raised = z.output<typeof RaisedSchema>;
type Told = z.output<typeof ToldSchema>;

const RaisedSchema = z.looseObject({ types: z.array(z.string()) });
const ToldSchema = z.union([z.object({ error: RaisedSchema }), z.object({ result: z.unknown() })]);
const RoomSchema = z.object({ room_id: z.string() });

/** The module runs in a Synapse that serves media itself, and in our service beside the same Synapse. */
describe.each(["sqlite3", "psycopg2"] as const)("ModuleApi beside a Synapse on %s", (engine) => {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-asking-"));
  const scripts = { before: join(folder, "before.py"), after: join(folder, "after.py") };
  const steps: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true })];
  let homeserver: Homeserver;
  let urls: typeof scripts;
  let token: string;
  let room: string;

  beforeAll(async () => {
    const database = await startDatabase(engine);
    steps.unshift(() => database.stop());
    const synapse = await startSynapse({
      mediaRepo: true,
      ...database.options,
      config: { modules: moduleWith(scripts.before) },
      pythonPath: [ASKING],
    });
    steps.unshift(() => synapse.stop());
    homeserver = synapse.homeserver;
    const service = await startMediaService({
      homeserver,
      asksHomeserver: true,
      homeserverKeys: { database: homeserver.database },
      config: { modules: moduleWith(scripts.after) },
      pythonPath: [ASKING],
    });
    steps.unshift(() => service.stop());
    urls = { before: homeserver.url + PATH, after: service.directUrl + PATH };
    ({ token, room } = await furnish(homeserver));
  });
  afterAll(async () => {
    for (const step of steps) await step();
  });

  test.each(QUESTIONS)(
    "The module is told the same before and after the move: $title",
    async ({ body, ownWords = false }) => {
      const inSynapse = await ask("before", body);
      const here = await ask("after", body);
      const compared = "error" in here && "error" in inSynapse ? asCaught(here.error, inSynapse.error, ownWords) : here;
      expect(compared).toEqual(inSynapse);
    },
  );

  async function ask(side: keyof typeof scripts, body: Question["body"]): Promise<Told> {
    const known = { room, homeserver: homeserver.url };
    const assignments = Object.entries(known).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);
    writeFileSync(scripts[side], assignments.join("") + body);
    const response = await fetch(urls[side], { headers: { Authorization: `Bearer ${token}` } });
    return ToldSchema.parse(maskIds(await response.text(), room));
  }
});

/** An error by the names that a module could catch it by in Synapse. */
function asCaught(here: Raised, inSynapse: Raised, ownWords: boolean): Told {
  const types = inSynapse.types.filter((name) => here.types.includes(name));
  const words = ownWords ? { message: inSynapse["message"], msg: inSynapse["msg"] } : {};
  return { error: { ...here, types, ...words } };
}

function moduleWith(script: string): object[] {
  return [{ module: "asking.Asking", config: { script } }];
}

/** Users and a room to ask about; the token is that of the user who asks. */
async function furnish(homeserver: Homeserver): Promise<{ token: string; room: string }> {
  const { accessToken: token } = await register(homeserver, "alice");
  for (const name of ["bot", "typed", "banned"]) await register(homeserver, name);
  const send = async (method: string, path: string, body: object, as = token) => {
    const headers = { Authorization: `Bearer ${as}` };
    const response = await fetch(homeserver.url + path, { method, headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return JSON.parse(text) as unknown;
  };
  const { accessToken: adminToken } = homeserver.admin;
  const users = "/_synapse/admin/v2/users";
  await send("PUT", `${users}/@typed:matrix.test`, { user_type: "support" }, adminToken);
  const profile = {
    displayname: "Älice",
    avatar_url: "mxc://matrix.test/avatar",
    threepids: [{ medium: "email", address: "alice@example.test" }],
  };
  await send("PUT", `${users}/@alice:matrix.test`, profile, adminToken);
  const created = await send("POST", "/_matrix/client/v3/createRoom", {
    name: "Lobby",
    room_alias_name: "lobby",
    preset: "public_chat",
    initial_state: [{ type: "org.example.state", state_key: "key", content: { a: [1, null] } }],
  });
  const room = RoomSchema.parse(created).room_id;
  await send("POST", `/_matrix/client/v3/rooms/${room}/ban`, { user_id: "@banned:matrix.test" });
  return { token, room };
}

/** Rooms and events that each side made for itself have ids of their own. */
function maskIds(text: string, room: string): unknown {
  const isOf = (id: string) => (id === room ? "the room" : "a room");
  return JSON.parse(
    text.replaceAll(/![\w-]+(?::matrix\.test)?/g, isOf).replaceAll(/\$[\w-]{43}/g, "an event"),
  ) as unknown;
}
