import { z } from "zod";
import { BridgeError } from "../errors.ts";

/** The version of docs/bridge-protocol.md that this host speaks. */
export const PROTOCOL_VERSION = 1;

const HelloSchema = z.object({
  magic: z.literal("synapse-media-bridge"),
  protocol: z.tuple([z.int(), z.int()]),
  shim: z.string(),
  python: z.string(),
  pid: z.int(),
});

/** The first message of a child: who it is and which versions of the protocol it speaks. */
export type Hello = z.infer<typeof HelloSchema>;

/**
 * Checks the params of `hello`. Throws a {@link BridgeError} `PROTOCOL` for a stranger and for a version that we do not
 * speak.
 */
export function readHello(params: unknown): Hello {
  const { success, data, error } = HelloSchema.safeParse(params);
  if (!success) throw new BridgeError("PROTOCOL", `the child's hello is malformed: ${z.prettifyError(error)}`);
  const [oldest, newest] = data.protocol;
  if (PROTOCOL_VERSION < oldest || PROTOCOL_VERSION > newest) {
    throw new BridgeError(
      "PROTOCOL",
      `the child speaks protocol ${oldest} to ${newest}, this service ${PROTOCOL_VERSION}`,
    );
  }
  return data;
}
