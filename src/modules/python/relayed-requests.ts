import { z } from "zod";
import type { Handlers } from "../../bridge/transport/peer-requests.ts";
import { DryRunRefusal } from "../../homeserver/homeserver-error.ts";
import type { HomeserverRelay } from "../../homeserver/client/relayed-client.ts";

const ParamsSchema = z.strictObject({ call: z.string(), args: z.record(z.string(), z.unknown()), module: z.string() });
const AnsweredSchema = z.object({ answer: z.string().nullable() });
const RefusedSchema = z.object({ refused: z.object({ status: z.int(), body: z.string() }) });

type Args = Readonly<Record<string, unknown>>;
/** Makes one call of the child, and resolves to its outcome in the form of Synapse's side. */
type ChildCall = (relay: HomeserverRelay, args: Args) => Promise<unknown>;

/** The child's calls are those of Synapse's Admin API; these have another form in its ModuleApi. */
const TRANSLATED: ReadonlyMap<string, ChildCall> = new Map([
  ["get_user", getUser],
  ["get_whois", getWhois],
  ["get_room_state", getRoomState],
]);

/**
 * Answers the child's request `homeserver` by a relay to Synapse's own ModuleApi, most of whose calls have the same names.
 * A call that has no counterpart there is told to be held back.
 */
export function relayedRequests(relay: HomeserverRelay): Handlers {
  return {
    homeserver: async (params): Promise<unknown> => {
      const { call, args } = ParamsSchema.parse(params);
      const translated = TRANSLATED.get(call);
      try {
        return outcomeForChild(call, await (translated === undefined ? relay(call, args) : translated(relay, args)));
      } catch (error) {
        if (error instanceof DryRunRefusal) return { dry_run: error.reason };
        return { unreachable: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}

/** With the addresses, which the ModuleApi tells by a call of their own. Where that fails, so does this. */
async function getUser(relay: HomeserverRelay, args: Args): Promise<unknown> {
  const user = await relay("get_user", args);
  const found = readAnswer(user);
  if (found === undefined || found === null) return user;
  const threepids = await relay("get_threepids", args);
  const addresses = readAnswer(threepids);
  return addresses === undefined ? threepids : { answer: JSON.stringify({ ...found, threepids: addresses }) };
}

async function getWhois(relay: HomeserverRelay, args: Args): Promise<unknown> {
  const outcome = await relay("get_connections", args);
  const connections = readAnswer(outcome);
  if (connections === undefined) return outcome;
  return { answer: JSON.stringify({ devices: { "": { sessions: [{ connections }] } } }) };
}

/** The child names types of events where Synapse's side takes types with state keys. */
function getRoomState(relay: HomeserverRelay, { types, ...args }: Args): Promise<unknown> {
  const selectors = Array.isArray(types) ? types.map((type: unknown) => [type, null]) : null;
  return relay("get_room_state", { ...args, selectors });
}

/** What was answered; undefined where the outcome is another one. */
function readAnswer(outcome: unknown): object | null | undefined {
  const { data } = AnsweredSchema.safeParse(outcome);
  return data && (JSON.parse(data.answer ?? "null") as object | null);
}

function outcomeForChild(call: string, outcome: unknown): unknown {
  const { data } = RefusedSchema.safeParse(outcome);
  if (data === undefined) return outcome;
  return { refused: { ...data.refused, message: `${call} was refused with status ${data.refused.status}` } };
}
