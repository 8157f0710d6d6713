import { z } from "zod";
import { MatrixError } from "../../errors.ts";
import { toJsonText } from "../../util/text/json-text.ts";
import type { Authenticator } from "../../homeserver/who/authenticator.ts";

const CredentialsSchema = z.object({
  token: z.string(),
  user_id: z.string().nullable(),
  device_id: z.string().nullable(),
  address: z.string().nullable(),
  user_agent: z.string().nullable(),
});

/**
 * Answers `who_is` of the child (docs/bridge-protocol.md). A refusal is an answer, not a failure: the module's client
 * should get it.
 */
export function createWhoIs(authenticator: Authenticator): (params: unknown) => Promise<object> {
  return async (params) => {
    const credentials = CredentialsSchema.parse(params);
    try {
      const { userId, deviceId, guest } = await authenticator.whoIs({
        token: credentials.token,
        userId: credentials.user_id ?? undefined,
        deviceId: credentials.device_id ?? undefined,
        address: credentials.address ?? undefined,
        userAgent: credentials.user_agent ?? undefined,
      });
      return { user: { user_id: userId, device_id: deviceId ?? null, guest }, refusal: null };
    } catch (error) {
      if (!MatrixError.is(error)) throw error;
      return { user: null, refusal: describeRefusal(error) };
    }
  };
}

/** A refusal, in the form in which the child raises it as a `SynapseError`. */
export function describeRefusal(error: MatrixError): object {
  const { status, errcode, message, headers } = error;
  const body = error.bodyText ?? toJsonText({ ...error.fields, errcode, error: message });
  return { status, errcode, message, body, headers };
}
