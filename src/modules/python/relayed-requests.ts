import { z } from "zod";
import type { Handlers } from "../../bridge/transport/peer-requests.ts";
import { DryRunRefusal } from "../../homeserver/homeserver-error.ts";
import type { HomeserverRelay } from "../../homeserver/client/relayed-client.ts";

const ParamsSchema = z.strictObject({ call: z.string(), args: z.record(z.string(), z.unknown()), module: z.string() });
const RefusedSchema = z.object({ refused: z.object({ status: z.int(), body: z.string() }) });

/**
 * Answers the child's request `homeserver` by a relay to Synapse's own ModuleApi, whose calls have the same names. A call
 * that has no counterpart there is told to be held back.
 */
export function relayedRequests(relay: HomeserverRelay): Handlers {
  return {
    homeserver: async (params): Promise<unknown> => {
      const { call, args } = ParamsSchema.parse(params);
      try {
        return outcomeForChild(call, await relay(call, argsForSynapse(call, args)));
      } catch (error) {
        if (error instanceof DryRunRefusal) return { dry_run: error.reason };
        return { unreachable: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}

/** The child names types of events where Synapse's side takes types with state keys. */
function argsForSynapse(call: string, args: Readonly<Record<string, unknown>>): object {
  if (call !== "get_room_state") return args;
  const { types, ...rest } = args;
  return { ...rest, selectors: Array.isArray(types) ? types.map((type: unknown) => [type, null]) : null };
}

function outcomeForChild(call: string, outcome: unknown): unknown {
  const { data } = RefusedSchema.safeParse(outcome);
  if (data === undefined) return outcome;
  return { refused: { ...data.refused, message: `${call} was refused with status ${data.refused.status}` } };
}
