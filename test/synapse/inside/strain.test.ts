import { afterEach, describe, expect, test, vi } from "vitest";
import { synapseMinor } from "../support/synapse.ts";
import { CALLBACKS, INSIDE_MODULES, InsideSynapse, typescript } from "../support/inside-synapse.ts";

const UPLOADS = 100;

let synapse: InsideSynapse | undefined;

afterEach(async () => {
  await synapse?.stop();
  synapse = undefined;
});

describe("A Synapse with TypeScript modules", () => {
  test("answers 503 to what a Node that is stopped would decide, and everything else; afterwards it decides again", async () => {
    const inside = (synapse = await InsideSynapse.start((calls) => [
      typescript([{ typescript: `${INSIDE_MODULES}/rules.ts`, config: { calls } }], {
        command: CALLBACKS,
        deadline_ms: 1000,
      }),
    ]));
    const alice = await inside.register("alice");
    const [node = 0] = inside.children();
    process.kill(node, "SIGSTOP");
    const uploads = Array.from({ length: UPLOADS }, () => inside.upload(alice, "1234567"));
    expect((await inside.ask("GET", "/_matrix/client/v3/account/whoami", alice)).status).toBe(200);
    const statuses = new Set((await Promise.all(uploads)).map(({ status }) => status));
    expect(statuses).toEqual(new Set([503]));
    process.kill(node, "SIGCONT");
    // What it answers to questions that were given up is no answer to the next one.
    await vi.waitFor(async () => expect((await inside.upload(alice, "1234567")).status).toBe(413), { timeout: 30_000 });
    expect((await inside.upload(alice, "hello, all")).status).toBe(200);
    expect(inside.children()).toEqual([node]);
  });

  test("answers 503 to what cannot be sent, and decides the next request", async () => {
    const inside = (synapse = await InsideSynapse.start(() => [
      typescript([{ typescript: `${INSIDE_MODULES}/huge.ts` }]),
    ]));
    const [node] = inside.children();
    const config = async (username: string) => (await inside.config(await inside.register(username))).status;
    expect(await config("configured")).toBe(503);
    expect(await config("refused")).toBe(503);
    // The words of an error go to the log alone, where they are cut.
    expect(await config("failed")).toBe(500);
    const limited = await inside.upload(await inside.register("limited"), "x");
    expect(limited.status).toBe(synapseMinor() < 139 ? 200 : 503);
    expect(await config("alice")).toBe(200);
    expect(inside.children()).toEqual([node]);
  });
});
