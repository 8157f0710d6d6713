import { describe, expect, test } from "vitest";
import { fenceRelay } from "../../../src/homeserver/client/relayed-client.ts";
import { relayedRequests } from "../../../src/modules/python/relayed-requests.ts";

const ALICE = { user_id: "@alice:example.test" };
const USER = { name: ALICE.user_id, admin: false, creation_ts: 1_700_000_000, threepids: [] };
const ADDRESS = { medium: "email", address: "alice@example.test", validated_at: 1, added_at: 2 };
const SEEN = { ip: "192.0.2.1", user_agent: "a client", last_seen: 5 };
const answer = (value: unknown) => ({ answer: value === null ? null : JSON.stringify(value) });

/** What the child is told of a call, and the calls of Synapse's ModuleApi that it took; a fenced candidate's. */
async function ask(call: string, args: object, outcomes: Record<string, unknown>) {
  const asked: unknown[] = [];
  const relay = fenceRelay(
    async (name, given) => {
      asked.push([name, given]);
      return outcomes[name];
    },
    () => asked.push("held back"),
  );
  const told = await relayedRequests(relay)["homeserver"]?.({ call, args, module: "a.Module" });
  const { answer: text } = told as { answer?: string | null };
  return { asked, told: typeof text === "string" ? (JSON.parse(text) as unknown) : told };
}

describe("A Python candidate inside a Synapse", () => {
  test("is told a user with the addresses, which Synapse tells by a call of their own", async () => {
    const outcomes = { get_user: answer(USER), get_threepids: answer([ADDRESS]) };
    expect(await ask("get_user", ALICE, outcomes)).toEqual({
      told: { ...USER, threepids: [ADDRESS] },
      asked: [
        ["get_user", ALICE],
        ["get_threepids", ALICE],
      ],
    });
  });

  test.each([
    ["a user that does not exist", answer(null)],
    ["a refusal", { refused: { status: 403, body: "{}" } }],
    ["what could not be answered", { unusable: "ValueError" }],
  ])("is told of %s", async (_what, outcome) => {
    const { told, asked } = await ask("get_user", ALICE, { get_user: outcome });
    expect(told).toMatchObject(outcome);
    expect(asked).toEqual([["get_user", ALICE]]);
  });

  test("is told no user whose addresses cannot be had: there would seem to be none", async () => {
    const failed = { unusable: "OperationalError" };
    const { told } = await ask("get_user", ALICE, { get_user: answer(USER), get_threepids: failed });
    expect(told).toEqual(failed);
  });

  test("is told where a user was seen, which changes nothing and is not held back", async () => {
    expect(await ask("get_whois", ALICE, { get_connections: answer([SEEN]) })).toEqual({
      told: { devices: { "": { sessions: [{ connections: [SEEN] }] } } },
      asked: [["get_connections", ALICE]],
    });
    const refused = { refused: { status: 500, body: "{}" } };
    expect((await ask("get_whois", ALICE, { get_connections: refused })).told).toEqual({
      refused: { ...refused.refused, message: "get_whois was refused with status 500" },
    });
  });

  test("is held back from what changes something", async () => {
    const { told, asked } = await ask("set_displayname", { ...ALICE, displayname: "x" }, {});
    expect([told, asked]).toEqual([{ dry_run: expect.any(String) as string }, ["held back"]]);
  });
});
