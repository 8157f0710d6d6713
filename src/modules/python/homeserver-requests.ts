import { z } from "zod";
import type { Handlers } from "../../bridge/transport/peer-requests.ts";
import { HomeserverError, DryRunRefusal } from "../../homeserver/homeserver-error.ts";
import { HomeserverNotConfigured, HomeserverRefusal } from "../../homeserver/client/refusal.ts";
import type { HomeserverRequests } from "../../homeserver/client/request.ts";
import type { Logger } from "../../util/log.ts";
import { HOMESERVER_CALLS } from "./homeserver-calls.ts";

const ParamsSchema = z.strictObject({ call: z.string(), args: z.unknown(), module: z.string() });

/** Calls whose token is the module's own. */
const WITH_MODULES_TOKEN = new Set(["invalidate_access_token"]);

/** The outcome of a call, as the child is told: JSON text, or why there is none (docs/bridge-protocol.md). */
type Outcome =
  | { readonly answer: string | null }
  | { readonly refused: { readonly status: number; readonly body: string; readonly message: string } }
  | { readonly dry_run: string }
  | { readonly unreachable: string }
  | { readonly unusable: string }
  | { readonly not_configured: readonly string[] }
  | { readonly invalid: string };

/**
 * Answers the child's request `homeserver`: a call of the fixed table, made on behalf of a Python module. Tokens stay
 * here. A call that fails is an answer too: the module should see the exception that it would see in a homeserver.
 */
export function homeserverRequests(requests: HomeserverRequests, log: Logger): Handlers {
  return {
    homeserver: async (params): Promise<Outcome> => {
      const { call: name, args, module } = ParamsSchema.parse(params);
      const call = Object.hasOwn(HOMESERVER_CALLS, name) ? HOMESERVER_CALLS[name] : undefined;
      if (call === undefined) throw new TypeError("there is no such call of the homeserver");
      try {
        return { answer: await call.run(requests, args) };
      } catch (error) {
        const outcome = describeFailure(error);
        if (outcome === undefined) throw error;
        report(log, { module, call: name }, error, WITH_MODULES_TOKEN.has(name));
        return outcome;
      }
    },
  };
}

function describeFailure(error: unknown): Outcome | undefined {
  if (error instanceof HomeserverRefusal) {
    const { status, bodyText, message } = error;
    return { refused: { status, body: bodyText, message } };
  }
  if (error instanceof DryRunRefusal) return { dry_run: error.reason };
  if (error instanceof HomeserverError) {
    return error.code === "HOMESERVER_BAD_ANSWER" ? { unusable: error.message } : { unreachable: error.message };
  }
  if (error instanceof HomeserverNotConfigured) return { not_configured: error.keys };
  if (error instanceof z.ZodError) return { invalid: describeIssues(error) };
  // Of `pathOf`: an argument that cannot be part of a path.
  return error instanceof TypeError ? { invalid: error.message } : undefined;
}

/** Argument values are left out: they may be a module's secrets. */
function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "arguments"}: ${issue.message}`).join("; ");
}

/** The module handles a refusal, unless it is about our own token or does not come from a homeserver. */
function report(log: Logger, facts: object, error: unknown, withModulesToken: boolean): void {
  if (error instanceof HomeserverRefusal) {
    const { status, errcode } = error;
    if ((status === 401 && !withModulesToken) || errcode === undefined || errcode === "M_UNRECOGNIZED") {
      log.warn({ ...facts, status, errcode }, "the homeserver refused a call of a module: are url and tokens right?");
    }
  } else if (error instanceof HomeserverError) {
    log.warn({ ...facts, code: error.code, reason: error.message }, "a call of a module to the homeserver failed");
  }
}
