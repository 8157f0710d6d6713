import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { startShadowed, tracingModule } from "./shadowed-service.ts";

const CONFIG = "/_matrix/client/v1/media/config";

/** Writes to a table, sends a `POST`, starts a loop; says in `trace` what came of each. */
const BUSY_PYTHON = `
import json


def trace(*args):
    with open(TRACE, "a") as out:
        out.write(json.dumps(["candidate", *args]) + "\\n")


class Module:
    def __init__(self, config, api):
        self.api = api
        self.url = config["url"]
        api.register_media_repository_callbacks(get_media_config_for_user=self.config)
        api.looping_background_call(self.loop, 10)

    async def loop(self):
        trace("looped")

    async def config(self, user):
        def write(txn):
            txn.execute("CREATE TABLE candidate_seen (user TEXT)")
            txn.execute("INSERT INTO candidate_seen VALUES (?)", (user,))
            txn.execute("SELECT count(*) FROM candidate_seen")
            return txn.fetchone()[0]

        trace("wrote", await self.api.run_db_interaction("write", write))
        trace("got", await self.api.http_client.get_json(self.url))
        try:
            await self.api.http_client.post_json_get_json(self.url, {"user": user})
            trace("posted")
        except Exception as error:
            trace("failed", str(error))
        return {"m.upload.size": 1}
`;

const BUSY_TYPESCRIPT = `
import { appendFileSync } from "node:fs";
import { defineModule } from "synapse-media-bridge";

const trace = (...args) => appendFileSync(TRACE, JSON.stringify(["candidate", ...args]) + "\\n");

export default defineModule({
  name: "candidate",
  setup(api, config) {
    api.loopingBackgroundCall(() => trace("looped"), 10);
    api.registerMediaRepositoryCallbacks({
      async getMediaConfigForUser(user) {
        const write = () => api.database.transaction("write", async (txn) => {
          await txn.execute("CREATE TABLE candidate_seen (user TEXT)");
          await txn.change("INSERT INTO candidate_seen VALUES (?)", [user]);
          return (await txn.execute("SELECT count(*) AS count FROM candidate_seen"))[0].count;
        });
        // A fenced transaction has one second, which a busy machine may need for less.
        const count = await write().catch(write).catch(write);
        trace("wrote", count);
        trace("got", await (await fetch(config.url)).json());
        await fetch(config.url, { method: "POST", body: user }).then(
          () => trace("posted"),
          (error) => trace("failed", error.message),
        );
        return { "m.upload.size": 1 };
      },
    });
  },
});
`;

test.each([
  ["Python", { module: "candidate.Module" }, "outgoing requests are held back during a check: POST"],
  ["TypeScript", { typescript: "./candidate.ts" }, "fetch: requests other than GET are held back in a shadow (POST)"],
])(
  "A %s candidate writes, sends and repeats nothing, and what it would have done is counted",
  async (_language, entry, words) => {
    const methods: unknown[] = [];
    const server = createServer((req, res) => {
      methods.push(req.method);
      res.setHeader("Content-Type", "application/json").end('{"found":1}');
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const service = await startShadowed({
      files: { "original.ts": tracingModule("original"), "candidate.py": BUSY_PYTHON, "candidate.ts": BUSY_TYPESCRIPT },
      modules: [{ typescript: "./original.ts", shadow: { ...entry, config: { url } } }],
    });
    await service.until(({ state }) => state === "running");
    await service.request(CONFIG, { as: "alice" });
    // Its signs of life say what was held back.
    await service.until(
      ({ asked, heldBack }) => asked === 1 && heldBack["request"] === 1 && heldBack["background"] === 1,
    );
    const said = service.trace().filter(([who]) => who === "candidate");
    expect(said).toEqual([
      ["candidate", "wrote", 1],
      ["candidate", "got", { found: 1 }],
      ["candidate", "failed", expect.stringContaining(words) as string],
    ]);
    expect(methods).toEqual(["GET"]);
    expect((await service.shadow()).heldBack["write"]).toBeGreaterThan(0);
    const database = new Database(join(service.folder, "data", "media.db"), { readonly: true });
    onTestFinished(() => void database.close());
    expect(database.prepare("SELECT name FROM sqlite_master WHERE name = 'candidate_seen'").all()).toEqual([]);
  },
);
