import type { Connection } from "../../bridge/transport/connection.ts";
import type { HomeserverClient } from "../../homeserver/client/homeserver-client.ts";
import { relayedHomeserver, type HomeserverRelay } from "../../homeserver/client/relayed-client.ts";

/** A call of Synapse's own ModuleApi takes no longer. */
const DEADLINE_MS = 30_000;

/** Makes calls of the ModuleApi of the Synapse at the other end. */
export function relayTo(connection: Connection): HomeserverRelay {
  return (call, args) => connection.request("homeserver", { call, args }, { deadlineMs: DEADLINE_MS });
}

/** The homeserver as modules reach it. */
export function peerHomeserver(connection: Connection): HomeserverClient {
  return relayedHomeserver(relayTo(connection));
}
